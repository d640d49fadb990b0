import NIOSSL

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
