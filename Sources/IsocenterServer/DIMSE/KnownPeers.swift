/// Rules of VR AE (PS3.5 Table 6.2-1).
enum AETitle {
    static func isValid(_ title: String) -> Bool {
        let bytes = title.utf8
        return (1...16).contains(bytes.count) && bytes.allSatisfy { (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }
            && !bytes.allSatisfy { $0 == 0x20 }
    }
}

/// Who may open an association: named callers, and this machine itself unless that was switched off.
public struct KnownPeers: Sendable {
    public struct Peer: Sendable, Equatable {
        public var aeTitle: String
        /// nil: from anywhere.
        public var address: String?

        init?(text: String) {
            let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard let title = parts.first, AETitle.isValid(title), parts.count == 1 || !parts[1].isEmpty else { return nil }
            aeTitle = title
            address = parts.count == 2 ? parts[1] : nil
        }
    }

    var peers: [Peer]
    var includesLoopback: Bool

    /// - Parameter address: numeric, as the socket says it.
    func contains(aeTitle: String, address: String) -> Bool {
        if includesLoopback, Self.isLoopback(address) { return true }
        return peers.contains { $0.aeTitle == aeTitle && ($0.address == nil || $0.address == Self.unmapped(address)) }
    }

    static func isLoopback(_ address: String) -> Bool {
        let plain = unmapped(address)
        return plain == "::1" || plain.hasPrefix("127.")
    }

    /// `::ffff:10.0.0.1` is 10.0.0.1 on a socket that serves both families.
    private static func unmapped(_ address: String) -> String {
        address.hasPrefix("::ffff:") ? String(address.dropFirst(7)) : address
    }
}
