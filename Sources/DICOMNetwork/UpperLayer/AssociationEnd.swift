/// How an association came to its end; said once for each, in words that an administrator can act on.
public enum AssociationEnd: Equatable, Sendable {
    /// A-RELEASE, by either side.
    case released
    /// A-ASSOCIATE-RJ, sent by us (or received, where we asked).
    case rejected(AssociateReject)
    case abortedByPeer(Abort)
    /// The transport connection went away without release or abort.
    case connectionLost(String?)
    /// The peer broke the protocol and we aborted.
    case protocolError(String)
    case foreignProtocol(ForeignProtocol)
    /// No TLS session came about, or it broke.
    case tls(TLSFailure)
    /// Nothing became of a connection within the ARTIM time.
    case noAssociation(seconds: Int)
    case idle(seconds: Int)
    case stalled(seconds: Int)
    case noResponse(seconds: Int)
    /// We aborted for a reason of our own.
    case abortedByUs(String)
    case shutDown

    /// Both sides did what the protocol asks.
    public var isOrderly: Bool { self == .released }
}

extension AssociationEnd: CustomStringConvertible {
    public var description: String {
        switch self {
        case .released: "released"
        case .rejected(let reject): "rejected, \(reject)"
        case .abortedByPeer(let abort): "aborted by the peer, \(abort)"
        case .connectionLost(let why): "connection lost" + (why.map { ": \($0)" } ?? " without release or abort")
        case .protocolError(let what): "aborted: the peer broke the protocol: \(what)"
        case .foreignProtocol(let peer): "this port speaks DICOM; the peer sent \(peer.words)"
        case .tls(let failure): "\(failure)"
        case .noAssociation(let seconds): "closed: no association was requested within \(seconds) s"
        case .idle(let seconds): "aborted: nothing was heard for \(seconds) s"
        case .stalled(let seconds): "aborted: the peer stopped in the middle of a message for \(seconds) s"
        case .noResponse(let seconds): "aborted: the peer did not answer within \(seconds) s"
        case .abortedByUs(let why): "aborted: \(why)"
        case .shutDown: "aborted: this side shuts down"
        }
    }
}
