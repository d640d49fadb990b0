/// Where clients see us: `https://pacs.example.org/images`.
struct PublicURL: Sendable, Equatable {
    var scheme: String
    /// Host, and port where it is not the scheme's own.
    var authority: String
    /// Empty, or with a slash at its beginning and none at its end.
    var prefix: String

    /// nil where the text is no such URL.
    init?(_ text: String) {
        guard let separator = text.firstRange(of: "://") else { return nil }
        let scheme = text[..<separator.lowerBound].lowercased()
        let rest = text[separator.upperBound...]
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        guard let prefix = Self.prefix(rest[slash...]) else { return nil }
        self.init(scheme: scheme, authority: String(rest[..<slash]), prefix: prefix)
    }

    /// nil where one of them cannot stand in a URL: they go into answers.
    init?(scheme: String, authority: String, prefix: String) {
        guard scheme == "http" || scheme == "https", Self.isAuthority(authority) else { return nil }
        (self.scheme, self.authority, self.prefix) = (scheme, authority, prefix)
    }

    /// A path without the slash at its end; nil where it is none.
    static func prefix(_ text: some StringProtocol) -> String? {
        var text = String(text)
        while text.hasSuffix("/") { text.removeLast() }
        guard !text.isEmpty else { return "" }
        let isPath = text.utf8.allSatisfy { Self.isWord($0) || "/~+@!$,%".utf8.contains($0) }
        return text.hasPrefix("/") && !text.hasPrefix("//") && isPath && !text.split(separator: "/").contains("..") ? text : nil
    }

    static func isAuthority(_ text: some StringProtocol) -> Bool {
        !text.isEmpty && text.utf8.count <= 300 && text.utf8.allSatisfy { isWord($0) || "[]:".utf8.contains($0) }
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }

    var text: String { "\(scheme)://\(authority)\(prefix)" }
}
