import DICOM

/// The way of an instance's frames: read, decoded where they are compressed, encoded where they shall be, compared, written.
struct FrameTranscoder {
    private let instance: StoredInstance
    private let pixelData: StoredInstance.PixelData
    private let target: TransferSyntax
    private let transcoder: Transcoder
    let description: PixelDescription
    private let byteOrder: ByteOrder
    /// Of the encoding, where it loses something.
    let lossMethod: String?

    /// Encoded frames that are kept from the first pass, which counts their bytes, for the second.
    private static let keptBytes = 64 << 20

    init(_ instance: StoredInstance, _ pixelData: StoredInstance.PixelData, _ target: TransferSyntax, _ transcoder: Transcoder) throws(ImageError) {
        self.instance = instance
        self.pixelData = pixelData
        self.target = target
        self.transcoder = transcoder
        guard pixelData.tag == .pixelData || !target.isEncapsulated else {
            throw ImageError(.unsupported, pixelData.tag, "floating point samples are not compressed as \(target.name)")
        }
        description = try PixelDescription(instance.dataSet)
        byteOrder = ByteOrder(transferSyntax: instance.transferSyntax, vr: pixelData.vr, bitsAllocated: description.bitsAllocated)
        if target.isEncapsulated {
            guard FrameCodec.of(target)?.encode != nil else {
                throw ImageError(.unsupported, .transferSyntaxUID, "frames are not written in \(target.name)")
            }
            lossMethod = Compression.of(target)?.method(transcoder.options.parameters)
        } else {
            lossMethod = nil
        }
    }

    // MARK: One frame

    /// The frame in the form that codecs take, with all its bits.
    func decoded(_ index: Int) async throws -> NativeFrame {
        let bytes = try await instance.frame(index)
        return try await naming(index) { () async throws(ImageError) in
            pixelData.isEncapsulated
                ? try await transcoder.coding.decode(bytes, instance.transferSyntax, description)
                : try NativeFrame(stored: bytes, description: description, byteOrder: byteOrder, index: index)
        }
    }

    /// The frame in the target syntax; decoded again and compared where nothing may be lost.
    func encoded(_ frame: NativeFrame, _ index: Int) async throws -> EncodedFrame {
        try await naming(index) { () async throws(ImageError) in
            let samples = try frame.aligned()
            let encoded = try await transcoder.coding.encode(samples, target, transcoder.options.parameters)
            guard lossMethod == nil, transcoder.options.verifies else { return encoded }
            let back = try await transcoder.coding.decode(
                encoded.bytes, target, samples.description.interleaved(as: encoded.photometricInterpretation))
            guard back.description.photometricInterpretation == samples.description.photometricInterpretation else {
                throw ImageError(
                    .encoding, .photometricInterpretation,
                    "comes back from \(target.name) as \(back.description.photometricInterpretation.rawValue), was \(samples.description.photometricInterpretation.rawValue)")
            }
            guard try back.aligned().bytes == samples.bytes else {
                throw ImageError(.encoding, .pixelData, "samples come back changed from \(target.name): nothing was accepted")
            }
            return encoded
        }
    }

    /// Errors name the frame.
    private func naming<Value>(_ index: Int, _ body: () async throws(ImageError) -> Value) async throws(ImageError) -> Value {
        do throws(ImageError) {
            return try await body()
        } catch {
            guard !error.message.hasPrefix("frame \(index + 1)") else { throw error }
            throw ImageError(error.code, error.tag ?? pixelData.tag, "frame \(index + 1): \(error.message)")
        }
    }

    // MARK: All frames

    func written(_ file: TranscodedFile, _ progress: (@Sendable (Int) -> Void)?, _ sink: @escaping Transcoder.Sink) async throws -> TranscodeOutcome {
        // The last one tells whether all are there before the first byte is written.
        _ = try pixelData.frames.location(of: pixelData.frames.count - 1)
        guard description.numberOfFrames == pixelData.frames.count else {
            throw ImageError(.invalid, .numberOfFrames, "is \(description.numberOfFrames), \(pixelData.frames.count) frames are known")
        }
        let overlays = try await embeddedOverlays()
        return target.isEncapsulated ? try await encapsulated(file, overlays, progress, sink) : try await native(file, overlays, progress, sink)
    }

    private func attributes(_ first: NativeFrame, _ photometric: PhotometricInterpretation, _ overlays: [UInt16: [UInt8]], _ loss: TranscodedPixels.Loss?) -> DataSet {
        let sourceRatio: Double? = pixelData.isEncapsulated
            ? Double(description.interleaved(as: .rgb).frameBytes) * Double(description.numberOfFrames) / max(1, Double(pixelData.frames.value.length)) : nil
        var pixels = TranscodedPixels(
            from: instance.transferSyntax, to: target, photometricInterpretation: photometric, description: first.description, loss: loss, sourceRatio: sourceRatio)
        pixels.overlays = overlays
        return TranscodedAttributes.applied(pixels, to: instance.dataSet)
    }

    // MARK: To fragments

    private func encapsulated(
        _ file: TranscodedFile, _ overlays: [UInt16: [UInt8]], _ progress: (@Sendable (Int) -> Void)?, _ sink: @escaping Transcoder.Sink
    ) async throws -> TranscodeOutcome {
        let count = description.numberOfFrames
        let first = try await decoded(0).aligned()
        let firstEncoded = try await encoded(first, 0)
        var kept: [Int: EncodedFrame] = [0: firstEncoded]
        var loss: TranscodedPixels.Loss?
        // What a frame becomes is known for one; for all where they had to be counted.
        var sizes = count == 1 ? [firstEncoded.bytes.count] : []
        if let lossMethod {
            (sizes, kept) = try await counted(firstEncoded)
            let before = Double(first.description.frameBytes) * Double(count)
            let ratio = before / Double(max(1, sizes.reduce(0, +)))
            loss = TranscodedPixels.Loss(
                method: lossMethod, ratio: ratio, newSOPInstanceUID: transcoder.options.newSOPInstanceUID ?? .random(),
                description: "Lossy compression (\(target.name))")
        }
        let dataSet = attributes(first, firstEncoded.photometricInterpretation, overlays, loss)
        let table = Self.offsetTable(sizes)
        return try await file.written(dataSet, sink, isLossy: loss != nil) { [kept] writer in
            try await writer.write(DataSetWriter.header(.pixelData, .OB, length: .max, as: target.encoding) + Self.item(table))
            for index in 0..<count {
                var frame = kept[index]
                if frame == nil { frame = try await encoded(try await decoded(index), index) }
                guard let frame else { continue }
                guard frame.photometricInterpretation == firstEncoded.photometricInterpretation else {
                    throw ImageError(
                        .encoding, .photometricInterpretation,
                        "frame \(index + 1) is \(frame.photometricInterpretation.rawValue), the first \(firstEncoded.photometricInterpretation.rawValue)")
                }
                try await writer.write(Self.item(frame.bytes))
                progress?(index + 1)
            }
            try await writer.write([0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0])
            return lossMethod == nil && transcoder.options.verifies ? count : 0
        }
    }

    /// Bytes of each encoded frame, and as many of the frames as may be kept.
    private func counted(_ first: EncodedFrame) async throws -> (sizes: [Int], kept: [Int: EncodedFrame]) {
        var sizes = [first.bytes.count], kept = [0: first], held = first.bytes.count
        for index in 1..<max(1, description.numberOfFrames) {
            let frame = try await encoded(try await decoded(index), index)
            sizes.append(frame.bytes.count)
            held += frame.bytes.count
            if held <= Self.keptBytes { kept[index] = frame }
        }
        return (sizes, kept)
    }

    /// Basic Offset Table (PS3.5 §A.4); empty, as it may always be, where the sizes are not known or offsets would not fit.
    private static func offsetTable(_ sizes: [Int]) -> [UInt8] {
        var offset = 0
        var table: [UInt8] = []
        table.reserveCapacity(sizes.count * 4)
        for size in sizes {
            guard let word = UInt32(exactly: offset) else { return [] }
            withUnsafeBytes(of: word.littleEndian) { table.append(contentsOf: $0) }
            offset += 8 + size
        }
        return table
    }

    private static func item(_ content: [UInt8]) -> [UInt8] {
        // A frame has at most 1 GiB, and no encoder makes four times as much of it.
        DataSetWriter.header(.item, .UN, length: UInt32(clamping: content.count), as: .implicitLittle) + content
    }

    // MARK: To native

    private func native(
        _ file: TranscodedFile, _ overlays: [UInt16: [UInt8]], _ progress: (@Sendable (Int) -> Void)?, _ sink: @escaping Transcoder.Sink
    ) async throws -> TranscodeOutcome {
        let count = description.numberOfFrames
        let first = try await decoded(0)
        let (bits, overflow) = first.description.frameBits.multipliedReportingOverflow(by: count)
        let needed = bits / 8 + (bits % 8 > 0 ? 1 : 0)
        guard !overflow, let length = UInt32(exactly: needed), length < .max - 1 else {
            throw ImageError(.tooLarge, .pixelData, "uncompressed, \(count) frames of \(first.description.frameBits / 8) bytes are more than one element can hold (4 GiB)")
        }
        let photometric = first.description.photometricInterpretation
        let dataSet = attributes(first, photometric, overlays, nil)
        let vr = NativeBytes.vr(bitsAllocated: description.bitsAllocated, target)
        return try await file.written(dataSet, sink, isLossy: false) { writer in
            try await writer.write(DataSetWriter.header(.pixelData, vr, length: length + length % 2, as: target.encoding))
            var packer = BitPacker()
            for index in 0..<count {
                let frame = index == 0 ? first : try await decoded(index)
                guard frame.description.photometricInterpretation == photometric else {
                    throw ImageError(
                        .invalid, .photometricInterpretation,
                        "frame \(index + 1) is \(frame.description.photometricInterpretation.rawValue), the first \(photometric.rawValue)")
                }
                let isBits = description.bitsAllocated == 1
                try await writer.write(
                    isBits ? packer.append(frame.bytes, count: description.samples) : NativeBytes.ordered(frame, bigEndian: target.hasBigEndianPixels))
                progress?(index + 1)
            }
            try await writer.write(packer.end() + (length % 2 == 1 ? [0] : []))
            return 0
        }
    }

    // MARK: Overlays in unused bits

    /// Bits that lie above or below the samples and are overlays: compression keeps the samples alone, so they become Overlay Data.
    ///
    /// - Throws: `unsupported` naming the overlay where it cannot be moved.
    private func embeddedOverlays() async throws -> [UInt16: [UInt8]] {
        guard target.isEncapsulated else { return [:] }
        let groups = stride(from: UInt16(0x6000), through: 0x601E, by: 2).filter { group in
            instance.dataSet[Tag(group, 0x3000)] == nil && (instance.dataSet.integer(Tag(group, 0x0100)) ?? 1) > 1
        }
        guard !groups.isEmpty else { return [:] }
        let bits = description.pixels * description.numberOfFrames
        guard description.pixels.multipliedReportingOverflow(by: description.numberOfFrames).overflow == false, bits / 8 <= 64 << 20 else {
            throw ImageError(.tooLarge, Tag(groups[0], 0x3000), "an overlay in the pixel data of \(description.numberOfFrames) frames")
        }
        var overlays: [UInt16: [UInt8]] = [:]
        var packers: [UInt16: BitPacker] = [:]
        for index in 0..<description.numberOfFrames {
            let stored = StoredPixels(try await decoded(index))
            for group in groups {
                let position = instance.dataSet.integer(Tag(group, 0x0102)) ?? -1
                guard instance.dataSet.integer(Tag(group, 0x0010)) == description.rows, instance.dataSet.integer(Tag(group, 0x0011)) == description.columns,
                    let plane = stored.plane(at: position)
                else {
                    throw ImageError(.unsupported, Tag(group, 0x0102), "frame \(index + 1): an overlay in bit \(position) of the pixel data would be lost")
                }
                overlays[group, default: []] += packers[group, default: BitPacker()].append(plane, count: description.pixels)
            }
        }
        for group in groups { overlays[group, default: []] += packers[group]?.end() ?? [] }
        return overlays
    }
}
