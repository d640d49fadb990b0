import Archive
import DICOMNetwork
import Database
import Workflow

/// Who calls, and by which title of ours: peers of the table, those of the settings, and this machine itself unless that was
/// switched off.
struct KnownCallers: Sendable {
    let peers: PeerTable
    let settings: Settings
    var hosts = HostAddresses()

    enum Recognition: Sendable {
        case known(Caller)
        /// Nobody knows this title at this address; the words say what would have to be different.
        case unknown(String)
        /// Known, but not so.
        case refused(AssociateReject, String)
    }

    func recognize(_ request: AssociateRequest, from connection: ConnectionInfo) async throws(DatabaseError) -> Recognition {
        let address = connection.address
        guard let title = request.callingAETitle else { return .refused(.callingAETitleNotRecognized, "the calling AE title is empty or malformed") }
        guard request.calledAETitle != nil else { return .refused(.calledAETitleNotRecognized, "the called AE title is empty or malformed") }
        guard let peer = try await peer(title, address) else {
            return .unknown("unknown caller \(title) at \(address.host): see 'isocenter peers callers', make it known with 'isocenter peers add'")
        }
        if let problem = problem(of: connection.tls, for: peer, title) { return .refused(.callingAETitleNotRecognized, problem) }
        guard let called = try await entity(called: request.calledAETitle) else {
            return .refused(.calledAETitleNotRecognized, "called as \"\(request.calledAETitle?.text ?? "")\", which is not an AE title of ours")
        }
        guard peer.calledAETitles?.contains(called.title) ?? true, called.callers?.contains(peer.name) ?? true else {
            return .refused(.calledAETitleNotRecognized, "the peer '\(peer.name)' may not call the title \(called.title)")
        }
        do throws(ArchiveError) {
            return .known(Caller(peer: peer, address: address, called: called, view: try Access(view: called.view)))
        } catch {
            // Without its view the title would show too much.
            return .refused(.temporaryCongestion, "the view of the title \(called.title) does not work: \(error.message)")
        }
    }

    // MARK: TLS

    /// Why the connection will not do for this peer, in words.
    private func problem(of session: TLSSession?, for peer: Peer, _ title: AETitle) -> String? {
        guard let session else { return peer.usesTLS ? "the peer '\(peer.name)' has to call over TLS" : nil }
        if let bound = peer.certificate {
            guard let shown = session.certificate else { return "the peer '\(peer.name)' showed no certificate" }
            return shown.fingerprint == bound ? nil : "the certificate \(shown.fingerprint) is not the one of the peer '\(peer.name)'"
        }
        guard settings[Settings.bindsTitles] else { return nil }
        guard let shown = session.certificate else { return "\(title) showed no certificate that would be bound to its title" }
        let names = shown.alternativeNames + [shown.commonName].compactMap(\.self)
        return names.contains(title.text) ? nil : "the certificate is for \(names.joined(separator: ", ")), not for the AE title \(title)"
    }

    // MARK: Titles

    /// Of several titles a caller that uses none of them gets the default one, unless that is checked; nil: refused.
    private func entity(called: AETitle?) async throws(DatabaseError) -> ApplicationEntity? {
        let ours = try await peers.titles()
        if let called, let entity = ours.first(where: { $0.title == called.text }) { return entity }
        let standard = settings[Settings.aeTitle]
        guard !settings[Settings.checksCalledAETitle] || called?.text == standard else { return nil }
        return ours.first { $0.title == standard } ?? ApplicationEntity(title: standard)
    }

    // MARK: Peers

    private func peer(_ title: AETitle, _ address: PeerAddress) async throws(DatabaseError) -> Peer? {
        for peer in try await peers.peers(aeTitle: title) where await calls(peer, from: address) { return peer }
        if let settled = settings[Settings.peers].compactMap({ SettledPeer(text: $0) }).first(where: { $0.aeTitle == title && $0.calls(from: address) }) {
            return settled.peer
        }
        guard settings[Settings.loopbackPeers], address.isLoopback else { return nil }
        var peer = Peer(name: "this machine", aeTitle: title.text)
        peer.services = Set(Peer.Service.allCases)
        return peer
    }

    private func calls(_ peer: Peer, from address: PeerAddress) async -> Bool {
        let ranges = peer.ranges
        // One that cannot be read lets nobody in.
        if !peer.addresses.isEmpty { return ranges.contains { $0.contains(address.host) } }
        guard settings[Settings.checksCallingHost], let host = peer.host else { return true }
        return await hosts.addresses(of: host).contains { $0.contains(address.host) }
    }
}

/// A caller that the settings name: `AET`, `AET@address` or `AET@network`.
struct SettledPeer: Sendable, Equatable {
    var aeTitle: AETitle
    /// nil: from anywhere.
    var address: AddressRange?

    init?(text: String) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard let title = parts.first.flatMap({ AETitle($0) }) else { return nil }
        aeTitle = title
        guard parts.count == 2 else { return }
        guard let range = AddressRange(parts[1]) else { return nil }
        address = range
    }

    func calls(from address: PeerAddress) -> Bool { self.address?.contains(address.host) ?? true }

    /// What it may do is the default of peers.
    var peer: Peer {
        var peer = Peer(name: aeTitle.text, aeTitle: aeTitle.text)
        peer.addresses = address.map { ["\($0)"] } ?? []
        return peer
    }
}
