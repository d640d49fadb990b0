import DICOMNetwork

/// Who may open an association: named callers, and this machine itself unless that was switched off.
public struct KnownPeers: Sendable {
    public struct Peer: Sendable, Equatable {
        public var aeTitle: AETitle
        /// nil: from anywhere.
        public var address: String?

        init?(text: String) {
            let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let title = parts.first.flatMap({ AETitle($0) }), parts.count == 1 || !parts[1].isEmpty else { return nil }
            aeTitle = title
            address = parts.count == 2 ? parts[1] : nil
        }
    }

    var peers: [Peer]
    var includesLoopback: Bool

    /// - Parameter address: numeric, as the socket says it.
    func contains(aeTitle: AETitle, address: PeerAddress) -> Bool {
        if includesLoopback, address.isLoopback { return true }
        return peers.contains { $0.aeTitle == aeTitle && ($0.address == nil || $0.address == address.host) }
    }
}
