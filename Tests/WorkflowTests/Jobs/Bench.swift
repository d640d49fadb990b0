import Database
import DatabaseFixtures
import Foundation
import Logging
import Synchronization
import Testing
@testable import Workflow

/// A job table in a folder of its own, on a clock of its own.
struct Bench {
    let time = ManualTime()
    let folder: String
    let table: JobTable
    private let url: String

    init() async throws {
        url = try Engine.current.makeURL()
        folder = FileManager.default.temporaryDirectory.appending(path: "jobs-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        table = try await JobTable(Self.database(folder, url), time: time.time)
    }

    private static func database(_ folder: String, _ url: String) throws -> any SQLDatabase {
        guard url.isEmpty else { return try PostgreSQL(url: url, options: Engine.options) }
        var options = SQLite.Options()
        options.isDurable = false
        let file = try SQLite(path: folder + "/index.sqlite", options: options)
        return Engine.current == .contended ? Contended(file) : file
    }

    /// The same rows as another process sees them.
    func another() async throws -> JobTable { try await JobTable(Self.database(folder, url), time: time.time) }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }

    /// Runs handlers while `body` lasts.
    func running(
        _ handlers: [any JobHandler], on table: JobTable? = nil, isOnlyRunner: Bool = false, limits: JobRunner.Limits = .init(),
        _ body: () async throws -> Void
    ) async throws {
        var logger = Logger(label: "jobs")
        logger.logLevel = .critical
        let runner = JobRunner(table ?? self.table, handlers: handlers, limits: limits, isOnlyRunner: isOnlyRunner, logger: logger)
        let task = Task { try await runner.run() }
        do { try await body() } catch {
            task.cancel()
            try await task.value
            throw error
        }
        task.cancel()
        try await task.value
    }

    func state(_ id: Int64) async throws -> Job.State? { try await table.job(id)?.state }

    /// Waits until a job is as it should become; the clock moves only where the test moves it.
    @discardableResult
    func job(_ id: Int64, becomes isRight: (Job) -> Bool, line: Int = #line) async throws -> Job {
        let end = ContinuousClock.now + .seconds(30)
        while ContinuousClock.now < end {
            if let job = try await table.job(id), isRight(job) { return job }
            try await Task.sleep(for: .milliseconds(2))
        }
        let job = try await table.job(id)
        Issue.record("line \(line): job \(id) is \(String(describing: job))")
        throw TimedOut()
    }

    struct TimedOut: Error {}
}

/// Does what the test says, and remembers the jobs it ran.
final class Script: JobHandler {
    let kind: String
    let policy: JobPolicy
    private let steps: @Sendable (Job, JobProgress) async throws -> Void
    private let begun = Mutex<[String]>([])

    init(_ kind: String = "test", policy: JobPolicy = JobPolicy(), _ steps: @escaping @Sendable (Job, JobProgress) async throws -> Void) {
        self.kind = kind
        self.policy = policy
        self.steps = steps
    }

    /// Subjects, in the order in which they were begun.
    var ran: [String] { begun.withLock { $0 } }

    func run(_ job: Job, _ progress: JobProgress) async throws {
        begun.withLock { $0.append(job.subject) }
        try await steps(job, progress)
    }
}

/// Holds those who come until it is opened.
final class Gate: Sendable {
    private let bell = Bell()
    private let isOpen = Mutex(false)

    func open() {
        isOpen.withLock { $0 = true }
        bell.ring()
    }

    func pass() async throws {
        while !isOpen.withLock({ $0 }) {
            let rung = bell.rung
            if isOpen.withLock({ $0 }) { break }
            await bell.wait(since: rung)
            try Task.checkCancellation()
        }
    }
}
