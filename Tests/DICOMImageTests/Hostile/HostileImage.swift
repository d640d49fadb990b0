import DICOM
import Foundation

@testable import DICOMImage

/// A file that is wrong somewhere, and how.
struct HostileImage: Sendable {
    let name: String
    let bytes: [UInt8]

    /// As its attributes and pixel data are; nothing is made right on the way.
    init(_ name: String, _ dataSet: DataSet, _ pixels: DataElement?, as syntax: TransferSyntax = .explicitVRLittleEndian) throws {
        self.name = name
        var dataSet = dataSet
        dataSet.set(DataElement(.sopClassUID, uid: UID("1.2.840.10008.5.1.4.1.1.7")!))
        dataSet.set(DataElement(.sopInstanceUID, uid: UID("1.2.3.4")!))
        if let pixels { dataSet.set(pixels) }
        bytes = try FileMetaInformation.file(dataSet, as: syntax)
    }

    /// - Parameter value: of encapsulated pixel data, from its first item on, with or without delimiter.
    init(_ name: String, _ dataSet: DataSet, encapsulated value: [UInt8], as syntax: TransferSyntax) throws {
        let header = try HostileImage(name, dataSet, nil, as: syntax)
        self.name = name
        bytes = header.bytes + DataSetWriter.header(.pixelData, .OB, length: .max, as: .explicitLittle) + value
    }

    /// What comes of a frame: a picture, or words.
    enum Outcome {
        case picture
        case reason(String)

        /// An error that someone can act on names the attribute.
        var isGood: Bool {
            if case .reason(let words) = self { return !words.hasPrefix("which") && (words.contains("(0") || words.contains("(5") || words.contains("(6") || words.contains("(7")) }
            return true
        }
    }

    /// The way of every reader: file, frame, samples, picture.
    func outcome(frame index: Int) async -> Outcome {
        do {
            let instance = try await HeldFile.instance(bytes)
            guard let pixels = instance.pixelData else { return .reason("(7FE0,0010): there is no pixel data") }
            let transcoder = Transcoder(coding: DirectFrameCoding())
            do {
                _ = try await transcoder.frame(index, of: instance, to: .explicitVRBigEndian)
            } catch {
                return "\(error)".contains("frame \(index + 1)") ? .reason("\(error)") : .reason("which frame? \(error)")
            }
            let description = try PixelDescription(instance.dataSet)
            let stored = try await instance.frame(index)
            let order = ByteOrder(transferSyntax: instance.transferSyntax, vr: pixels.vr, bitsAllocated: description.bitsAllocated)
            let frame = pixels.isEncapsulated
                ? try DirectFrameCoding().decode(stored, instance.transferSyntax, description)
                : try NativeFrame(stored: stored, description: description, byteOrder: order, index: index)
            _ = try Render.rendering(of: Frame(frame), dataSet: instance.dataSet, frameIndex: index)
            return .picture
        } catch {
            return .reason("\(error)")
        }
    }
}
