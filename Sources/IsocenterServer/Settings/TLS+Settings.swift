import DICOMNetwork
import Logging
import Workflow

extension TLSServer {
    /// nil where the settings name no certificate.
    ///
    /// - Throws: `ServerError` or `NetworkError` naming what is missing or wrong.
    init?(_ settings: Settings, _ logger: Logger) throws {
        let certificate = settings[Settings.dimseTLSCertificate], key = settings[Settings.dimseTLSKey]
        guard !certificate.isEmpty else { return nil }
        guard !key.isEmpty else { throw ServerError("dimse.tls.certificate needs dimse.tls.key") }
        let authorities = settings[Settings.dimseTLSAuthorities]
        let clients = ClientCertificates(rawValue: settings[Settings.dimseTLSClientCertificates]) ?? (authorities.isEmpty ? .none : .required)
        try self.init(
            certificate: certificate, key: key, authorities: authorities.isEmpty ? nil : authorities, clientCertificates: clients,
            onProblem: { logger.error("\($0)") })
    }
}

extension PeerTLS {
    /// How we call peers that use TLS: with the same certificate, believing the same authorities.
    public init(_ settings: Settings, logger: Logger) throws(NetworkError) {
        func file(_ setting: Setting<String>) -> String? { settings[setting].isEmpty ? nil : settings[setting] }
        try self.init(
            authorities: file(Settings.dimseTLSAuthorities), certificate: file(Settings.dimseTLSCertificate), key: file(Settings.dimseTLSKey),
            verifiesHost: settings[Settings.tlsVerifiesHost], onProblem: { logger.error("\($0)") })
    }
}
