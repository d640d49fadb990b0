import Crypto
import NIOCore
import NIOSSL

/// What was agreed under an association.
public struct TLSSession: Equatable, Sendable {
    /// `TLS 1.2` or `TLS 1.3`.
    public var version: String
    /// The peer's, verified; nil where it showed none.
    public var certificate: PeerCertificate?

    public init(version: String, certificate: PeerCertificate? = nil) {
        self.version = version
        self.certificate = certificate
    }

    /// nil on a connection without TLS. On the channel's event loop, after the handshake.
    init?(_ pipeline: ChannelPipeline.SynchronousOperations) {
        guard let handler = pipeline.tlsHandler else { return nil }
        version = switch handler.tlsVersion {
        case .tlsv13: "TLS 1.3"
        case .tlsv12: "TLS 1.2"
        default: "TLS"
        }
        certificate = handler.peerCertificate.flatMap { PeerCertificate($0) }
    }

    /// The same from elsewhere.
    static func of(_ channel: any Channel) async -> TLSSession? {
        // A channel whose event loop is gone has no session.
        try? await channel.eventLoop.submit { TLSSession(channel.pipeline.syncOperations) }.get()
    }
}

/// A peer's certificate, as far as it says who the peer is.
public struct PeerCertificate: Equatable, Sendable {
    /// SHA-256 of its DER form; hexadecimal, lower case.
    public var fingerprint: String
    /// The subject's; nil where it has none.
    public var commonName: String?
    /// Host names, addresses, mail addresses and URIs of the subject.
    public var alternativeNames: [String]
    /// Seconds since 1970; not valid afterwards.
    public var notAfter: Int64

    public init(fingerprint: String, commonName: String?, alternativeNames: [String] = [], notAfter: Int64) {
        self.fingerprint = fingerprint
        self.commonName = commonName
        self.alternativeNames = alternativeNames
        self.notAfter = notAfter
    }

    init?(_ certificate: NIOSSLCertificate) {
        guard let bytes = try? certificate.toDERBytes() else { return nil }
        self.init(der: bytes, notAfter: Int64(certificate.notValidAfter))
    }

    init(der: [UInt8], notAfter: Int64) {
        let digits = Array("0123456789abcdef")
        fingerprint = String(SHA256.hash(data: der).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
        let names = CertificateNames(der: der)
        commonName = names.commonName
        alternativeNames = names.alternativeNames
        self.notAfter = notAfter
    }
}

extension ChannelPipeline.SynchronousOperations {
    var tlsHandler: NIOSSLHandler? {
        // Absence is the answer.
        if let server = try? handler(type: NIOSSLServerHandler.self) { return server }
        return try? handler(type: NIOSSLClientHandler.self)
    }
}
