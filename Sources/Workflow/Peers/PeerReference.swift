import DICOMNetwork
import DICOMweb

/// How a person names a DICOM node: by the name of a known peer, as `[AET@]HOST:PORT`; a numeric IPv6 host stands in brackets; or by
/// the address of its DICOMweb, `https://pacs.example/dicom-web`.
public enum PeerReference: Sendable, Equatable {
    case known(name: String)
    case address(aeTitle: AETitle?, host: String, port: Int)
    case service(ServiceURL)

    /// - Throws: `PeerReferenceError` in words for whoever typed it.
    public init(_ text: String) throws(PeerReferenceError) {
        if text.lowercased().hasPrefix("https://") || text.lowercased().hasPrefix("http://") {
            do throws(RemoteError) { self = .service(try ServiceURL(text)) } catch { throw PeerReferenceError(error.words) }
            return
        }
        let (title, rest) = Self.title(of: text)
        guard let colon = rest.lastIndex(of: ":"), !rest.hasSuffix("]") else {
            guard title == nil, !rest.isEmpty else { throw PeerReferenceError("'\(text)' names no port: write AET@HOST:PORT, as in PACS@10.0.0.9:104") }
            self = .known(name: rest)
            return
        }
        var host = String(rest[..<colon])
        guard let port = Int(rest[rest.index(after: colon)...]), (1...65535).contains(port) else {
            throw PeerReferenceError("'\(rest[rest.index(after: colon)...])' is no port (1 to 65535)")
        }
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw PeerReferenceError("an IPv6 address stands in brackets: [\(host)]:\(port), or [\(rest)]:104 if all of it is the address")
        }
        guard !host.isEmpty, !host.contains(where: { $0 == " " || $0 == "/" || $0 == "[" || $0 == "]" }) else {
            throw PeerReferenceError("'\(host)' is no host name or address")
        }
        guard let title else {
            self = .address(aeTitle: nil, host: host, port: port)
            return
        }
        guard let aeTitle = AETitle(title) else {
            throw PeerReferenceError("'\(title)' is no AE title: 1 to 16 characters, no backslash or control character")
        }
        self = .address(aeTitle: aeTitle, host: host, port: port)
    }

    /// An AE title may hold `@`; a host never does.
    private static func title(of text: String) -> (String?, String) {
        guard let at = text.lastIndex(of: "@") else { return (nil, text) }
        return (String(text[..<at]), String(text[text.index(after: at)...]))
    }
}

/// What is wrong with the way a node was named.
public struct PeerReferenceError: Error, Equatable, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}
