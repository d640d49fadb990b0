import NIOCore

/// Where a connection comes from or goes to.
public struct PeerAddress: Hashable, Sendable, CustomStringConvertible {
    /// Numeric; an IPv4 address in IPv6 clothes is shown as IPv4.
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    init(_ address: SocketAddress?) {
        let text = address?.ipAddress ?? ""
        host = text.hasPrefix("::ffff:") && text.contains(".") ? String(text.dropFirst(7)) : text
        port = address?.port ?? 0
    }

    /// Whether a host is an address rather than a name.
    static func isLiteral(_ host: String) -> Bool { (try? SocketAddress(ipAddress: host, port: 0)) != nil }

    static func withoutBrackets(_ host: String) -> String {
        host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
    }

    public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }
    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// What is known about an association when it ends: for the log, and for telling an administrator why a peer fails.
public struct AssociationRecord: Sendable {
    public internal(set) var address: PeerAddress
    public internal(set) var isRequestor: Bool
    /// As far as it came; without the user identity, which is secret.
    public internal(set) var request: AssociateRequest?
    public internal(set) var answer: AssociateAccept?
    public internal(set) var end: AssociationEnd
    /// More words for the reader, where there are: which AE title was called, why the caller is not known.
    public internal(set) var detail: String?
    public internal(set) var bytesReceived: UInt64 = 0
    public internal(set) var bytesSent: UInt64 = 0
    public internal(set) var messagesReceived: UInt64 = 0
    public internal(set) var messagesSent: UInt64 = 0
    /// What we answered to the peer's requests.
    public internal(set) var answered = Responses()
    /// What the peer answered to ours.
    public internal(set) var received = Responses()
    /// nil without TLS, or where no session came about.
    public internal(set) var tls: TLSSession?
    public internal(set) var lasted: Duration = .zero
}

/// Who calls, as far as the connection shows it.
public struct ConnectionInfo: Sendable {
    public var address: PeerAddress
    /// nil without TLS.
    public var tls: TLSSession?

    public init(address: PeerAddress, tls: TLSSession? = nil) {
        self.address = address
        self.tls = tls
    }
}

extension AssociationRecord: CustomStringConvertible {
    /// `STORESCU at 10.0.0.7:40312 calling ISOCENTER: released; 60 messages, 31574022 bytes received`
    public var description: String {
        var text = isRequestor ? "to \(address)" : "from \(address)"
        if let tls { text += " over \(tls.version)" }
        if let request {
            text = "\(request.callingAETitle?.text ?? "?") calling \(request.calledAETitle?.text ?? "?") " + text
        }
        text += ": \(end)"
        if let detail { text += " (\(detail))" }
        return text + "; \(messagesReceived) messages, \(bytesReceived) bytes received, \(bytesSent) sent"
    }
}
