import AsyncHTTPClient
import NIOCore

/// Takes the parts of an answer from it, piece by piece, as fast as they are asked for: the server waits for who reads.
///
/// Not to be shared: one task reads.
final class PartReader {
    private enum Content {
        case multipart(MultipartParser)
        /// The whole answer is one part.
        case single(hasBegun: Bool)
    }

    private var content: Content
    private var body: HTTPClientResponse.Body.AsyncIterator
    private var events: ArraySlice<MultipartParser.Event> = []
    private var isAtEnd = false
    private var isInPart = false
    private let headers: [String: String]
    private let url: String
    private let limits: RemoteService.Limits
    private var partBytes: UInt64 = 0, bytes: UInt64 = 0, preamble = 0

    /// Before the first boundary (RFC 2046 §5.1.1): a text for people at most.
    private static let longestPreamble = 64 << 10

    init(_ response: Client.Response, _ limits: RemoteService.Limits) throws(RemoteError) {
        url = response.url
        self.limits = limits
        body = response.body.makeAsyncIterator()
        let type = response.contentType
        if let type, type.isMultipart {
            guard let boundary = type.parameters["boundary"] else {
                throw RemoteError(.malformed, url: response.url, status: response.status, "its multipart answer names no boundary")
            }
            do throws(MultipartError) { content = .multipart(try MultipartParser(boundary: boundary)) } catch {
                throw RemoteError(.malformed, url: response.url, status: response.status, "\(error)")
            }
        } else {
            content = .single(hasBegun: false)
        }
        headers = response.headers.first(name: "content-type").map { ["content-type": $0] } ?? [:]
    }

    /// Header fields of the next part, what is left of the last one is passed over; nil at the end.
    ///
    /// - Throws: `RemoteError`: `.truncated` where the answer ends before its last boundary.
    func nextPart() async throws -> [String: String]? {
        while isInPart { _ = try await nextPiece() }
        while let event = try await event() {
            guard case .begin(let headers) = event else { continue }
            (isInPart, partBytes) = (true, 0)
            return headers
        }
        return nil
    }

    /// nil at the end of the part.
    func nextPiece() async throws -> ArraySlice<UInt8>? {
        guard isInPart else { return nil }
        switch try await event() {
        case .body(let piece):
            partBytes += UInt64(piece.count)
            guard partBytes <= limits.instance else { throw RemoteError(.tooLarge, url: url, "one instance exceeds \(limits.instance) bytes") }
            return piece
        case .end:
            isInPart = false
            return nil
        case .begin, nil:
            throw RemoteError(.truncated, url: url, "its answer ended within an instance")
        }
    }

    private func event() async throws -> MultipartParser.Event? {
        while true {
            if let event = events.popFirst() { return event }
            if isAtEnd { return nil }
            let piece: ByteBuffer?
            do { piece = try await body.next() } catch { throw Client.error(error, url) }
            if let piece {
                bytes += UInt64(piece.readableBytes)
                guard bytes <= limits.retrieval else { throw RemoteError(.tooLarge, url: url, "its answer exceeds \(limits.retrieval) bytes") }
            }
            try take(piece)
        }
    }

    /// - Parameter piece: nil at the end of the answer.
    private func take(_ piece: ByteBuffer?) throws(RemoteError) {
        switch content {
        case .single(let hasBegun):
            var events: [MultipartParser.Event] = hasBegun ? [] : [.begin(headers: headers)]
            if let piece { events.append(.body([UInt8](piece.readableBytesView)[...])) } else {
                events.append(.end)
                isAtEnd = true
            }
            content = .single(hasBegun: true)
            self.events = events[...]
        case .multipart(var parser):
            // Held once: a second owner would have the parser copy its buffer.
            content = .single(hasBegun: true)
            defer { content = .multipart(parser) }
            guard let piece else {
                isAtEnd = true
                guard parser.isComplete else { throw RemoteError(.truncated, url: url, "its multipart answer ended before its last boundary") }
                return
            }
            do throws(MultipartError) { events = try parser.feed(piece.readableBytesView)[...] } catch { throw RemoteError(.malformed, url: url, "\(error)") }
            if !parser.hasBegun {
                preamble += piece.readableBytes
                guard preamble <= Self.longestPreamble else { throw RemoteError(.malformed, url: url, "the boundary that its Content-Type names does not occur") }
            }
        }
    }
}
