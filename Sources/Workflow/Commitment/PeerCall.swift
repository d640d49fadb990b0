import DICOMNetwork

/// Opens an association to a peer under a title of ours.
public typealias PeerCall = @Sendable (
    _ peer: Peer, _ ourTitle: AETitle, _ proposals: [Requestor.Proposal], _ roles: [RoleSelection]
) async throws -> Association

extension Peer {
    /// It can be called, not only call.
    var isCallable: Bool { host != nil && port != nil }

    /// Opens an association that nobody else uses, to be released by the one who asked for it.
    public func call(
        as ourTitle: AETitle, tls: PeerTLS?, _ proposals: [Requestor.Proposal], _ roles: [RoleSelection],
        onEnd: @escaping @Sendable (AssociationRecord) -> Void = { _ in }
    ) async throws(NetworkError) -> Association {
        var requestor = try requestor(as: ourTitle, tls: tls)
        requestor.roles = roles
        requestor.onEnd = onEnd
        let association = try await requestor.connect(proposals)
        try checkCertificate(of: association)
        return association
    }
}
