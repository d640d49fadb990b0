/// Where audit messages go: `tls://host:6514` (RFC 5425), `tcp://host:601` (RFC 6587), `udp://host:514` (RFC 5426).
public struct SyslogReceiver: Sendable, Hashable {
    public enum Transport: String, Sendable {
        case tls, tcp, udp

        var port: Int {
            switch self {
            case .tls: 6514
            case .tcp: 601
            case .udp: 514
            }
        }
    }

    public var transport: Transport
    public var host: String
    public var port: Int

    /// nil where the text is no such address. Without a port it is the one that the transport has.
    public init?(_ text: String) {
        guard let mark = text.firstRange(of: "://"), let transport = Transport(rawValue: String(text[..<mark.lowerBound])) else { return nil }
        var rest = text[mark.upperBound...]
        var port = transport.port
        // `[::1]:6514`: colons belong to the address there.
        let end = rest.lastIndex(of: "]") ?? rest.startIndex
        if let colon = rest[end...].lastIndex(of: ":") {
            guard let number = Int(rest[rest.index(after: colon)...]), (1...65_535).contains(number) else { return nil }
            port = number
            rest = rest[..<colon]
        }
        if rest.first == "[", rest.last == "]" { rest = rest.dropFirst().dropLast() }
        guard !rest.isEmpty, rest.allSatisfy({ $0.isLetter || $0.isNumber || ".-_:%".contains($0) }) else { return nil }
        (self.transport, host, self.port) = (transport, String(rest), port)
    }

    public var text: String { "\(transport.rawValue)://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
}
