import Archive
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

    /// - Parameter line: for parts that are files.
    func response(_ headers: HTTPFields = [.cacheControl: "private"], by line: FileLine? = nil) -> Response {
        let heads = parts.map(head), tail = tail
        let lengths = parts.map(\.length)
        // A client shows its progress by the length; where one part's is not known, chunks are sent.
        let length = lengths.contains(nil) ? nil : Int(clamping: lengths.reduce(0) { $0 + ($1 ?? 0) }) + heads.reduce(0) { $0 + $1.readableBytes } + tail.readableBytes
        let parts = parts
        return Response(
            status: .ok,
            headers: typed(headers),
            body: ResponseBody(contentLength: length) { writer in
                let joining = JoiningWriter(writer, length == nil ? nil : line)
                var joined: any ResponseBodyWriter = joining
                for (head, part) in zip(heads, parts) {
                    joining.lead(head)
                    try await part.write(&joined)
                }
                joining.lead(tail)
                try await joining.flush()
                try await writer.finish(nil)
            })
    }

    /// The answer with one part that is short: read before it begins, with what stands before and behind it in one piece of memory.
    ///
    /// - Parameter read: the content, in a buffer made so.
    static func short(
        _ rootType: String, contentType: String, location: String, length: UInt64, _ headers: HTTPFields = [.cacheControl: "private"],
        _ read: (@escaping ObjectPieces<ByteBuffer>.Make) async throws -> ByteBuffer
    ) async throws -> Response {
        let body = MultipartBody(rootType: rootType, parts: [])
        let head = body.head(of: Part(contentType: contentType, location: location, length: length) { _ in })
        let content = try await read(PieceMemory.short.around(head, body.tail))
        return Response(status: .ok, headers: body.typed(headers), body: .init(byteBuffer: content))
    }

    private func typed(_ headers: HTTPFields) -> HTTPFields {
        var headers = headers
        headers[.contentType] = "multipart/related; type=\"\(rootType)\"; boundary=\(boundary)"
        return headers
    }

    private var tail: ByteBuffer { ByteBuffer(string: "\r\n--\(boundary)--\r\n") }

    private func head(of part: Part) -> ByteBuffer {
        var text = "\r\n--\(boundary)\r\nContent-Type: \(part.contentType)\r\n"
        if let location = part.location { text += "Content-Location: \(location)\r\n" }
        if let length = part.length { text += "Content-Length: \(length)\r\n" }
        for (name, value) in part.fields.sorted(by: { $0.key < $1.key }) { text += "\(name): \(value)\r\n" }
        return ByteBuffer(string: text + "\r\n")
    }
}

/// Sends what stands before a piece together with it, in one write.
final class JoiningWriter: FileSending {
    private var base: any ResponseBodyWriter
    private var waiting: [ByteBuffer] = []
    private let line: FileLine?
    private var isLineThere: Bool?
    private var underWay: EventLoopFuture<Void>?

    /// - Parameter line: where the answer has a known length: its bytes go out as they are.
    init(_ base: any ResponseBodyWriter, _ line: FileLine? = nil) { (self.base, self.line) = (base, line) }

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

    var sendsFiles: Bool {
        get async throws {
            if isLineThere == nil { isLineThere = try await line?.isThere ?? false }
            return isLineThere ?? false
        }
    }

    /// The next range may be prepared while the socket takes this one.
    func send(_ file: OpenObject, _ range: ByteRange) async throws {
        try await flush()
        guard let line else { return }
        let before = underWay
        underWay = line.send(file, range)
        try await before?.get()
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        try await flush()
        try await base.finish(trailingHeaders)
    }
}
