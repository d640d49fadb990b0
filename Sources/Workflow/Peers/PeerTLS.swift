import DICOMNetwork

/// How peers that use TLS are called. A peer whose certificate is known by its fingerprint is recognised by that; any other by
/// its authority, and by its host name unless that is switched off.
public struct PeerTLS: Sendable {
    private let byName: TLSClient
    private let byFingerprint: TLSClient

    /// - Parameters: as those of ``TLSClient``.
    public init(
        authorities: String? = nil, certificate: String? = nil, key: String? = nil, verifiesHost: Bool = true,
        onProblem: @escaping @Sendable (String) -> Void = { _ in }
    ) throws(NetworkError) {
        byFingerprint = try TLSClient(authorities: authorities, certificate: certificate, key: key, verifiesHost: false, onProblem: onProblem)
        byName = verifiesHost
            ? try TLSClient(authorities: authorities, certificate: certificate, key: key, verifiesHost: true, onProblem: onProblem) : byFingerprint
    }

    func client(for peer: Peer) -> TLSClient? { peer.usesTLS ? peer.certificate == nil ? byName : byFingerprint : nil }
}

extension Peer {
    /// What calls it.
    ///
    /// - Parameter tls: needed for a peer that uses TLS.
    /// - Throws: `cannotConnect` where it has no address, `tls` where TLS is needed and not there.
    public func requestor(as calling: AETitle, tls: PeerTLS?, limits: NetworkLimits = NetworkLimits()) throws(NetworkError) -> Requestor {
        guard let host, let port else {
            throw .cannotConnect(host: host ?? name, port: port ?? 0, "\(name) calls us and is never called: give it a host and a port")
        }
        guard let called = title else { throw .cannotConnect(host: host, port: port, "'\(aeTitle)' is no AE title") }
        var requestor = Requestor(host: host, port: port, calledAETitle: called, callingAETitle: calling, limits: limits)
        requestor.tls = tls?.client(for: self)
        guard !usesTLS || requestor.tls != nil else { throw .tls("\(name) is called over TLS only") }
        return requestor
    }

    /// To be asked once an association with it stands, before anything is sent: whether it is the one whose certificate we know.
    ///
    /// - Throws: `tls`; the association has been aborted then.
    public func checkCertificate(of association: Association) throws(NetworkError) {
        guard usesTLS, let certificate, association.tls?.certificate?.fingerprint != certificate else { return }
        association.abort("its certificate is not the one that is known of \(name)")
        throw .tls("\(name) shows another certificate than the one that is known of it")
    }
}
