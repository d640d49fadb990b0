import CZlib

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
