import NIOSSL

/// How the TLS port proves who it is, and whom it believes (PS3.15 §B.12, BCP 195: TLS 1.2 and 1.3, ECDHE with AEAD only).
///
/// The files are looked at again for each connection, so that a renewed certificate is used without a restart. Where a changed
/// file cannot be used, the last good one stays in force and `onProblem` hears why.
public struct TLSServer: Sendable {
    public enum ClientCertificates: String, Sendable, CaseIterable { case required, optional, none }

    public let clientCertificates: ClientCertificates
    let context: ReloadingContext

    /// - Parameters:
    ///   - certificate: PEM file with the certificate, then those that lead to its authority.
    ///   - key: PEM file with its private key, without a passphrase.
    ///   - authorities: PEM file with the certificates of those who issue client certificates, or with client certificates that
    ///     issued themselves.
    ///   - onProblem: called with words for an administrator.
    /// - Throws: `tls` naming the file and what is wrong with it.
    public init(
        certificate: String, key: String, authorities: String? = nil, clientCertificates: ClientCertificates = .none,
        onProblem: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(NetworkError) {
        if clientCertificates != .none, authorities == nil {
            throw .tls("client certificates cannot be checked without the certificates of their authorities")
        }
        self.clientCertificates = clientCertificates
        context = try ReloadingContext(files: [certificate, key] + (authorities.map { [$0] } ?? []), onProblem: onProblem) { () throws(NetworkError) in
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: try TLSFile.certificates(certificate).map { .certificate($0) }, privateKey: .privateKey(try TLSFile.key(key)))
            configuration.followBCP195()
            if let authorities, clientCertificates != .none {
                configuration.trustRoots = .certificates(try TLSFile.certificates(authorities))
                configuration.certificateVerification = clientCertificates == .required ? .noHostnameVerification : .optionalVerification
                configuration.sendCANameList = true
            }
            return try TLSFile.context(configuration, certificate, key)
        }
    }

    func handler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context.current) }
}

/// How we call a TLS port: whom we believe, and the certificate we show where we are asked for one.
public struct TLSClient: Sendable {
    public let verifiesHost: Bool
    let context: ReloadingContext

    /// - Parameters:
    ///   - authorities: PEM file with the certificates of those who issue the peers' certificates, or with such certificates
    ///     themselves; nil: those that the system trusts.
    ///   - certificate, key: PEM files, both or none.
    ///   - verifiesHost: whether the peer's certificate must be for the name or address that is called. Devices often have
    ///     certificates without their name.
    /// - Throws: `tls` naming the file and what is wrong with it.
    public init(
        authorities: String? = nil, certificate: String? = nil, key: String? = nil, verifiesHost: Bool = true,
        onProblem: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(NetworkError) {
        guard (certificate == nil) == (key == nil) else { throw .tls("a certificate needs its key, and a key its certificate") }
        self.verifiesHost = verifiesHost
        context = try ReloadingContext(files: [authorities, certificate, key].compactMap(\.self), onProblem: onProblem) { () throws(NetworkError) in
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.followBCP195()
            if let authorities { configuration.trustRoots = .certificates(try TLSFile.certificates(authorities)) }
            if let certificate, let key {
                configuration.certificateChain = try TLSFile.certificates(certificate).map { .certificate($0) }
                configuration.privateKey = .privateKey(try TLSFile.key(key))
            }
            configuration.certificateVerification = verifiesHost ? .fullVerification : .noHostnameVerification
            return try TLSFile.context(configuration, certificate, key)
        }
    }

    /// - Parameter host: as called; an address is compared with the certificate's addresses.
    func handler(host: String) throws -> NIOSSLClientHandler {
        try NIOSSLClientHandler(context: context.current, serverHostname: PeerAddress.isLiteral(host) ? nil : host)
    }
}

extension TLSConfiguration {
    /// BCP 195 (RFC 9325 §4.2): nothing before TLS 1.2; for 1.2 only ephemeral keys and authenticated encryption. TLS 1.3 has
    /// no other suites.
    fileprivate mutating func followBCP195() {
        minimumTLSVersion = .tlsv12
        maximumTLSVersion = .tlsv13
        cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
            .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
        ]
        renegotiationSupport = .none
        shutdownTimeout = .seconds(1)
    }
}
