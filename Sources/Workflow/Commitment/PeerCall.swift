import DICOMNetwork

/// Opens an association to a peer under a title of ours.
public typealias PeerCall = @Sendable (
    _ peer: Peer, _ ourTitle: AETitle, _ proposals: [Requestor.Proposal], _ roles: [RoleSelection]
) async throws -> Association

extension Peer {
    /// It can be called, not only call.
    var isCallable: Bool { host != nil && port != nil }

    /// Calls it, by itself and without keeping anything open.
    ///
    /// - Throws: `NetworkError`, `JobError.failed` where it cannot be called at all.
    public func call(as ourTitle: AETitle, _ proposals: [Requestor.Proposal], _ roles: [RoleSelection], onEnd: @escaping @Sendable (AssociationRecord) -> Void = { _ in }) async throws -> Association {
        guard let host, let port, let title else { throw JobError.failed("\(name) has no host, port or AE title to call") }
        var requestor = Requestor(host: host, port: port, calledAETitle: title, callingAETitle: ourTitle, onEnd: onEnd)
        requestor.roles = roles
        return try await requestor.connect(proposals)
    }
}
