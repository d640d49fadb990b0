import HTTPTypes
import Hummingbird
import NIOCore

extension ResponseBody {
    /// A body of known length. A short one is made before the answer begins: it goes out with its head in one write, and what fails has a status.
    ///
    /// - Parameters:
    ///   - line: for what is a file.
    ///   - write: sends all of it.
    static func known(_ length: UInt64, _ line: FileLine? = nil, _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) async throws -> ResponseBody {
        guard length <= PieceMemory.whole else {
            return ResponseBody(contentLength: Int(clamping: length)) { writer in
                var joining: any ResponseBodyWriter = JoiningWriter(writer, line)
                try await write(&joining)
                try await writer.finish(nil)
            }
        }
        let gathering = GatheringWriter()
        var writer: any ResponseBodyWriter = gathering
        try await write(&writer)
        return ResponseBody(byteBuffer: gathering.gathered)
    }
}

/// Keeps what is written.
private final class GatheringWriter: ResponseBodyWriter {
    private(set) var gathered = ByteBuffer()

    func write(_ buffer: ByteBuffer) async throws {
        if gathered.readableBytes == 0 { gathered = buffer } else { gathered.writeImmutableBuffer(buffer) }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
