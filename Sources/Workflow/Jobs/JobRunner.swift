import Database
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Runs the jobs of a table while the server serves.
///
/// A job is claimed with a lease, which is renewed while it runs: what a crash left behind is claimed by the next who looks. It wakes at
/// once for a job that this process adds, and looks now and then for those of others.
public struct JobRunner: Service {
    public struct Limits: Sendable {
        public var lease: Duration = .seconds(60)
        /// Between looks for jobs that another process has added.
        public var poll: Duration = .seconds(2)
        /// After which a job that has ended is forgotten.
        public var keepsFinished: Duration = .seconds(30 * 86_400)
        /// Between two rounds of forgetting.
        public var pruning: Duration = .seconds(600)

        public init() {}
    }

    let table: JobTable
    let handlers: [String: any JobHandler]
    let limits: Limits
    let isOnlyRunner: Bool
    let logger: Logger

    /// - Parameter isOnlyRunner: no other process runs jobs of this table, so that what is marked as running was left by a crash.
    public init(_ table: JobTable, handlers: [any JobHandler], limits: Limits = Limits(), isOnlyRunner: Bool = false, logger: Logger) {
        self.table = table
        self.handlers = Dictionary(handlers.map { ($0.kind, $0) }) { first, _ in first }
        self.limits = limits
        self.isOnlyRunner = isOnlyRunner
        self.logger = logger
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            if isOnlyRunner { await attempt("taking back jobs") { () throws(DatabaseError) in try await table.endLeases() } }
            await withDiscardingTaskGroup { group in
                var pruned = Date.distantPast
                while !Task.isCancelled {
                    let rung = table.work.rung
                    var pause = limits.poll
                    do throws(DatabaseError) {
                        if table.time.now().timeIntervalSince(pruned) >= limits.pruning.seconds {
                            pruned = table.time.now()
                            _ = try await table.prune(after: limits.keepsFinished)
                        }
                        while let claim = try await next() { group.addTask { await perform(claim) } }
                        if let due = try await table.nextDue(kinds: kinds) {
                            pause = min(pause, .seconds(max(due.timeIntervalSince(table.time.now()), 0.001)))
                        }
                    } catch {
                        if !Task.isCancelled { logger.error("jobs cannot be claimed", metadata: ["error": "\(error)"]) }
                    }
                    await table.work.wait(since: rung, atMost: pause, table.time)
                }
            }
        }
    }

    private var kinds: [String] { handlers.keys.sorted() }

    private func next() async throws(DatabaseError) -> Claim? {
        guard !Task.isCancelled, try await table.hasWork(kinds: kinds) else { return nil }
        return try await table.claim(handlers.mapValues(\.policy), owner: UUID().uuidString, lease: limits.lease)
    }

    // MARK: One attempt

    private func perform(_ claim: Claim) async {
        guard let handler = handlers[claim.job.kind] else { return }
        let progress = JobProgress(claim.job, time: table.time) { value in
            await attempt("writing progress") { () throws(DatabaseError) in try await table.write(value, of: claim) }
        }
        let ending = await withTaskGroup(of: Ending.self) { group in
            group.addTask {
                do {
                    try await handler.run(claim.job, progress)
                    return .returned
                } catch {
                    return .threw(error)
                }
            }
            group.addTask { await keep(claim) }
            let first = await group.next() ?? .lost
            group.cancelAll()
            // Where the keeper ended it, the handler is heard all the same: it may have been done.
            let second = await group.next() ?? .lost
            return [first, second].first { $0.isReturned } ?? first
        }
        guard let outcome = outcome(ending, of: claim, handler.policy) else { return }
        tell(outcome, claim.job)
        // It must be written although the server stops.
        let value = progress.current
        await Task { await attempt("writing what came of job \(claim.job.id)") { () throws(DatabaseError) in try await table.finish(claim, outcome, value) } }.value
    }

    private enum Ending: Sendable {
        case returned
        case threw(any Error)
        case cancelled
        /// Another may run it: nothing is written.
        case lost
        case stopped

        var isReturned: Bool { if case .returned = self { true } else { false } }
    }

    /// Renews the lease until the job is to be given up.
    private func keep(_ claim: Claim) async -> Ending {
        var failures = 0
        while true {
            let rung = table.cancellations.rung
            do throws(DatabaseError) {
                switch try await table.renew(claim, lease: limits.lease) {
                case .ours: failures = 0
                case .cancelling: return .cancelled
                case .lost: return .lost
                }
            } catch {
                if Task.isCancelled { return .stopped }
                failures += 1
                logger.warning("the lease of job \(claim.job.id) cannot be renewed", metadata: ["error": "\(error)"])
                if failures == 3 { return .lost }
            }
            await table.cancellations.wait(since: rung, atMost: limits.lease / 3, table.time)
            if Task.isCancelled { return .stopped }
        }
    }

    /// nil: nothing is written.
    private func outcome(_ ending: Ending, of claim: Claim, _ policy: JobPolicy) -> Outcome? {
        switch ending {
        case .returned: .done
        case .cancelled: .cancelled
        case .lost: nil
        case .stopped: .interrupted
        case .threw where Task.isCancelled: .interrupted
        case .threw(JobError.failed(let words)): .failed(words)
        case .threw(JobError.retry(let words, let after)): again(words, after, claim, policy, holdsGroup: false)
        case .threw(JobError.unreachable(let words)): again(words, nil, claim, policy, holdsGroup: true)
        case .threw(let error): again("\(error)", nil, claim, policy, holdsGroup: false)
        }
    }

    private func again(_ words: String, _ after: Duration?, _ claim: Claim, _ policy: JobPolicy, holdsGroup: Bool) -> Outcome {
        let until = table.time.now() + (after ?? policy.delay(after: claim.job.attempts, chance: .random(in: 0...1)))
        guard until <= Date(microseconds: claim.since) + policy.patience else {
            return .failed("\(words) (given up after \(claim.job.attempts) attempts)")
        }
        return .waiting(words, until: until, holdsGroup: holdsGroup)
    }

    private func tell(_ outcome: Outcome, _ job: Job) {
        switch outcome {
        case .done, .cancelled, .interrupted: logger.debug("job \(job.id) (\(job.kind), \(job.subject)): \(outcome)")
        case .failed(let words): logger.error("job \(job.id) (\(job.kind), \(job.subject)) failed: \(words)")
        case .waiting(let words, let until, _):
            logger.notice("job \(job.id) (\(job.kind), \(job.subject)), attempt \(job.attempts): \(words); again at \(until.formatted(.iso8601))")
        }
    }

    private func attempt(_ what: String, _ work: () async throws(DatabaseError) -> Void) async {
        do throws(DatabaseError) { try await work() } catch {
            logger.error("\(what) failed", metadata: ["error": "\(error)"])
        }
    }
}
