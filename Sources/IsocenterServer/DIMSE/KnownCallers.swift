import DICOMNetwork
import Database
import Workflow

/// Who calls: peers of the table, those of the settings, and this machine itself unless that was switched off.
struct KnownCallers: Sendable {
    let peers: PeerTable
    let settings: Settings

    /// Our own titles.
    var titles: Set<AETitle> { AETitle(settings[Settings.aeTitle]).map { [$0] } ?? [] }

    /// nil where the caller is not known.
    func caller(of request: AssociateRequest, from address: PeerAddress) async throws(DatabaseError) -> Caller? {
        guard let title = request.callingAETitle, let peer = try await peer(title, address) else { return nil }
        return Caller(
            peer: peer, principal: Principal(kind: .peer, name: title.text, role: .node), address: address,
            called: ApplicationEntity(title: settings[Settings.aeTitle]))
    }

    private func peer(_ title: AETitle, _ address: PeerAddress) async throws(DatabaseError) -> Peer? {
        let known = try await peers.peers(aeTitle: title)
        if let peer = known.first(where: { $0.addresses.isEmpty || $0.addresses.contains(address.host) }) { return peer }
        let named = settings[Settings.peers].compactMap { SettledPeer(text: $0) }
        if named.contains(where: { $0.aeTitle == title && ($0.address == nil || $0.address == address.host) }) {
            return Peer(name: title.text, aeTitle: title.text)
        }
        guard settings[Settings.loopbackPeers], address.isLoopback else { return nil }
        var peer = Peer(name: "this machine", aeTitle: title.text)
        peer.services = Set(Peer.Service.allCases)
        return peer
    }
}

/// A caller that the settings name: `AET` or `AET@address`.
struct SettledPeer: Sendable, Equatable {
    var aeTitle: AETitle
    /// nil: from anywhere.
    var address: String?

    init?(text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let title = parts.first.flatMap({ AETitle($0) }), parts.count == 1 || !parts[1].isEmpty else { return nil }
        aeTitle = title
        address = parts.count == 2 ? parts[1] : nil
    }
}
