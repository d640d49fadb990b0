import DICOM
import DICOMImage

/// A DICOM file with an image, its frames read one by one and decoded by workers.
struct ImageFile: Sendable {
    let stored: StoredInstance
    private let path: String
    private let coding: any FrameCoding

    var dataSet: DataSet { stored.dataSet }
    var numberOfFrames: Int { stored.pixelData?.frames.count ?? 0 }

    /// - Throws: `Failure` in words: no file, no DICOM.
    init(_ path: String, _ coding: any FrameCoding) async throws {
        self.path = path
        self.coding = coding
        do {
            let file = try OpenFile(path)
            stored = try await StoredInstance(file: file.size) { try file.bytes($0) }
        } catch {
            throw Failure("\(path): \(error)")
        }
    }

    /// - Parameter index: from 0.
    /// - Throws: `Failure` in words: no image, no such frame, nothing that can be decoded.
    func frame(_ index: Int) async throws -> NativeFrame {
        do { return try await stored.native(index, coding) } catch { throw Failure("\(path): \(error)") }
    }

    /// What the stream of a video says of itself; nil where the file is none.
    func videoSummary() async throws -> Video.Summary? {
        guard let video = stored.video else { return nil }
        do { return try await coding.videoSummary(of: video, stored.transferSyntax, try PixelDescription(dataSet)) } catch { throw Failure("\(path): \(error)") }
    }

    /// - Parameter index: of the frame shown, from 0.
    func automaticRange(_ frame: NativeFrame, _ index: Int) async throws -> AutomaticRange? {
        try await AutomaticRange.ofImage(dataSet, showing: frame, at: index, of: numberOfFrames) { try await self.frame($0) }
    }
}
