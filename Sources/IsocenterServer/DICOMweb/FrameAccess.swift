import Archive
import DICOM
import DICOMImage

/// Frames and other bulk of a stored instance, as DICOMweb hands them out.
extension Archive {
    /// The bytes of one frame as they are stored.
    ///
    /// - Parameter number: from 1 (PS3.18 §10.4.1.1.7).
    /// - Throws: `HTTPFailure` 404 where there is no such frame, `ArchiveError`.
    func frame(_ number: Int, of instance: InstanceLocation) async throws -> [UInt8] {
        let ranges = instance.frames
        if instance.transferSyntax.isDeflated { return try await inflatedFrame(number, of: instance) }
        guard instance.pixelData != nil else { throw HTTPFailure(.notFound, "the instance has no pixel data") }
        guard !ranges.isEmpty else {
            throw HTTPFailure(.notFound, "the attributes of the instance do not tell where its frames end: retrieve the instance itself")
        }
        guard ranges.indices.contains(number - 1) else {
            throw HTTPFailure(.notFound, "there is no frame \(number): the instance has \(ranges.count)")
        }
        var bytes: [UInt8] = []
        for range in ranges[number - 1] { bytes += try await read(instance, range) }
        return bytes
    }

    /// A deflated data set has no place to jump to: it is inflated as a whole.
    private func inflatedFrame(_ number: Int, of instance: InstanceLocation) async throws -> [UInt8] {
        let (dataSet, location, bytes) = try await inflated(instance)
        let frames = FrameTable.frames(of: dataSet, at: location)
        guard frames.indices.contains(number - 1) else { throw HTTPFailure(.notFound, "there is no frame \(number): the instance has \(frames.count)") }
        return frames[number - 1].flatMap { bytes[Int($0.offset)..<Int($0.offset + $0.length)] }
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
        let frames = instance.frames
        if !instance.transferSyntax.isEncapsulated, frames.count > 1, let first = frames[0].first, let second = frames[1].first,
            first.offset + first.length > second.offset, let bits = FrameTable.bitsPerFrame(try await header(of: instance)) {
            // Frames of single bits share bytes with their neighbours (PS3.5 §8.1.1).
            return Self.bits(of: bytes, from: Int(UInt64(number - 1) * bits % 8), count: Int(bits))
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

    /// A picture of a frame.
    /// - Throws: `HTTPFailure` 406 for compressed pixel data, `ImageError` where the attributes allow no picture.
    func rendered(_ number: Int, of instance: InstanceLocation, options: RenderOptions) async throws -> [UInt8] {
        guard !instance.transferSyntax.isEncapsulated else {
            throw HTTPFailure(.notAcceptable, "pixel data in \(instance.transferSyntax.name) cannot be rendered by this version: retrieve it as stored")
        }
        let dataSet = try await header(of: instance)
        let bytes = try await frame(number, of: instance)
        let order = ByteOrder(
            transferSyntax: instance.transferSyntax, vr: instance.pixelData?.vr ?? .OW, bitsAllocated: dataSet.integer(.bitsAllocated) ?? 16)
        do {
            return try Render.image(dataSet: dataSet, frame: bytes, byteOrder: order, frameIndex: number - 1, options: options)
        } catch {
            throw HTTPFailure(.notAcceptable, "the instance cannot be rendered: \(error)")
        }
    }
}

extension TransferSyntax {
    /// Explicit VR Big Endian, and GE's private syntax whose pixel data alone is.
    var hasBigEndianPixels: Bool { encoding.isBigEndian || uid.text == "1.2.840.113619.5.2" }

    /// The media type of one compressed frame (PS3.18 Table 8.7.3-2, Table 8.7.3-5).
    var frameMediaType: String {
        guard isEncapsulated else { return "application/octet-stream" }
        return switch uid.text {
        case "1.2.840.10008.1.2.5": "image/dicom-rle"
        case "1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.57", "1.2.840.10008.1.2.4.70": "image/jpeg"
        case "1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81": "image/jls"
        case "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.4.91": "image/jp2"
        case "1.2.840.10008.1.2.4.92", "1.2.840.10008.1.2.4.93": "image/jpx"
        case "1.2.840.10008.1.2.4.110", "1.2.840.10008.1.2.4.111", "1.2.840.10008.1.2.4.112": "image/jxl"
        case "1.2.840.10008.1.2.4.201", "1.2.840.10008.1.2.4.202", "1.2.840.10008.1.2.4.203": "image/jphc"
        case "1.2.840.10008.1.2.4.100", "1.2.840.10008.1.2.4.101": "video/mpeg"
        case let uid where uid.hasPrefix("1.2.840.10008.1.2.4.10"): "video/mp4"
        default: "application/octet-stream"
        }
    }
}
