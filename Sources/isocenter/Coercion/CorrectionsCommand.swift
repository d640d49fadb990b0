import Archive
import ArgumentParser
import DICOM
import Foundation
import IsocenterServer

struct CorrectionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "corrections",
        abstract: "What is shown otherwise than it came, by which rules; works beside a running server.", subcommands: [List.self, Undo.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List corrections, the newest first.")
        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("At most so many.", valueName: "number")) var limit = 100
        @Flag(help: "As JSON, a line a correction.") var json = false

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit is 1 to 100000") }
        }

        func run() async throws {
            let recorded = try await withArchive(common) { (archive) throws(ArchiveError) in try await archive.corrections(limit: limit) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            for one in recorded {
                if json { print(String(decoding: try encoder.encode(CorrectionAnswer(one)), as: UTF8.self)); continue }
                print("\(one.sopInstance) from \(one.source), \(one.correction.rules.joined(separator: ", "))")
                for change in AttributeChange.all(of: one.correction) { print("  \(change.text)") }
            }
        }
    }

    struct Undo: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show instances as they came.")
        @OptionGroup var common: CommonOptions
        @Argument(help: ArgumentHelp("SOP Instance UIDs.", valueName: "uid")) var instances: [String]

        func run() async throws {
            let uids = try instances.map { text in
                guard let uid = UID(text) else { throw Failure("'\(text)' is no UID") }
                return uid
            }
            try await withArchive(common) { (archive) throws(ArchiveError) in
                for uid in uids {
                    let removed = try await archive.removeCorrection(of: uid)
                    tell(removed == nil ? "\(uid) is shown as it came" : "\(uid) is shown as it came again")
                }
            }
        }
    }
}

/// Beside a server that may be running.
private func withArchive<T>(_ common: CommonOptions, _ work: (Archive) async throws(ArchiveError) -> T) async throws -> T {
    let settings = try common.settings()
    do throws(ArchiveError) {
        let archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("isocenter"))
        defer { archive.close() }
        return try await work(archive)
    } catch {
        throw Failure(error.message)
    }
}
