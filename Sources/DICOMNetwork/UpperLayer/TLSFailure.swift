/// Why a connection did not become a TLS session, told so that someone can put it right.
public enum TLSFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// A DICOM peer without TLS on the TLS port.
    case plainDICOM
    case foreignProtocol(ForeignProtocol)
    /// We called with TLS, and what answered was no TLS.
    case notTLS
    case noClientCertificate
    case unknownAuthority
    case expired
    case notYetValid
    /// The certificate is for another name than the one that was called.
    case wrongHost
    case noCommonVersion
    case noCommonCipher
    /// The peer ended the handshake with this alert.
    case refusedByPeer(String)
    /// It closed the connection in the handshake, without a word.
    case closed
    case other(String)

    public var description: String {
        switch self {
        case .plainDICOM: "this port speaks DICOM over TLS; the peer speaks DICOM without TLS"
        case .foreignProtocol(let peer): "this port speaks DICOM over TLS; the peer sent \(peer.words)"
        case .notTLS: "the peer does not speak TLS on this port"
        case .noClientCertificate: "the peer shows no certificate, and one is required"
        case .unknownAuthority: "the peer's certificate was not issued by an authority that is trusted here"
        case .expired: "the peer's certificate has expired"
        case .notYetValid: "the peer's certificate is not valid yet: one of the clocks may be wrong"
        case .wrongHost: "the peer's certificate is for another name"
        case .noCommonVersion: "no TLS version in common; 1.2 and 1.3 are spoken here"
        case .noCommonCipher: "no cipher suite in common; ECDHE with AES-GCM or ChaCha20 is spoken here"
        case .refusedByPeer(let alert): "the peer ended the TLS handshake: \(alert)"
        case .closed: "the peer closed the connection in the TLS handshake; it may not speak TLS"
        case .other(let words): "TLS: \(words)"
        }
    }
}
