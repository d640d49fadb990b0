import DICOMweb
import HTTPTypes
import Hummingbird

/// The part of an answer that a client asks for (Range, RFC 9110 §14.2).
enum ByteRanges: Equatable {
    case whole
    case part(Range<UInt64>)
    /// Nothing of what was asked for is there: 416.
    case unsatisfiable

    /// One range is served; several at once, and other units than bytes, mean the whole, as the RFC allows.
    init(_ header: String?, length: UInt64) {
        self = .whole
        guard let header, let equals = header.firstIndex(of: "="), header[..<equals].trimmed.lowercased() == "bytes" else { return }
        let text = header[header.index(after: equals)...].trimmed
        guard !text.contains(","), let dash = text.firstIndex(of: "-") else { return }
        let first = text[..<dash].trimmed, last = text[text.index(after: dash)...].trimmed
        if first.isEmpty {
            // The last so many bytes.
            guard let count = UInt64(last) else { return }
            self = count == 0 || length == 0 ? .unsatisfiable : .part(length - min(count, length)..<length)
            return
        }
        guard let start = UInt64(first) else { return }
        let end: UInt64
        if last.isEmpty { end = .max } else if let stated = UInt64(last), stated >= start { end = stated } else { return }
        self = start >= length ? .unsatisfiable : .part(start..<(end >= length ? length : end + 1))
    }

    /// An answer of known length of which clients may have parts.
    ///
    /// - Parameter write: sends these bytes of it.
    static func response(
        _ request: Request, _ headers: HTTPFields, length: UInt64, tag: EntityTag?, _ line: FileLine? = nil,
        _ write: @escaping @Sendable (Range<UInt64>, inout any ResponseBodyWriter) async throws -> Void
    ) async throws -> Response {
        var headers = headers
        headers[.acceptRanges] = "bytes"
        if let tag {
            for field in tag.fields { headers[field.name] = field.value }
            if tag.isKnown(to: request) { return Response(status: .notModified, headers: headers) }
        }
        // If-Range: a part only of what the client has begun with (RFC 9110 §13.1.5).
        let isSame = request.headers[.ifRange].map { $0 == tag?.text } ?? true
        let asked = request.method == .get && isSame ? ByteRanges(request.headers[.range], length: length) : .whole
        var range = 0..<length, status = HTTPResponse.Status.ok
        switch asked {
        case .whole: break
        case .part(let part):
            (range, status) = (part, .partialContent)
            headers[.contentRange] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)"
        case .unsatisfiable:
            headers[.contentRange] = "bytes */\(length)"
            headers[.contentType] = nil
            return Response(status: .rangeNotSatisfiable, headers: headers)
        }
        let part = range
        return Response(status: status, headers: headers, body: try await .known(part.upperBound - part.lowerBound, line) { writer in try await write(part, &writer) })
    }
}
