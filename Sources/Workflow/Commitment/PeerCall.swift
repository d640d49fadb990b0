import DICOMNetwork

/// Opens an association to a peer under a title of ours.
public typealias PeerCall = @Sendable (
    _ peer: Peer, _ ourTitle: AETitle, _ proposals: [Requestor.Proposal], _ roles: [RoleSelection]
) async throws -> Association

extension Peer {
    /// It can be called, not only call.
    var isCallable: Bool { host != nil && port != nil }
}
