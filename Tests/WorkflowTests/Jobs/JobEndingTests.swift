import Database
import DatabaseFixtures
import Foundation
import Synchronization
import Testing
@testable import Workflow

@Suite(.everyEngine) struct JobEndingTests {
    struct Nothing: Codable, Sendable {}

    @Test("Back-off doubles up to a longest", arguments: [
        (1, 10), (2, 20), (3, 40), (4, 80), (5, 100), (6, 100), (40, 100), (1_000_000, 100),
    ])
    func delay(attempts: Int, seconds: Int) {
        let policy = JobPolicy(firstRetry: .seconds(10), longestRetry: .seconds(100))
        #expect(policy.delay(after: attempts, chance: 0.5) == .seconds(seconds))
        #expect(policy.delay(after: attempts, chance: 0) == .seconds(seconds) * 0.75)
        #expect(policy.delay(after: attempts, chance: 1) == .seconds(seconds) * 1.25)
    }

    @Test func whatFailsIsTriedAgainLaterAndGivenUpWhenItsTimeIsOver() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let policy = JobPolicy(firstRetry: .seconds(100), longestRetry: .seconds(1000), patience: .seconds(2000))
        let script = Script(policy: policy) { _, _ in throw JobError.retry("nobody answers") }
        try await bench.running([script]) {
            let id = try await bench.table.add("test", subject: "a call", parameters: Nothing())
            var waits: [Double] = []
            var job = try await bench.job(id) { $0.attempts == 1 && $0.state != .running }
            while job.state == .waiting {
                #expect(job.message == "nobody answers")
                let before = job.attempts
                waits.append(job.due.timeIntervalSince(bench.time.now))
                bench.time.advance(by: .seconds(waits[waits.count - 1] + 0.001))
                bench.table.wake()
                job = try await bench.job(id) { $0.attempts > before && $0.state != .running }
            }
            #expect(job.state == .failed)
            #expect(job.message == "nobody answers (given up after \(job.attempts) attempts)")
            #expect(waits.count >= 3 && waits.reduce(0, +) <= 2000)
            for (wait, nominal) in zip(waits, [100.0, 200, 400, 800, 1000]) { #expect(abs(wait / nominal - 1) <= 0.26) }
        }
    }

    @Test func whatNoAttemptWouldDoBetterFailsAtOnceAndIsTriedAgainByHand() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let isMended = Mutex(false)
        let script = Script { _, _ in if !isMended.withLock({ $0 }) { throw JobError.failed("no such study") } }
        try await bench.running([script]) {
            let id = try await bench.table.add("test", subject: "a call", parameters: Nothing())
            let job = try await bench.job(id) { $0.state.isFinished }
            #expect(job.state == .failed && job.message == "no such study" && job.attempts == 1)
            isMended.withLock { $0 = true }
            #expect(try await bench.table.retry(id))
            try await bench.job(id) { $0.state == .done }
            #expect(try await !bench.table.retry(id))
            #expect(try await bench.table.remove(id))
            #expect(try await bench.table.job(id) == nil)
        }
    }

    @Test func whatAllOfAGroupWouldMeetIsFoundOutByOne() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let script = Script(policy: JobPolicy(atOncePerGroup: 1, firstRetry: .seconds(100))) { _, _ in throw JobError.unreachable("it is down") }
        var ids: [Int64] = []
        for n in 0..<3 { ids.append(try await bench.table.add("test", subject: "\(n)", group: "down", parameters: Nothing())) }
        try await bench.running([script]) {
            let first = try await bench.job(ids[0]) { $0.attempts == 1 && $0.state == .waiting }
            for id in ids.dropFirst() {
                let job = try #require(try await bench.table.job(id))
                #expect(job.due > first.due && job.attempts == 0)
            }
            #expect(script.ran == ["0"])
        }
    }

    @Test func aRunningJobIsCancelled() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let gate = Gate()
        let script = Script { _, _ in try await gate.pass() }
        try await bench.running([script]) {
            let id = try await bench.table.add("test", subject: "endless", parameters: Nothing())
            try await bench.job(id) { $0.state == .running }
            #expect(try await !bench.table.remove(id))
            #expect(try await bench.table.cancel(id))
            let job = try await bench.job(id) { $0.state.isFinished }
            #expect(job.state == .cancelled)
            #expect(try await !bench.table.cancel(id))
        }
    }

    @Test func aWaitingJobIsCancelled() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let id = try await bench.table.add("test", subject: "never", parameters: Nothing())
        #expect(try await bench.table.cancel(id))
        #expect(try await bench.state(id) == .cancelled)
        #expect(try await !bench.table.cancel(99))
    }

    @Test func aServerThatStopsLeavesItsJobsToTheNext() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let gate = Gate()
        let script = Script { _, _ in try await gate.pass() }
        let id = try await bench.table.add("test", subject: "long", parameters: Nothing())
        try await bench.running([script]) { try await bench.job(id) { $0.state == .running } }
        let job = try #require(try await bench.table.job(id))
        #expect(job.state == .waiting && job.attempts == 0)
    }

    @Test func whatACrashLeftIsTakenUpWhenItsLeaseEnds() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let id = try await bench.table.add("test", subject: "left", parameters: Nothing())
        let dead = try #require(try await bench.table.claim(["test": JobPolicy()], owner: "dead", lease: .seconds(60)))
        let script = Script { _, _ in }
        try await bench.running([script]) {
            bench.time.advance(by: .seconds(59))
            bench.table.wake()
            #expect(try await bench.state(id) == .running)
            bench.time.advance(by: .seconds(2))
            bench.table.wake()
            let job = try await bench.job(id) { $0.state == .done }
            #expect(job.attempts == 2)
        }
        // The one that was thought dead comes back with its result: nobody listens.
        try await bench.table.finish(dead, .failed("late"), .init(done: 0, total: 0))
        #expect(try await bench.state(id) == .done)
    }

    @Test func theOnlyRunnerTakesUpAtOnceWhatACrashLeft() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let id = try await bench.table.add("test", subject: "left", parameters: Nothing())
        _ = try await bench.table.claim(["test": JobPolicy()], owner: "dead", lease: .seconds(60))
        try await bench.running([Script { _, _ in }], isOnlyRunner: true) { try await bench.job(id) { $0.state == .done } }
    }

    @Test func whatACrashLeftAndWasCancelledIsNotRun() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let id = try await bench.table.add("test", subject: "left", parameters: Nothing())
        _ = try await bench.table.claim(["test": JobPolicy()], owner: "dead", lease: .seconds(60))
        #expect(try await bench.table.cancel(id))
        #expect(try await bench.table.job(id)?.isCancelling == true)
        let script = Script { _, _ in }
        try await bench.running([script], isOnlyRunner: true) { try await bench.job(id) { $0.state == .cancelled } }
        #expect(script.ran == [])
    }

    @Test func aLeaseIsRenewedWhileTheJobRuns() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let gate = Gate()
        let script = Script { _, _ in try await gate.pass() }
        try await bench.running([script]) {
            let id = try await bench.table.add("test", subject: "long", parameters: Nothing())
            try await bench.job(id) { $0.state == .running }
            let first = try await lease(of: id, bench)
            for _ in 0..<1000 where try await lease(of: id, bench) == first {
                bench.time.advance(by: .seconds(1))
                try await Task.sleep(for: .milliseconds(2))
            }
            #expect(try await lease(of: id, bench) > first)
            gate.open()
            let job = try await bench.job(id) { $0.state == .done }
            #expect(job.attempts == 1)
        }
    }

    private func lease(of id: Int64, _ bench: Bench) async throws -> Int64 {
        try await bench.table.database.first("SELECT lease FROM job WHERE id = \(id)")?.integer("lease") ?? 0
    }

    @Test func whatEndedLongAgoIsForgotten() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let old = try await bench.table.add("test", subject: "old", parameters: Nothing())
        let waiting = try await bench.table.add("other", subject: "waiting", parameters: Nothing())
        try await bench.table.cancel(old)
        bench.time.advance(by: .seconds(31 * 86_400))
        let young = try await bench.table.add("test", subject: "young", parameters: Nothing())
        try await bench.table.cancel(young)
        #expect(try await bench.table.prune(after: .seconds(30 * 86_400)) == 1)
        #expect(try await bench.table.list().map(\.id) == [young, waiting])
    }

    @Test func aJobOfATransactionThatIsUndoneWasNeverAdded() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let table = bench.table
        await #expect(throws: DatabaseError(.rolledBack, "")) {
            try await table.database.write { (connection) throws(DatabaseError) in
                _ = try table.add("test", subject: "never", parameters: Nothing(), in: connection)
                throw DatabaseError(.rolledBack, "given up")
            }
        }
        #expect(try await table.list() == [])
    }
}
