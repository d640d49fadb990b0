/// Base of a DICOMweb service, `https://pacs.example:8443/dicom-web` (PS3.18 §8.2): everything that is asked of it stands below.
public struct ServiceURL: Sendable, Hashable, CustomStringConvertible {
    public let isSecure: Bool
    /// In lower case; an IPv6 address in brackets.
    public let host: String
    public let port: Int
    /// Of the base, as it was written, without a slash at its end.
    public let path: String

    /// - Throws: `.address` saying which part is wrong. Credentials in it are refused: they would be seen wherever it is shown.
    public init(_ text: String) throws(RemoteError) {
        func wrong(_ words: String) -> RemoteError { RemoteError(.address, url: "", words) }
        let lower = text.prefix(8).lowercased()
        guard lower.hasPrefix("https://") || lower.hasPrefix("http://") else { throw wrong("an address of DICOMweb begins with https:// or http://") }
        isSecure = lower.hasPrefix("https://")
        guard text.utf8.count <= Self.longest, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw wrong("an address has at most \(Self.longest) printable ASCII characters: others are written as %XX")
        }
        let rest = text.dropFirst(isSecure ? 8 : 7)
        let authority = rest.prefix { !"/?#".contains($0) }
        var path = String(rest[authority.endIndex...])
        guard !authority.contains("@") else { throw wrong("a user or password is not written into an address") }
        guard !path.contains(where: { "?#\\".contains($0) }) else { throw wrong("an address of a service has no '?', '#' or '\\'") }
        guard !path.split(separator: "/").contains(where: { $0 == "." || $0 == ".." }) else { throw wrong("an address of a service has no '.' or '..' in its path") }
        while path.hasSuffix("/") { path.removeLast() }
        guard let (host, port) = Self.place(authority, isSecure ? 443 : 80) else { throw wrong("it names no host, or a port that is none") }
        (self.host, self.port, self.path) = (host, port, path)
    }

    private static let longest = 2048

    private static func place(_ authority: Substring, _ usual: Int) -> (String, Int)? {
        var host = authority, port: Substring?
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            host = authority[...end]
            let after = authority[authority.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            if !after.isEmpty { port = after.dropFirst() }
            guard host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || ":.%".contains($0) }) else { return nil }
        } else if let colon = authority.firstIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
            guard port?.contains(":") == false else { return nil }
        }
        guard !host.isEmpty, host.allSatisfy({ $0.isLetter || $0.isNumber || "-._[]:%".contains($0) }) else { return nil }
        guard let port, !port.isEmpty else { return (host.lowercased(), usual) }
        guard port.allSatisfy({ ("0"..."9").contains($0) }), let number = Int(port), (1...65535).contains(number) else { return nil }
        return (host.lowercased(), number)
    }

    /// Scheme, host and port, the port only where it is not the usual one.
    public var origin: String { "\(isSecure ? "https" : "http")://\(host)\(port == (isSecure ? 443 : 80) ? "" : ":\(port)")" }

    public var description: String { origin + path }

    /// Whether it is this machine, by number or the name that always is.
    public var isLoopback: Bool { host == "localhost" || host == "[::1]" || host.hasPrefix("127.") && host.allSatisfy { $0.isNumber || $0 == "." } }

    /// Address of what stands below.
    ///
    /// - Parameters:
    ///   - segments: of the path, not yet encoded.
    ///   - query: names and values, not yet encoded.
    func resource(_ segments: [String], query: [(name: String, value: String)] = []) -> String {
        let query = query.map { "\(Self.encoded($0.name))=\(Self.encoded($0.value))" }.joined(separator: "&")
        return description + segments.map { "/" + Self.encoded($0) }.joined() + (query.isEmpty ? "" : "?" + query)
    }

    /// Where a redirect leads (RFC 9110 §10.2.2); nil where that is another origin, or nothing that can be followed.
    ///
    /// - Parameter url: what was asked, of this origin.
    func target(of location: String, from url: String) -> String? {
        guard location.utf8.count <= Self.longest * 4, location.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !location.contains("\\") else { return nil }
        let location = String(location.prefix { $0 != "#" })
        if location.isEmpty { return nil }
        if location.hasPrefix("//") { return target(of: (isSecure ? "https:" : "http:") + location, from: url) }
        if location.hasPrefix("/") { return origin + location }
        let scheme = location.prefix { !":/?".contains($0) }
        if location[scheme.endIndex...].hasPrefix(":") {
            let head = location.prefix { $0 != "?" }
            guard let there = try? ServiceURL(String(head)), there.origin == origin else { return nil }  // What is no address cannot be followed.
            return there.description + (head.hasSuffix("/") ? "/" : "") + location[head.endIndex...]
        }
        let asked = url.prefix { $0 != "?" }
        if location.hasPrefix("?") { return asked + location }
        guard let slash = asked.lastIndex(of: "/") else { return nil }
        return asked[...slash] + location
    }

    /// All but the unreserved characters and `,` as %XX of their UTF-8 (RFC 3986 §2.3); a comma divides values and stays.
    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"), UInt8(ascii: ","):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                result += byte < 0x10 ? "%0" : "%"
                result += String(byte, radix: 16, uppercase: true)
            }
        }
        return result
    }
}
