import DICOM
import DICOMImage
import Foundation
import Testing

/// Presentation states of the corpus on the images they were made for, and DCMTK's picture of the same.
@Suite("Presentation states of the corpus")
struct PresentationCorpusTests {
    private static let states = Corpus.manifest.filter { $0["modality"] == "PR" }.compactMap { $0["path"] }

    @Test("Each is read", arguments: states)
    func read(path: String) throws {
        let state = try PresentationState(try FileReader.read(try Corpus.bytes(path)).dataSet)
        #expect(!state.references.references.isEmpty)
    }

    private static let shown = states.filter { $0.hasPrefix("synthetic/presentation/") }
    private static let image = "dcm_qa_ct-ge-head/15.dcm"

    /// dcmp2pgm applies tables, windows and turns; shutters, areas and graphics are its viewer's. What it leaves white where this
    /// code is black is Pixel Padding Value, and nothing else: that is the same colour whatever is inverted (PS3.3 §C.7.5.1.1.2).
    @Test("Greys and turns are DCMTK's", arguments: shown)
    func greys(path: String) async throws {
        guard let dcmp2pgm = Peer.path("dcmp2pgm"), let dcmdjpeg = Peer.path("dcmdjpeg"), let root = Corpus.root else {
            print("skipped: no dcmp2pgm or dcmdjpeg")
            return
        }
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let native = folder.appendingPathComponent("native.dcm"), pgm = folder.appendingPathComponent("picture.pgm")
        _ = try Peer.run(dcmdjpeg, root.appendingPathComponent(Self.image).path, native.path)
        _ = try Peer.run(dcmp2pgm, "--pstate", root.appendingPathComponent(path).path, native.path, pgm.path)
        let theirs = try Self.pgm([UInt8](Data(contentsOf: pgm)))

        // The greys alone: what the other does not draw is taken out of the state.
        var state = try FileReader.read(try Corpus.bytes(path)).dataSet
        for tag in [Tag(0x0070, 0x0001), Tag(0x0070, 0x005A), Tag(0x0018, 0x1600)] { state[tag] = nil }
        let file = try #require(try NativeFile([UInt8](Data(contentsOf: native))))
        let frame = try Frame(native: file.frame(0), description: PixelDescription(file.dataSet), byteOrder: file.order, index: 0)
        let options = RenderOptions(format: .png, presentation: try PresentationState(state))
        let ours = State.levels(try Render.picture(of: frame, dataSet: file.dataSet, frameIndex: 0, options: options))

        guard case .signed16(let samples) = frame.samples else { return #expect(Bool(false), "the image is another one") }
        let padding = file.dataSet.integer(.pixelPaddingValue)
        #expect(ours.count == theirs.count)
        let isInverse = state.string(.presentationLUTShape) == "INVERSE"
        let far = ours.indices.count { abs(Int(ours[$0]) - Int(theirs[$0])) > 1 && !(isInverse && Int(samples[$0]) == padding) }
        #expect(far == 0, "pixels that differ by more than one grey")
    }

    /// Levels of a binary PGM: three numbers, one white space, bytes.
    private static func pgm(_ bytes: [UInt8]) throws -> [UInt8] {
        var fields = 0, at = 0
        while fields < 4, at < bytes.count {
            while bytes[at] <= 32 { at += 1 }
            if bytes[at] == UInt8(ascii: "#") { while bytes[at] != 10 { at += 1 }; continue }
            while bytes[at] > 32 { at += 1 }
            fields += 1
        }
        return Array(bytes[(at + 1)...])
    }
}
