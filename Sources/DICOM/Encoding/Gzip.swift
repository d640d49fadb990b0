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
