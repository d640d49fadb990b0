import Archive
import ArgumentParser
import Foundation
import IsocenterServer
import Workflow

struct Peers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "DICOM nodes: who may call us, and whom we call; works beside a running server.",
        subcommands: [Add.self, List.self, Show.self, Change.self, Remove.self, Callers.self])

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a node known.",
            discussion: "Without --store, --query, --retrieve or --commit it may store. With --from an unknown caller ('isocenter peers callers') becomes known.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "For people; unique.") var name: String
        @Option(help: ArgumentHelp("The unknown caller it is: TITLE@ADDRESS, or TITLE where only one has it.", valueName: "caller")) var from: String?
        @OptionGroup var fields: PeerFields

        func run() async throws {
            try await withPeers(common) { peers, strangers in
                var peer = try await start(strangers)
                try fields.apply(to: &peer, isNew: true)
                try await peers.add(peer)
                try await strangers.remove(knownBy: peer)
                tell("added \(peer.line)")
            }
        }

        private func start(_ strangers: StrangerTable) async throws -> Peer {
            guard let from else {
                guard let title = fields.aet ?? (fields.url == nil ? nil : "") else { throw ValidationError("--aet is needed, --url, or --from with an unknown caller") }
                var peer = Peer(name: name, aeTitle: title)
                // Without a title it never calls.
                if title.isEmpty { peer.services = [] }
                return peer
            }
            guard let stranger = try await strangers.find(from) else { throw Failure("there is no unknown caller '\(from)': see 'isocenter peers callers'") }
            return stranger.peer(named: name)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the nodes that are known: name, title, address, services, where it may have objects sent.")
        @OptionGroup var common: CommonOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            try await withPeers(common) { peers, _ in
                let all = try await peers.all()
                if json { return try printJSON(all) }
                for peer in all { print(peer.line) }
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Everything about one node, as JSON.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String

        func run() async throws {
            try await withPeers(common) { peers, _ in
                guard let peer = try await peers.peer(named: name) else { throw Failure("there is no peer '\(name)'") }
                try printJSON(peer)
            }
        }
    }

    struct Change: AsyncParsableCommand {
        static let configuration = CommandConfiguration(commandName: "set", abstract: "Change a node: what is not named stays.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String
        @OptionGroup var fields: PeerFields

        func run() async throws {
            try await withPeers(common) { peers, strangers in
                guard var peer = try await peers.peer(named: name) else { throw Failure("there is no peer '\(name)'") }
                try fields.apply(to: &peer, isNew: false)
                try await peers.set(peer)
                try await strangers.remove(knownBy: peer)
                tell("changed \(peer.line)")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forget a node.")
        @OptionGroup var common: CommonOptions
        @Argument var name: String

        func run() async throws {
            try await withPeers(common) { peers, _ in
                guard try await peers.remove(named: name) else { throw Failure("there is no peer '\(name)'") }
                tell("removed \(name)")
            }
        }
    }

    struct Callers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List callers that were refused because nobody knows them, the last first.")
        @OptionGroup var common: CommonOptions
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            try await withPeers(common) { _, strangers in
                let all = try await strangers.all()
                if json { return try printJSON(all.map(StrangerAnswer.init)) }
                for stranger in all {
                    print([
                        stranger.id, "calls \(stranger.calledAETitle)", "\(stranger.count) times", "last \(stranger.last.formatted(.iso8601))",
                        stranger.proposed.joined(separator: ", "),
                    ].joined(separator: "\t"))
                }
            }
        }
    }
}

/// Opens the peers of a data folder, beside a server or without one.
func withPeers<T: Sendable>(_ common: CommonOptions, _ work: (PeerTable, StrangerTable) async throws -> T) async throws -> T {
    do {
        let archive = try await Archive.open(ArchiveConfiguration(try common.settings(), role: .beside), logger: makeLogger("peers"))
        defer { archive.close() }
        return try await work(try await PeerTable(archive.database), try await StrangerTable(archive.database))
    } catch let error as PeerError {
        throw Failure(error.description)
    } catch let error as ArchiveError {
        throw Failure(error.description)
    }
}

extension Peer {
    /// One line for people and `cut`.
    var line: String {
        let place = host.map { host in "\(host.contains(":") ? "[\(host)]" : host):\(port ?? 0)" } ?? "-"
        let may = Service.allCases.filter(services.contains).map(\.rawValue).joined(separator: ",")
        let to = services.contains(.retrieve) ? destinations.map { "to " + ($0.isEmpty ? "nobody" : $0.joined(separator: ", ")) } ?? "to anybody" : ""
        return [name, aeTitle, web?.url ?? place, may.isEmpty ? "nothing" : may, to, addresses.isEmpty ? "" : "from " + addresses.joined(separator: ", "), usesTLS ? "TLS" : ""]
            .filter { !$0.isEmpty }.joined(separator: "\t")
    }
}
