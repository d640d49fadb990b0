import Archive
import DICOM
import DICOMImage

/// Frames and other bulk of a stored instance, as DICOMweb hands them out.
extension Archive {
    /// The bytes of one frame as they are stored, in one read.
    ///
    /// - Parameter number: from 1 (PS3.18 §10.4.1.1.7).
    /// - Throws: `HTTPFailure` 404 where there is no such frame, or where it cannot be told, and why; `ArchiveError`.
    func frame(_ number: Int, of instance: InstanceLocation) async throws -> [UInt8] {
        if instance.transferSyntax.isDeflated { return try await inflatedFrame(number, of: instance) }
        guard let frames = try await frames(of: instance) else { throw HTTPFailure(.notFound, "the instance has no pixel data") }
        do {
            let location = try frames.location(of: number - 1)
            guard location.range.length <= UInt64(ImageLimits.frameBytes) else {
                throw HTTPFailure(.notFound, "frame \(number) has \(location.range.length) bytes: retrieve the instance itself")
            }
            return try location.content(of: try await read(instance, instance.inFile(location.range)))
        } catch let error as ReadError {
            throw HTTPFailure(.notFound, "\(error)")
        }
    }

    /// A deflated data set has no place to jump to: it is inflated as a whole.
    private func inflatedFrame(_ number: Int, of instance: InstanceLocation) async throws -> [UInt8] {
        let (dataSet, location, bytes) = try await inflated(instance)
        guard let location else { throw HTTPFailure(.notFound, "the instance has no pixel data") }
        do throws(ReadError) {
            let range = try FrameTable(dataSet, location, transferSyntax: instance.transferSyntax).location(of: number - 1).range
            return Array(bytes[Int(range.offset)..<Int(range.offset + range.length)])
        } catch {
            throw HTTPFailure(.notFound, "\(error)")
        }
    }

    private func inflated(_ instance: InstanceLocation) async throws -> (DataSet, PixelDataLocation?, [UInt8]) {
        var limits = ReadLimits()
        limits.elementInMemory = 1 << 30
        limits.dataSetInMemory = 1 << 30
        var reader = EncodedDataSetReader(transferSyntax: instance.transferSyntax, options: .init(keepsPixelData: true, limits: limits))
        var skip = Int(instance.dataSetOffset)
        for try await chunk in read(instance) {
            if skip < chunk.count { try reader.feed(chunk, from: skip) }
            skip = max(0, skip - chunk.count)
        }
        try reader.finish()
        let dataSet = reader.reader.dataSet
        guard let pixels = dataSet.bytes(.pixelData) else { return (dataSet, nil, []) }
        let location = PixelDataLocation(
            tag: .pixelData, vr: .OW, value: ByteRange(offset: 0, length: UInt64(pixels.count)), isEncapsulated: false)
        return (dataSet, location, Array(pixels))
    }

    /// A native frame as `application/octet-stream` wants it: little endian (PS3.18 §8.7.3.3.2), from its first bit on.
    func littleEndianFrame(_ number: Int, of instance: InstanceLocation) async throws -> [UInt8] {
        let bytes = try await frame(number, of: instance)
        if case .native(let bits, let unit)? = instance.pixelData?.frames.layout, unit == 2 || bits % 8 > 0 {
            // Frames share bytes, or words whose bytes have changed places, with their neighbours (PS3.5 §8.1.1).
            let ordered = unit == 2 ? stride(from: 0, to: bytes.count - 1, by: 2).flatMap { [bytes[$0 + 1], bytes[$0]] } : bytes
            let start = Int(UInt64(number - 1) &* bits % (8 * unit))
            return Self.bits(of: Array(ordered.dropFirst(start / 8)), from: start % 8, count: Int(bits))
        }
        guard instance.transferSyntax.hasBigEndianPixels else { return bytes }
        let bits = try await header(of: instance).integer(.bitsAllocated) ?? 16
        let size = instance.pixelData?.vr == .OB || bits <= 8 && instance.pixelData?.vr != .OW ? 1 : max(2, bits / 8)
        return size == 1 ? bytes : stride(from: 0, to: bytes.count - size + 1, by: size).flatMap { bytes[$0..<$0 + size].reversed() }
    }

    /// `count` bits from bit `start` of the first byte on, lowest bit first; what fills up the last byte is 0.
    static func bits(of bytes: [UInt8], from start: Int, count: Int) -> [UInt8] {
        var result = (0..<(count + 7) / 8).map { index -> UInt8 in
            let low = index < bytes.count ? bytes[index] >> UInt8(start) : 0
            let high = start > 0 && index + 1 < bytes.count ? bytes[index + 1] << UInt8(8 - start) : 0
            return low | high
        }
        if count % 8 > 0, let last = result.last { result[result.count - 1] = last & (1 << UInt8(count % 8) - 1) }
        return result
    }
}
