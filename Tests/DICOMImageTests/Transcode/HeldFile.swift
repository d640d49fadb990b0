import DICOM
@testable import DICOMImage

/// A file in memory that is read and written by pieces.
enum HeldFile {
    static func instance(_ bytes: [UInt8]) async throws -> StoredInstance {
        try await StoredInstance(file: UInt64(bytes.count)) { range in
            let start = min(Int(clamping: range.offset), bytes.count)
            return Array(bytes[start..<min(start + Int(range.length), bytes.count)])
        }
    }

    /// An image with pixel data as a file.
    static func image(_ header: DataSet, _ pixels: DataElement, as syntax: TransferSyntax = .explicitVRLittleEndian) throws -> [UInt8] {
        var dataSet = header
        dataSet.set(DataElement(.sopClassUID, uid: UID("1.2.840.10008.5.1.4.1.1.7")!))
        dataSet.set(DataElement(.sopInstanceUID, uid: UID("1.2.3.4")!))
        dataSet.set(pixels)
        return try FileMetaInformation.file(dataSet, as: syntax)
    }

    static func transcoded(
        _ bytes: [UInt8], to target: TransferSyntax, _ options: TranscodeOptions = TranscodeOptions(), coding: any FrameCoding = DirectFrameCoding()
    ) async throws -> (bytes: [UInt8], outcome: TranscodeOutcome) {
        var out: [UInt8] = []
        let outcome = try await Transcoder(coding: coding, options: options).transcode(instance(bytes), to: target) { out += $0 }
        return (out, outcome)
    }

    /// Samples of every frame.
    static func samples(_ bytes: [UInt8]) async throws -> [Frame.Samples] {
        let instance = try await instance(bytes)
        let description = try PixelDescription(instance.dataSet)
        var result: [Frame.Samples] = []
        for index in 0..<description.numberOfFrames {
            let stored = try await instance.frame(index)
            guard let pixels = instance.pixelData else { continue }
            let order = ByteOrder(transferSyntax: instance.transferSyntax, vr: pixels.vr, bitsAllocated: description.bitsAllocated)
            let frame = pixels.isEncapsulated
                ? try DirectFrameCoding().decode(stored, instance.transferSyntax, description)
                : try NativeFrame(stored: stored, description: description, byteOrder: order, index: index)
            result.append(try Frame(frame).samples)
        }
        return result
    }
}

extension TransferSyntax {
    static func named(_ name: String) -> TransferSyntax { Compression.named(name)!.transferSyntax! }
}
