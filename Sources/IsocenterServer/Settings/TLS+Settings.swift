import DICOMNetwork
import Logging
import Workflow

extension TLSServer {
    /// nil where there is no TLS port.
    ///
    /// - Throws: `ServerError` or `NetworkError` naming what is missing or wrong.
    init?(_ settings: Settings, logger: Logger) throws {
        guard settings[Settings.tlsPort] != 0 else { return nil }
        let certificate = settings[Settings.tlsCertificate], key = settings[Settings.tlsKey], authorities = settings[Settings.tlsAuthorities]
        guard !certificate.isEmpty, !key.isEmpty else { throw ServerError("the DICOM port with TLS needs dimse.tls.certificate and dimse.tls.key") }
        let clients = TLSServer.ClientCertificates(rawValue: settings[Settings.tlsClientCertificates]) ?? .required
        guard clients == .none || !authorities.isEmpty else {
            throw ServerError("certificates of callers cannot be checked without dimse.tls.authorities; dimse.tls.clientCertificates=none asks for none")
        }
        try self.init(
            certificate: certificate, key: key, authorities: authorities.isEmpty ? nil : authorities, clientCertificates: clients,
            onProblem: { logger.error("TLS of the DICOM port: \($0)") })
    }
}

extension PeerTLS {
    /// How we call peers that use TLS.
    public init(_ settings: Settings, logger: Logger) throws(NetworkError) {
        func file(_ setting: Setting<String>) -> String? { settings[setting].isEmpty ? nil : settings[setting] }
        try self.init(
            authorities: file(Settings.tlsAuthorities), certificate: file(Settings.tlsCertificate), key: file(Settings.tlsKey),
            verifiesHost: settings[Settings.tlsVerifiesHost], onProblem: { logger.error("TLS towards peers: \($0)") })
    }
}
