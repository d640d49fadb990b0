import CZlib

/// Raw deflate streams (RFC 1951), as Deflated Explicit VR Little Endian uses them (PS3.5 §A.5).
enum Deflate {
    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        guard deflateInit2_(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
        else { return [] }
        defer { deflateEnd(&stream) }
        var input = bytes
        var result = [UInt8](repeating: 0, count: Int(deflateBound(&stream, uLong(bytes.count))) + 1)
        let count = result.count
        let written = input.withUnsafeMutableBufferPointer { source in
            result.withUnsafeMutableBufferPointer { target in
                stream.next_in = source.baseAddress
                stream.avail_in = uInt(source.count)
                stream.next_out = target.baseAddress
                stream.avail_out = uInt(count)
                deflate(&stream, Z_FINISH)
                return count - Int(stream.avail_out)
            }
        }
        result.removeLast(count - written)
        if result.count % 2 == 1 { result.append(0) }
        return result
    }
}

/// Makes a raw deflate stream of bytes as they come (PS3.5 §A.5).
///
/// Sendable without the compiler's proof: the zlib state behind `stream` belongs to this object alone, and whoever holds it feeds
/// it from one task at a time.
public final class Deflater: @unchecked Sendable {
    private var stream = z_stream()
    private var made: UInt64 = 0

    public init() {
        deflateInit2_(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit { deflateEnd(&stream) }

    /// What of the stream is ready; with `isLast` its end, and a 0 that makes its length even.
    public func deflate(_ bytes: [UInt8], isLast: Bool = false) -> [UInt8] {
        var result = ZlibOutput.run(&stream, bytes, isLast ? Z_FINISH : Z_NO_FLUSH)
        made += UInt64(result.count)
        if isLast, made % 2 == 1 { result.append(0) }
        return result
    }
}

/// What zlib makes of bytes, block by block.
enum ZlibOutput {
    static func run(_ stream: inout z_stream, _ bytes: [UInt8], _ flush: Int32) -> [UInt8] {
        var result: [UInt8] = []
        var input = bytes
        let block = 64 << 10
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

/// Inflates a raw deflate stream as it comes.
///
/// Sendable without the compiler's proof: the zlib state behind `stream` belongs to this object alone, and a value that holds
/// it is used by one task at a time (`mutating` all the way up).
public final class Inflater: @unchecked Sendable {
    private var stream = z_stream()
    private let ratio: UInt64
    private var bytesIn: UInt64 = 0
    private var bytesOut: UInt64 = 0
    public private(set) var isAtEnd = false
    /// Of the next block: small at first, for often a header is all that is asked for.
    private var blockSize = 4 << 10

    /// - Parameter ratio: at most so many bytes come out for one that went in.
    public init(ratio: UInt64) {
        self.ratio = ratio
        inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit { inflateEnd(&stream) }

    /// Calls `body` with each block of inflated bytes until it says that it needs no more. Bytes after the stream's end (padding)
    /// are passed over.
    public func inflate(_ bytes: [UInt8], body: ([UInt8]) throws(ReadError) -> Bool) throws(ReadError) {
        bytesIn += UInt64(bytes.count)
        var input = bytes
        var consumed = 0
        while consumed < input.count, !isAtEnd {
            var block = [UInt8](repeating: 0, count: blockSize)
            blockSize = min(2 * blockSize, 64 << 10)
            let start = consumed
            let (status, used, made) = input.withUnsafeMutableBufferPointer { source -> (Int32, Int, Int) in
                block.withUnsafeMutableBufferPointer { target -> (Int32, Int, Int) in
                    guard let from = source.baseAddress else { return (Z_OK, 0, 0) }
                    stream.next_in = from + start
                    stream.avail_in = uInt(source.count - start)
                    stream.next_out = target.baseAddress
                    stream.avail_out = uInt(target.count)
                    let status = CZlib.inflate(&stream, Z_NO_FLUSH)
                    return (status, source.count - start - Int(stream.avail_in), target.count - Int(stream.avail_out))
                }
            }
            consumed += used
            bytesOut += UInt64(made)
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else {
                throw ReadError(.invalidDeflate, offset: bytesOut, "the deflate stream is damaged near its byte \(bytesIn - UInt64(input.count - consumed))")
            }
            guard bytesOut <= max(bytesIn * ratio, 1 << 20) else {
                throw ReadError(.inflateRatio, offset: bytesOut, "more than \(ratio) bytes come out of each deflated byte")
            }
            isAtEnd = status == Z_STREAM_END
            if made > 0 {
                block.removeLast(block.count - made)
                guard try body(block) else { return }
            } else if used == 0 {
                break
            }
        }
    }
}
