import Archive
import ArgumentParser
import Foundation
import IsocenterServer
import Workflow

struct Jobs: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Work that goes on behind requests: what is waiting, running, failed; works beside a running server.",
        subcommands: [List.self, Retry.self, Cancel.self, Remove.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List jobs, the newest first.")
        @OptionGroup var common: CommonOptions
        @Option(help: "waiting, running, done, failed or cancelled; may be repeated.") var state: [String] = []
        @Option(help: "Of this kind; may be repeated.") var kind: [String] = []
        @Option(help: "At most so many.") var limit: Int = 100
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            let states = try state.map { word in
                guard let state = Job.State(rawValue: word) else { throw ValidationError("--state is one of \(Job.State.allCases.map(\.rawValue).joined(separator: ", "))") }
                return state
            }
            let jobs = try await withJobs(common) { try await $0.list(states: Set(states), kinds: Set(kind), limit: max(limit, 1)) }
            if json { return try printJSON(jobs.map(JobAnswer.init)) }
            for job in jobs { print(line(job)) }
        }

        private func line(_ job: Job) -> String {
            var facts = ["\(job.id)", job.isCancelling ? "cancelling" : job.state.rawValue, job.kind, job.subject]
            if job.total > 0 { facts.append("\(job.done) of \(job.total)") }
            if job.state == .waiting, job.attempts > 0 { facts.append("attempt \(job.attempts + 1) at \(job.due.formatted(.iso8601))") }
            if let message = job.message { facts.append(message) }
            return facts.joined(separator: "\t")
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Try jobs now that wait, failed or were cancelled.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Numbers of jobs.") var id: [Int64]

        func run() async throws { try await change(common, id, "is done, runs, or is not known") { try await $0.retry($1) } }
    }

    struct Cancel: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Cancel jobs that wait or run.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Numbers of jobs.") var id: [Int64]

        func run() async throws { try await change(common, id, "has ended, or is not known") { try await $0.cancel($1) } }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Forget jobs that have ended.")
        @OptionGroup var common: CommonOptions
        @Argument(help: "Numbers of jobs.") var id: [Int64]

        func run() async throws { try await change(common, id, "has not ended, or is not known") { try await $0.remove($1) } }
    }

    private static func change(
        _ common: CommonOptions, _ ids: [Int64], _ otherwise: String, _ work: @Sendable (JobTable, Int64) async throws -> Bool
    ) async throws {
        try await withJobs(common) { jobs in
            for id in ids where try await !work(jobs, id) { throw Failure("job \(id) \(otherwise)") }
        }
    }

    private static func withJobs<T: Sendable>(_ common: CommonOptions, _ work: (JobTable) async throws -> T) async throws -> T {
        try await withArchive(common) { archive, _ in try await work(try await JobTable(archive.database)) }
    }
}

/// Opens the archive of a data folder, beside a server or without one.
func withArchive<T: Sendable>(_ common: CommonOptions, _ work: (Archive, Settings) async throws -> T) async throws -> T {
    let settings = try common.settings()
    let folder = settings[Settings.data]
    guard FileManager.default.fileExists(atPath: folder) else { throw Failure("there is no data folder '\(folder)'; see --data") }
    do {
        let archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("isocenter"))
        defer { archive.close() }
        return try await work(archive, settings)
    } catch let error as ArchiveError {
        throw Failure("\(error)")
    }
}
