import Hummingbird
import NIOCore

/// Server-Sent Events (HTML Standard §9.2).
enum EventStream {
    /// One event with JSON data.
    ///
    /// - Parameter id: what a client that lost its line says as Last-Event-ID.
    static func event(_ name: String, json: some Sequence<UInt8>, id: String? = nil) -> ByteBuffer {
        var buffer = ByteBuffer()
        if let id { buffer.writeString("id: \(id)\n") }
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
