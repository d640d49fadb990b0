import DICOMNetwork
import Database
import Foundation
import Testing
@testable import Workflow

struct PeerTableTests {
    @Test func aPeerComesBackAsItWasSet() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let peers = try await PeerTable(SQLite(path: folder + "/index.sqlite"))
        var peer = Peer(name: "CT room 2", aeTitle: "CT2", host: "ct2.example", port: 104)
        peer.services = [.store, .commit]
        peer.destinations = []
        peer.usesTLS = true
        try await peers.set(peer)
        #expect(try await peers.peer(named: "CT room 2") == peer)
        let title = try #require(AETitle("CT2"))
        #expect(try await peers.peers(aeTitle: title) == [peer])
        #expect(try await peers.remove(named: "CT room 2"))
        #expect(try await peers.all() == [])
    }

    @Test func whatIsAbsentIsTheDefault() throws {
        let peer = try JSONDecoder().decode(Peer.self, from: Data(#"{"name":"A","aeTitle":"A"}"#.utf8))
        #expect(peer == Peer(name: "A", aeTitle: "A"))
    }
}
