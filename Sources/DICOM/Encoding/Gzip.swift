import CZlib

/// Makes a gzip stream (RFC 1952) of bytes as they come.
///
/// Sendable without the compiler's proof: the zlib state behind `stream` belongs to this object alone, and whoever holds it feeds
/// it from one task at a time.
public final class GzipEncoder: @unchecked Sendable {
    private var stream = z_stream()

    /// - Parameter level: 1 (fast) to 9 (small).
    public init(level: Int = 3) {
        deflateInit2_(&stream, Int32(level), Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit { deflateEnd(&stream) }

    /// What of the stream is ready; with `isLast` its end.
    public func encode(_ bytes: [UInt8], isLast: Bool = false) -> [UInt8] { ZlibOutput.run(&stream, bytes, isLast ? Z_FINISH : Z_NO_FLUSH) }
}

/// Text compressed so that several, one after the other, make one gzip stream without being compressed again.
public struct GzipSegment: Sendable, Equatable {
    /// Deflate blocks (RFC 1951) that refer to nothing before them, end on a byte, and are not the last of a stream.
    public var deflated: [UInt8]
    public var checksum: UInt32
    /// Of the text, in bytes.
    public var length: Int

    public init(deflated: [UInt8], checksum: UInt32, length: Int) {
        (self.deflated, self.checksum, self.length) = (deflated, checksum, length)
    }

    /// - Parameter level: 1 (fast) to 9 (small).
    public init(compressing text: [UInt8], level: Int = 6) {
        var stream = z_stream()
        deflateInit2_(&stream, Int32(level), Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        defer { deflateEnd(&stream) }
        deflated = ZlibOutput.run(&stream, text, Z_FULL_FLUSH)
        checksum = Self.checksum(text)
        length = text.count
    }

    /// As stored blocks: for the few bytes between others.
    public init(storing text: String) {
        let bytes = Array(text.utf8.prefix(0xFFFF))
        let count = UInt16(truncatingIfNeeded: bytes.count)
        deflated = [0, UInt8(truncatingIfNeeded: count), UInt8(count >> 8), UInt8(truncatingIfNeeded: ~count), UInt8(~count >> 8)] + bytes
        checksum = Self.checksum(bytes)
        length = bytes.count
    }

    private static func checksum(_ bytes: [UInt8]) -> UInt32 { UInt32(truncatingIfNeeded: crc32(0, bytes, uInt(bytes.count))) }

    /// Text of up to `limit` bytes that a segment stands for; nil where it is damaged.
    public func inflated(limit: Int = 1 << 30) -> [UInt8]? {
        guard length <= limit else { return nil }
        var text: [UInt8] = []
        text.reserveCapacity(length)
        do throws(ReadError) {
            try Inflater(ratio: .max >> 32).inflate(deflated) { block throws(ReadError) in
                text += block
                return text.count <= length
            }
        } catch { return nil }
        return text.count == length && Self.checksum(text) == checksum ? text : nil
    }
}

/// Joins segments to one gzip stream (RFC 1952 §2.3).
public struct GzipJoiner: Sendable {
    private var checksum: UInt32 = 0
    private var length: UInt64 = 0

    public init() {}

    public let head: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]

    /// What a segment adds to the stream.
    public mutating func add(_ segment: GzipSegment) -> [UInt8] {
        checksum = UInt32(truncatingIfNeeded: crc32_combine(uLong(checksum), uLong(segment.checksum), segment.length))
        length += UInt64(segment.length)
        return segment.deflated
    }

    /// An empty last block, and what the whole text is checked with.
    public var tail: [UInt8] {
        var bytes: [UInt8] = [3, 0]
        LittleEndian.append(checksum, to: &bytes)
        LittleEndian.append(UInt32(truncatingIfNeeded: length), to: &bytes)
        return bytes
    }
}

private enum ZlibOutput {
    static func run(_ stream: inout z_stream, _ bytes: [UInt8], _ flush: Int32) -> [UInt8] {
        var result: [UInt8] = []
        var input = bytes
        let block = 32 << 10
        input.withUnsafeMutableBufferPointer { source in
            stream.next_in = source.baseAddress
            stream.avail_in = uInt(source.count)
            repeat {
                let piece = [UInt8](unsafeUninitializedCapacity: block) { target, count in
                    stream.next_out = target.baseAddress
                    stream.avail_out = uInt(block)
                    _ = CZlib.deflate(&stream, flush)
                    count = block - Int(stream.avail_out)
                }
                result += piece
            } while stream.avail_out == 0
        }
        return result
    }
}
