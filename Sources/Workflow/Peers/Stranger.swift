import DICOM
import DICOMNetwork
import Database
import Foundation

/// A caller that was refused because nobody knows it.
public struct Stranger: Sendable, Hashable, Codable, Identifiable {
    public var aeTitle: String
    /// Numeric.
    public var address: String
    /// The title it called.
    public var calledAETitle: String
    /// What it proposed, in words: `CT Image Storage`, …
    public var proposed: [String]
    /// What it would need to be allowed.
    public var services: Set<Peer.Service>
    public var first: Date
    public var last: Date
    public var count: Int

    public var id: String { "\(aeTitle)@\(address)" }

    public init(_ request: AssociateRequest, address: PeerAddress, at time: Date) {
        aeTitle = request.callingAETitle?.text ?? ""
        self.address = address.host
        calledAETitle = request.calledAETitle?.text ?? ""
        let classes = request.presentationContexts.compactMap(\.abstractSyntax)
        var words: [String] = []
        for name in classes.map({ UIDTable.entry(for: $0)?.name ?? $0.text }) where !words.contains(name) { words.append(name) }
        proposed = Array(words.prefix(Self.mostProposed)) + (words.count > Self.mostProposed ? ["and \(words.count - Self.mostProposed) more"] : [])
        services = Set(classes.compactMap(Peer.Service.init(of:)))
        (first, last, count) = (time, time, 1)
    }

    private static let mostProposed = 20

    /// It as a peer, with what is known of it filled in; what it may do is for a person to decide, and what it asked for a proposal.
    public func peer(named name: String) -> Peer {
        var peer = Peer(name: name, aeTitle: aeTitle)
        peer.addresses = [address]
        if !services.isEmpty { peer.services = services }
        return peer
    }

    /// Seen again.
    public mutating func add(_ other: Stranger) {
        (calledAETitle, proposed, services) = (other.calledAETitle, other.proposed, other.services)
        first = min(first, other.first)
        last = max(last, other.last)
        count += other.count
    }
}

extension Peer.Service {
    /// Which one a SOP class belongs to; nil for those everyone may use, and those we do not have.
    init?(of sopClass: UID) {
        // What the standard does not know is a private storage class.
        guard let name = UIDTable.entry(for: sopClass)?.name, !SOPClassTable.isArchived(sopClass) else { self = .store; return }
        if name.contains("Storage Commitment") {
            self = .commit
        } else if name.contains("- FIND") {
            self = .query
        } else if name.contains("- MOVE") || name.contains("- GET") {
            self = .retrieve
        } else {
            return nil
        }
    }
}
