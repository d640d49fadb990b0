import CZlib
import DICOM

/// Deflated Image Frame Compression (PS3.5 §A.4.13): the native bytes of each frame as a raw deflate stream (RFC 1951).
enum Deflate {
    /// zlib's way to say: no header, no checksum.
    private static let window: Int32 = -15
    /// The most that is handed to zlib at once; it counts in 32 bits.
    private static let chunk = 1 << 30

    static func decode(
        _ encoded: UnsafeRawBufferPointer, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) -> PhotometricInterpretation {
        let native = (description.frameBits + 7) / 8
        guard description.isPlanar || description.sharesChroma else {
            try inflate(encoded, into: UnsafeMutableRawBufferPointer(rebasing: output.prefix(native)))
            return description.photometricInterpretation
        }
        let packed = UnsafeMutableRawBufferPointer.allocate(byteCount: native, alignment: 16)
        defer { packed.deallocate() }
        try inflate(encoded, into: packed)
        let frame = try NativeFrame(stored: Array(packed), description: description, byteOrder: .littleEndian, index: 0)
        frame.bytes.withUnsafeBytes { output.copyMemory(from: $0) }
        return frame.description.photometricInterpretation
    }

    /// The stream has to give exactly the bytes of the frame, then end; what follows is padding.
    private static func inflate(_ encoded: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) throws(ImageError) {
        var stream = z_stream()
        guard inflateInit2_(&stream, window, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw ImageError(.tooLarge, .pixelData, "deflate: no memory")
        }
        defer { inflateEnd(&stream) }
        // One byte of room more than the frame has tells a stream that goes on from one that ends.
        var beyond: UInt8 = 0
        var read = 0, made = 0
        while true {
            let input = min(encoded.count - read, chunk), room = min(output.count - made, chunk)
            var status = Z_OK
            withUnsafeMutablePointer(to: &beyond) { beyond in
                stream.next_in = UnsafeMutablePointer(mutating: encoded.bindMemory(to: UInt8.self).baseAddress.map { $0 + read })
                stream.avail_in = UInt32(input)
                stream.next_out = room > 0 ? output.bindMemory(to: UInt8.self).baseAddress.map { $0 + made } : beyond
                stream.avail_out = UInt32(max(room, 1))
                status = CZlib.inflate(&stream, Z_NO_FLUSH)
            }
            read += input - Int(stream.avail_in)
            made += max(room, 1) - Int(stream.avail_out)
            guard made <= output.count else {
                throw ImageError(.invalid, .pixelData, "deflate: the frame is larger than the \(output.count) bytes of its description")
            }
            switch status {
            case Z_STREAM_END:
                guard made == output.count else {
                    throw ImageError(.truncated, .pixelData, "deflate: a frame needs \(output.count) bytes, \(made) are here")
                }
                return
            case Z_OK where read < encoded.count || stream.avail_out == 0: continue
            case Z_OK, Z_BUF_ERROR:
                throw ImageError(.truncated, .pixelData, "deflate: the stream has no end after \(made) bytes of \(output.count)")
            default:
                throw ImageError(.invalid, .pixelData, "deflate: \(stream.msg.map { String(cString: $0) } ?? "error \(status)") after \(made) bytes")
            }
        }
    }

    static func encode(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _: EncodingParameters
    ) throws(ImageError) -> EncodedFrame {
        var stream = z_stream()
        guard deflateInit2_(&stream, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw ImageError(.tooLarge, nil, "deflate: no memory")
        }
        defer { deflateEnd(&stream) }
        // Room for all of it at once: an input of at most 1 GiB stays below 4 GiB.
        let size = Int(deflateBound(&stream, UInt(samples.count)))
        guard samples.count <= ImageLimits.frameBytes, let room = UInt32(exactly: size) else {
            throw ImageError(.tooLarge, nil, "deflate: a frame of \(samples.count) bytes")
        }
        var status = Z_OK
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, made in
            stream.next_in = UnsafeMutablePointer(mutating: samples.bindMemory(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(samples.count)
            stream.next_out = target.baseAddress
            stream.avail_out = room
            status = deflate(&stream, Z_FINISH)
            made = size - Int(stream.avail_out)
        }
        guard status == Z_STREAM_END else { throw ImageError(.encoding, nil, "deflate: error \(status)") }
        return EncodedFrame(bytes: bytes, photometricInterpretation: description.photometricInterpretation.withFullChroma)
    }
}
