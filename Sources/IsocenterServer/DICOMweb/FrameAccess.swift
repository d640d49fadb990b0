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

    /// A native frame as `application/octet-stream` wants it: little endian (PS3.18 §8.7.3.3.2).
    func littleEndianFrame(_ number: Int, of instance: InstanceLocation) async throws -> [UInt8] {
        let bytes = try await frame(number, of: instance)
        guard instance.transferSyntax.hasBigEndianPixels else { return bytes }
        let bits = try await header(of: instance).integer(.bitsAllocated) ?? 16
        let size = instance.pixelData?.vr == .OB || bits <= 8 && instance.pixelData?.vr != .OW ? 1 : max(2, bits / 8)
        return size == 1 ? bytes : stride(from: 0, to: bytes.count - size + 1, by: size).flatMap { bytes[$0..<$0 + size].reversed() }
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
