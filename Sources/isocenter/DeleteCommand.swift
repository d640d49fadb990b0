import Archive
import ArgumentParser
import DICOM
import IsocenterServer

struct DeleteCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Delete a study, series or instance; works beside a running server.",
        discussion: "It is in no query from then on, and can be brought back with 'isocenter deletions restore' until its time is over (deletion.keep).")

    @OptionGroup var common: CommonOptions
    @Argument(help: ArgumentHelp("Study Instance UID.", valueName: "study")) var study: String
    @Argument(help: ArgumentHelp("Series Instance UID.", valueName: "series")) var series: String?
    @Argument(help: ArgumentHelp("SOP Instance UID.", valueName: "instance")) var instance: String?
    @Option(help: "\(Deletion.Reason.allCases.map(\.rawValue).joined(separator: ", ")).") var reason = Deletion.Reason.other.rawValue
    @Option(help: "Why, in words.") var comment = ""

    func run() async throws {
        guard let reason = Deletion.Reason(rawValue: reason) else {
            throw ValidationError("--reason is one of \(Deletion.Reason.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        let scope = DeletionScope(study: try uid(study), series: try series.map(uid), instance: try instance.map(uid))
        try await withArchive(common) { archive, settings in
            let deletion = try await archive.delete(
                scope, reason: reason, comment: comment, by: "command", keeping: settings[Settings.deletionKept], for: .everything)
            print("deletion \(deletion.id): \(deletion.instances) instances of \(deletion.description)")
        }
    }

    private func uid(_ text: String) throws -> UID {
        guard let uid = UID(text) else { throw ValidationError("'\(text)' is no UID") }
        return uid
    }
}

struct Deletions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What was deleted: list it, bring it back, or let its bytes go; works beside a running server.",
        subcommands: [List.self, Restore.self, Purge.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List deletions, the newest first.")
        @OptionGroup var common: CommonOptions
        @Option(help: "\(Deletion.State.allCases.map(\.rawValue).joined(separator: ", ")); may be repeated.") var state: [String] = []
        @Option(help: "At most so many.") var limit = 100
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let states = try state.map { word in
                guard let state = Deletion.State(rawValue: word) else { throw ValidationError("--state is one of \(Deletion.State.allCases.map(\.rawValue).joined(separator: ", "))") }
                return state
            }
            let found = try await withArchive(common) { archive, _ in try await archive.deletions(in: Set(states), limit: max(limit, 1)) }
            if json { return try printJSON(found.map(DeletionAnswer.init)) }
            for one in found {
                let named = [one.study, one.series, one.instance].filter { !$0.isEmpty }.joined(separator: "/")
                print("\(one.id)\t\(one.state.rawValue)\t\(one.reason.rawValue)\t\(one.instances) instances\t\(one.description)\t\(named)\t\(one.comment)")
            }
        }
    }

    struct Restore: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Bring back what was deleted.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Numbers of deletions.") var id: [Int64]

        func run() async throws {
            try await withArchive(common) { archive, _ in
                for id in id {
                    let report = try await archive.restore(id)
                    print("deletion \(id): \(report.restored) instances are back")
                    for refused in report.refused { tell("instance \(refused.instance) stays deleted: \(refused.reason)") }
                    guard report.refused.isEmpty else { throw ExitCode(1) }
                }
            }
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let the bytes go before their time: for good.", discussion: "The server that runs, or the next one to start, takes them away.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Numbers of deletions.") var id: [Int64]
        @Flag(help: "Yes, for good.") var yes = false

        func run() async throws {
            guard yes else { throw ValidationError("what is purged cannot be brought back: say --yes") }
            try await withArchive(common) { archive, _ in
                for id in id {
                    try await archive.purgeSoon(id)
                    print("deletion \(id): its bytes go within ten minutes of a running server")
                }
            }
        }
    }
}
