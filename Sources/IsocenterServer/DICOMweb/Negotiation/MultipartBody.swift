import DICOM
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

    func response(parameters: String = "") -> Response {
        let heads = parts.map(head)
        let tail = ByteBuffer(string: "\r\n--\(boundary)--\r\n")
        let lengths = parts.map(\.length)
        // A client shows its progress by the length; where one part's is not known, chunks are sent.
        let length = lengths.contains(nil) ? nil : Int(lengths.reduce(0) { $0 + ($1 ?? 0) }) + heads.reduce(0) { $0 + $1.readableBytes } + tail.readableBytes
        let parts = parts
        return Response(
            status: .ok,
            headers: [.contentType: "multipart/related; type=\"\(rootType)\"; boundary=\(boundary)\(parameters)"],
            body: ResponseBody(contentLength: length) { writer in
                for (head, part) in zip(heads, parts) {
                    try await writer.write(head)
                    try await part.write(&writer)
                }
                try await writer.write(tail)
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
