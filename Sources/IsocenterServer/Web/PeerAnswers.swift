import Foundation
import Workflow

// What /api tells of peers, unknown callers and titles (docs/develop/http-api.md).

struct PeersAnswer: Encodable {
    var peers: [PeerAnswer]
    /// Those of the setting `dimse.peers`.
    var settled: [PeerAnswer]
    /// Callers on this machine are known too.
    var loopback: Bool
    /// Every service there is.
    var services: [Peer.Service]
}

/// A peer with what it is doing now.
struct PeerAnswer: Encodable {
    var peer: Peer
    var calls: (open: Int, last: Date)?

    enum CodingKeys: String, CodingKey, CaseIterable { case associations, lastCalled }

    func encode(to encoder: any Encoder) throws {
        try peer.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(calls?.open ?? 0, forKey: .associations)
        try container.encode(calls?.last.formatted(.iso8601), forKey: .lastCalled)
    }
}

/// An unknown caller, with its times in ISO 8601.
public struct StrangerAnswer: Encodable {
    var id: String
    var aeTitle: String
    var address: String
    var calledAETitle: String
    var proposed: [String]
    var services: Set<Peer.Service>
    var first: String
    var last: String
    var count: Int

    public init(_ stranger: Stranger) {
        (id, aeTitle, address, calledAETitle) = (stranger.id, stranger.aeTitle, stranger.address, stranger.calledAETitle)
        (proposed, services, count) = (stranger.proposed, stranger.services, stranger.count)
        (first, last) = (stranger.first.formatted(.iso8601), stranger.last.formatted(.iso8601))
    }
}

struct TitlesAnswer: Encodable {
    var titles: [TitleAnswer]
    /// Where they are called.
    var port: Int
    /// nil where there is no port with TLS.
    var tlsPort: Int?
    /// Callers have to use one of them.
    var checksCalledAETitle: Bool
    var services: [Peer.Service]
}

struct TitleAnswer: Encodable {
    var entity: ApplicationEntity
    /// The one of the settings.
    var isDefault: Bool

    enum CodingKeys: String, CodingKey, CaseIterable { case isDefault }

    func encode(to encoder: any Encoder) throws {
        try entity.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(isDefault, forKey: .isDefault)
    }
}
