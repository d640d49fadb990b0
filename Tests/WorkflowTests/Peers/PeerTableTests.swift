import DICOMNetwork
import Database
import DatabaseFixtures
import Foundation
import Testing
@testable import Workflow

@Suite(.everyEngine) struct PeerTableTests {
    private let peers: PeerTable

    init() async throws {
        peers = try await PeerTable(Engine.current.makeDatabase())
    }

    private func peer(_ change: (inout Peer) -> Void) -> Peer {
        var peer = Peer(name: "one", aeTitle: "CT1")
        change(&peer)
        return peer
    }

    @Test func aPeerComesBackAsItWasSet() async throws {
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
        #expect(try JSONDecoder().decode(Peer.self, from: Data(#"{"name":"A","aeTitle":"A"}"#.utf8)) == Peer(name: "A", aeTitle: "A"))
        #expect(try JSONDecoder().decode(ApplicationEntity.self, from: Data(#"{"title":"A"}"#.utf8)) == ApplicationEntity(title: "A"))
    }

    static let wrong: [(String, @Sendable (inout Peer) -> Void)] = [
        ("no name", { $0.name = "" }), ("no name", { $0.name = "a/b" }), ("no name", { $0.name = String(repeating: "x", count: 65) }),
        ("no AE title", { $0.aeTitle = "" }), ("no AE title", { $0.aeTitle = "SEVENTEEN_LETTERS" }), ("no AE title", { $0.aeTitle = "A\\B" }),
        ("no port", { ($0.host, $0.port) = ("h", 0) }), ("no port", { ($0.host, $0.port) = ("h", 65536) }), ("needs a port", { $0.host = "h" }),
        ("calls nobody", { $0.port = 104 }), ("host name", { ($0.host, $0.port) = ("a b", 104) }), ("numeric address", { $0.addresses = ["ct.example"] }),
        ("numeric address", { $0.addresses = ["10.0.0.1/8"] }), ("no peer 'nobody'", { $0.destinations = ["nobody"] }), ("keepFirst", { $0.onConflict = "overwrite" }),
        ("fingerprint", { ($0.usesTLS, $0.certificate) = (true, "12:34") }), ("over TLS", { $0.certificate = String(repeating: "ab", count: 32) }),
        ("associations from it", { $0.maxInbound = 0 }), ("associations to it", { $0.maxAssociations = 0 }), ("bandwidth", { $0.bandwidth = 0 }),
        ("window", { $0.window = 0 }), ("transfer syntax", { $0.transferSyntaxes = ["JPEG"] }), ("no AE title", { $0.calledAETitles = [""] }),
    ]

    @Test("What is wrong is refused in words", arguments: wrong)
    func validation(_ words: String, _ change: @Sendable (inout Peer) -> Void) async throws {
        let error = await #expect(throws: PeerError.self) { try await peers.set(peer(change)) }
        #expect(error?.code == .invalid)
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(try await peers.all() == [])
    }

    @Test func aNameIsTakenOnce() async throws {
        try await peers.add(peer { _ in })
        let error = await #expect(throws: PeerError.self) { try await peers.add(peer { $0.aeTitle = "MR1" }) }
        #expect(error?.code == .duplicate)
    }

    @Test("Of one title, callers have to be told apart by address", arguments: [
        ([], [], false), (["10.0.0.1"], [], false), (["10.0.0.1"], ["10.0.0.1"], false), (["10.0.0.0/8"], ["10.3.0.1"], false), (["10.0.0.1"], ["10.0.0.2"], true),
        (["10.0.0.0/16", "fd00::1"], ["10.1.0.0/16"], true),
    ])
    func overlap(_ a: [String], _ b: [String], _ isRight: Bool) async throws {
        try await peers.add(peer { $0.addresses = a })
        let second = peer { ($0.name, $0.addresses) = ("two", b) }
        if isRight { try await peers.add(second) } else {
            await #expect(throws: PeerError.self) { try await peers.add(second) }
        }
    }

    @Test func aFingerprintIsKeptInOneForm() async throws {
        let hex = String(repeating: "AB", count: 32)
        try await peers.add(peer { ($0.usesTLS, $0.certificate) = (true, stride(from: 0, to: 64, by: 2).map { _ in "AB" }.joined(separator: ":")) })
        #expect(try await peers.peer(named: "one")?.certificate == hex.lowercased())
    }

    @Test func whoIsRemovedIsGrantedNothingByItsName() async throws {
        try await peers.add(peer { $0.destinations = ["one"] })
        try await peers.add(peer { ($0.name, $0.aeTitle, $0.destinations) = ("two", "MR1", ["one", "two"]) })
        var title = ApplicationEntity(title: "RESEARCH")
        title.callers = ["one"]
        try await peers.add(title)
        #expect(try await peers.remove(named: "one"))
        #expect(try await peers.peer(named: "two")?.destinations == ["two"])
        #expect(try await peers.titles().first?.callers == [])
    }

    @Test("What is wrong with a title of ours is said", arguments: [
        (ApplicationEntity(title: ""), "no AE title"), (title { $0.view = ["Modality"] }, "no matching key"), (title { $0.view = ["Modalitie=CT"] }, "neither the keyword"),
        (title { $0.view = ["Rows=512"] }, "not possible"), (title { $0.callers = ["nobody"] }, "no peer 'nobody'"), (title { $0.onConflict = "x" }, "keepFirst"),
    ])
    func titles(_ entity: ApplicationEntity, _ words: String) async throws {
        let error = await #expect(throws: PeerError.self) { try await peers.add(entity) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }

    private static func title(_ change: (inout ApplicationEntity) -> Void) -> ApplicationEntity {
        var title = ApplicationEntity(title: "RESEARCH")
        change(&title)
        return title
    }

    @Test func strangersAreCountedAndTheOldestForgotten() async throws {
        let table = try await StrangerTable(Engine.current.makeDatabase())
        func stranger(_ number: Int, at seconds: Int) -> Stranger {
            let request = AssociateRequest(calledAETitle: nil, callingAETitle: AETitle("S\(number)"), presentationContexts: [], userInformation: UserInformation())
            return Stranger(request, address: PeerAddress(host: "10.0.0.1", port: 1), at: Date(timeIntervalSince1970: Double(seconds)))
        }
        try await table.add((0..<StrangerTable.most + 20).map { stranger($0, at: $0) })
        try await table.add([stranger(19, at: 5000), stranger(25, at: 6000)])
        let all = try await table.all()
        #expect(all.count == StrangerTable.most)
        #expect(all.first?.aeTitle == "S25")
        #expect(all.first?.count == 2)
        #expect(all.first?.first == Date(timeIntervalSince1970: 25))
        #expect(all.contains { $0.aeTitle == "S19" && $0.count == 1 })
        #expect(!all.contains { $0.aeTitle == "S0" })
        #expect(try await table.find("S25")?.id == "S25@10.0.0.1")
        #expect(try await table.find("S25@10.0.0.2") == nil)
    }
}
