import DICOM
import HTTPTypes
import Hummingbird
import NIOCore

/// A multipart/related answer, written part by part as the client takes it (RFC 2387).
struct MultipartBody: Sendable {
    struct Part: Sendable {
        var contentType: String
        var location: String?
        /// Bytes of the content, where known before it is read.
        var length: UInt64?
        /// Further header fields.
        var fields: [String: String]
        var write: @Sendable (inout any ResponseBodyWriter) async throws -> Void

        init(contentType: String, location: String? = nil, length: UInt64? = nil, fields: [String: String] = [:], write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void) {
            self.contentType = contentType
            self.location = location
            self.length = length
            self.fields = fields
            self.write = write
        }
    }

    let boundary = makeBoundary()
    var rootType: String
    var parts: [Part]

    static func makeBoundary() -> String { "isocenter-" + UID.random().text.suffix(24).replacing(".", with: "-") }

    /// - Parameter executor: where the parts are read; nil for anywhere.
    func response(_ headers: HTTPFields = [.cacheControl: "private"], on executor: (any TaskExecutor)? = nil) -> Response {
        let heads = parts.map(head)
        let tail = ByteBuffer(string: "\r\n--\(boundary)--\r\n")
        let lengths = parts.map(\.length)
        // A client shows its progress by the length; where one part's is not known, chunks are sent.
        let length = lengths.contains(nil) ? nil : Int(clamping: lengths.reduce(0) { $0 + ($1 ?? 0) }) + heads.reduce(0) { $0 + $1.readableBytes } + tail.readableBytes
        let parts = parts
        var headers = headers
        headers[.contentType] = "multipart/related; type=\"\(rootType)\"; boundary=\(boundary)"
        return Response(
            status: .ok,
            headers: headers,
            body: ResponseBody(contentLength: length) { writer in
                let joining = JoiningWriter(writer)
                var joined: any ResponseBodyWriter = joining
                // Read where reading may block: the task is then handed to no other thread for each piece.
                try await withTaskExecutorPreference(executor) {
                    for (head, part) in zip(heads, parts) {
                        joining.lead(head)
                        try await part.write(&joined)
                    }
                    joining.lead(tail)
                    try await joining.flush()
                }
                try await writer.finish(nil)
            })
    }

    private func head(of part: Part) -> ByteBuffer {
        var text = "\r\n--\(boundary)\r\nContent-Type: \(part.contentType)\r\n"
        if let location = part.location { text += "Content-Location: \(location)\r\n" }
        if let length = part.length { text += "Content-Length: \(length)\r\n" }
        for (name, value) in part.fields.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        return ByteBuffer(string: text + "\r\n")
    }
}

/// Sends what stands before a piece together with it, in one write.
final class JoiningWriter: ResponseBodyWriter {
    private var base: any ResponseBodyWriter
    private var waiting: [ByteBuffer] = []

    init(_ base: any ResponseBodyWriter) { self.base = base }

    func lead(_ buffer: ByteBuffer) { waiting.append(buffer) }

    func write(_ buffer: ByteBuffer) async throws {
        guard !waiting.isEmpty else { return try await base.write(buffer) }
        let all = waiting + [buffer]
        waiting.removeAll(keepingCapacity: true)
        try await base.write(contentsOf: all)
    }

    func flush() async throws {
        guard !waiting.isEmpty else { return }
        let all = waiting
        waiting = []
        try await base.write(contentsOf: all)
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await flush()
        try await base.finish(trailingHeaders)
    }
}
