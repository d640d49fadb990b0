import NIOCore
import NIOSSL

/// Why a connection did not become a TLS session, told so that someone can put it right.
public enum TLSFailure: Equatable, Sendable, CustomStringConvertible {
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

extension TLSFailure {
    /// Names in the TLS library's error, and what they mean. The first that occurs counts.
    private static let meanings: [(String, TLSFailure)] = [
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", .noClientCertificate),
        ("NO_SHARED_CIPHER", .noCommonCipher),
        ("UNSUPPORTED_PROTOCOL", .noCommonVersion),
        ("NO_SUPPORTED_VERSIONS_ENABLED", .noCommonVersion),
        ("WRONG_VERSION_NUMBER", .notTLS),
        ("HTTP_REQUEST", .notTLS),
        ("HTTPS_PROXY_REQUEST", .notTLS),
        ("EOF during handshake", .closed),
        ("CERTIFICATE_REQUIRED", .refusedByPeer("it requires a certificate of ours")),
        ("ALERT_UNKNOWN_CA", .refusedByPeer("it does not trust the authority of our certificate")),
        ("CERTIFICATE_UNKNOWN", .refusedByPeer("it does not accept our certificate")),
        ("BAD_CERTIFICATE", .refusedByPeer("it does not accept our certificate")),
        ("CERTIFICATE_EXPIRED", .refusedByPeer("our certificate has expired, or its clock is wrong")),
        ("CERTIFICATE_REVOKED", .refusedByPeer("our certificate was revoked")),
        ("ALERT_PROTOCOL_VERSION", .refusedByPeer("it speaks no TLS version that is spoken here")),
        ("ALERT_INSUFFICIENT_SECURITY", .refusedByPeer("it asks for another cipher suite")),
        ("ALERT_HANDSHAKE_FAILURE", .refusedByPeer("no cipher suite in common, or it misses a certificate of ours")),
        ("ALERT_ACCESS_DENIED", .refusedByPeer("access denied")),
    ]

    /// nil where the error is none of TLS.
    ///
    /// - Parameter certificate: the peer's, as far as the handshake came: the library does not say what was wrong with it.
    init?(_ error: any Error, certificate: NIOSSLCertificate?, now: Int64) {
        let text: String
        switch error {
        case NIOSSLError.uncleanShutdown: return nil
        case NIOSSLError.noCertificateToValidate: self = .noClientCertificate; return
        case NIOSSLError.unableToValidateCertificate, NIOSSLError.cannotFindPeerIP: self = .wrongHost; return
        case let error as NIOSSLError: text = "\(error)"
        case let error as BoringSSLError: text = "\(error)"
        case let error as NIOSSLExtraError:
            if error == .failedToValidateHostname { self = .wrongHost; return }
            text = "\(error)"
        default: return nil
        }
        if text.contains("CERTIFICATE_VERIFY_FAILED") {
            guard let certificate else { self = .unknownAuthority; return }
            self = now > Int64(certificate.notValidAfter) ? .expired : now < Int64(certificate.notValidBefore) ? .notYetValid : .unknownAuthority
        } else {
            self = Self.meanings.first { text.contains($0.0) }?.1 ?? .other(text)
        }
    }
}

/// On the TLS port, before TLS: tells a peer that does not speak it from one that does by the first byte (RFC 8446 §5.1: a
/// handshake record begins with 22). Removes itself after the first read.
final class PlainPeerDetector: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data).readableBytesView
        guard let first = bytes.first, first != 22 else {
            context.fireChannelRead(data)
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            return
        }
        let foreign = ForeignProtocol(firstBytes: bytes)
        let failure = first == PDU.Kind.associateRequest.rawValue
            ? TLSFailure.plainDICOM : foreign.map { .foreignProtocol($0) } ?? .other("the peer sent something else than a TLS handshake")
        context.fireErrorCaught(failure)
    }
}

extension TLSFailure: Error {}
