import Hummingbird
import NIOCore

/// Server-Sent Events (HTML Standard §9.2).
enum EventStream {
    /// One event with JSON data.
    static func event(_ name: String, json: [UInt8]) -> ByteBuffer {
        var buffer = ByteBuffer()
        buffer.writeString("event: \(name)\ndata: ")
        // JSON written here has no line ends.
        buffer.writeBytes(json)
        buffer.writeString("\n\n")
        return buffer
    }

    static let ping = ByteBuffer(string: "event: ping\ndata: {}\n\n")

    static func response(_ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) -> Response {
        Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await write(&writer)
                try await writer.finish(nil)
            })
    }
}
