import HTTPTypes
import Hummingbird

/// Names the state of an answer (RFC 9110 §8.8.3): the same name, the same bytes; a weak one (`W/"…"`), the same content.
struct EntityTag: Sendable, Equatable {
    var text: String

    /// - Parameter parts: what the answer depends on; characters that a tag may not have are left out.
    init(_ parts: [String], isWeak: Bool = false) {
        let opaque = String(String.UnicodeScalarView(parts.joined(separator: "-").unicodeScalars.filter { (0x21...0x7E).contains($0.value) && $0 != "\"" }))
        text = (isWeak ? "W/" : "") + "\"\(opaque)\""
    }

    /// Every caller sees what it may: no cache between may keep it, the client's own asks each time.
    static let cacheControl = "private, no-cache"

    var fields: HTTPFields { [.eTag: text, .cacheControl: Self.cacheControl] }

    /// Whether a list of If-None-Match has it; tags are compared weakly (RFC 9110 §13.1.2).
    func isKnown(to request: Request) -> Bool { request.headers[.ifNoneMatch].map { Self.list($0, has: text) } ?? false }

    static func list(_ header: String, has tag: String) -> Bool {
        func opaque(_ tag: some StringProtocol) -> String { tag.hasPrefix("W/") ? String(tag.dropFirst(2)) : String(tag) }
        return header.split(separator: ",").map { $0.trimmed }.contains { $0 == "*" || opaque($0) == opaque(tag) }
    }

    /// 304 where the client has it already; nil where it is to be sent.
    func notModified(_ request: Request) -> Response? { isKnown(to: request) ? Response(status: .notModified, headers: fields) : nil }
}
