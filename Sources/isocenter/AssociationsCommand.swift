import Archive
import ArgumentParser
import Foundation
import IsocenterServer
import Workflow

struct AssociationsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "associations", abstract: "Who spoke DICOM with us, how it ended, and what to do about it; works beside a running server.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The newest associations, newest last.",
            discussion: "--json prints one object a line, with the keys of GET /api/associations (docs/develop/http-api.md).")

        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("Only with this peer: its name, AE title or address.", valueName: "peer")) var peer: String?
        @Flag(help: "Only those that went wrong.") var failed = false
        @Option(help: ArgumentHelp("So many at most.", valueName: "n")) var limit = 20
        @Flag(help: "One JSON object a line.") var json = false

        func validate() throws {
            guard (1...10_000).contains(limit) else { throw ValidationError("--limit is 1 to 10000") }
        }

        func run() async throws {
            let (found, ourTitle) = try await withAssociations(common) { table, peers, ourTitle in
                let title = if let peer { try await peers.peer(named: peer)?.aeTitle ?? peer } else { peer }
                return (try await table.list(peer: title, failed: failed, limit: limit).reversed() as [LoggedAssociation], ourTitle)
            }
            for association in found {
                if json {
                    try printJSON(AssociationDescription(association, ourTitle: ourTitle, withContexts: false))
                    continue
                }
                let explanation = Explanation(of: association, ourTitle: ourTitle)
                let times = association.times > 1 ? " (\(association.times) times)" : ""
                print("\(association.id)\t\(localTime(association.ended))  \(association.isFailure ? "✗" : "✓") \(association.isOutgoing ? "→" : "←") \(explanation.summary)\(times)")
                if association.isFailure, let remedy = explanation.remedy { print("\t  \(remedy)") }
            }
            if found.isEmpty, !json { tell("none\(failed ? " that went wrong" : "")\(peer.map { " with \($0)" } ?? "")") }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "All that is known of one association.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "The number that 'list' shows.") var id: Int64
        @Flag(help: "As a JSON object.") var json = false

        func run() async throws {
            let (found, ourTitle) = try await withAssociations(common) { table, _, ourTitle in (try await table.association(id), ourTitle) }
            guard let found else { throw Failure("there is no association \(id) in the log") }
            if json { return try printJSON(AssociationDescription(found, ourTitle: ourTitle, withContexts: true)) }
            for line in AssociationText(found, ourTitle: ourTitle).lines { print(line) }
        }
    }
}

/// Opens the log of a data folder, beside a server or without one.
func withAssociations<T: Sendable>(_ common: CommonOptions, _ work: (AssociationTable, PeerTable, _ ourTitle: String) async throws -> T) async throws -> T {
    let settings = try common.settings()
    guard FileManager.default.fileExists(atPath: settings[Settings.data]) else { throw Failure("there is no data folder '\(settings[Settings.data])'; see --data") }
    do {
        let archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("associations"))
        defer { archive.close() }
        return try await work(AssociationTable(archive.database), PeerTable(archive.database), settings[Settings.aeTitle])
    } catch let error as ArchiveError {
        throw Failure("\(error)")
    }
}

/// One value a line, keys in a fixed order.
func printJSON(_ value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    print(String(decoding: try encoder.encode(value), as: UTF8.self))
}

func localTime(_ date: Date) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = "yyyy-MM-dd HH:mm:ss"
    return formatter.string(from: date)
}
