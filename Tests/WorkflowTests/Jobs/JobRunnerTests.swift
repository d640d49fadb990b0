import Database
import DatabaseFixtures
import Foundation
import Testing
@testable import Workflow

@Suite(.everyEngine) struct JobRunnerTests {
    struct Errand: Codable, Sendable { var to: String }

    @Test func aJobRunsAtOnceWithItsParametersAndSaysWhatCameOfIt() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let script = Script { job, progress in
            let errand = try job.parameters(as: Errand.self)
            await progress.report(done: 3, total: 4)
            await progress.report(done: 4, total: 4, message: "went to \(errand.to)")
        }
        try await bench.running([script]) {
            let id = try await bench.table.add("test", subject: "an errand", parameters: Errand(to: "the archive"))
            let job = try await bench.job(id) { $0.state == .done }
            #expect(job.message == "went to the archive")
            #expect((job.done, job.total, job.attempts) == (4, 4, 1))
            #expect(job.finished == bench.time.now)
        }
    }

    @Test func progressIsSeenWhileItRuns() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let gate = Gate()
        let script = Script { _, progress in
            await progress.report(done: 1, total: 9)
            try await gate.pass()
        }
        try await bench.running([script]) {
            let id = try await bench.table.add("test", subject: "long", parameters: Errand(to: ""))
            let job = try await bench.job(id) { $0.done == 1 }
            #expect(job.state == .running && job.total == 9)
            gate.open()
            try await bench.job(id) { $0.state == .done }
        }
    }

    @Test func aJobWaitsUntilItIsDue() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let script = Script { _, _ in }
        try await bench.running([script]) {
            let late = try await bench.table.add("test", subject: "late", parameters: Errand(to: ""), due: bench.time.now + .seconds(60))
            let soon = try await bench.table.add("test", subject: "soon", parameters: Errand(to: ""))
            try await bench.job(soon) { $0.state == .done }
            #expect(try await bench.state(late) == .waiting)
            bench.time.advance(by: .seconds(61))
            bench.table.wake()
            try await bench.job(late) { $0.state == .done }
            #expect(script.ran == ["soon", "late"])
        }
    }

    @Test func whatAnotherProcessAddsIsFoundByLooking() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let other = try await bench.another()
        try await bench.running([Script { _, _ in }]) {
            let id = try await other.add("test", subject: "from a command", parameters: Errand(to: ""))
            for _ in 0..<1000 where try await bench.state(id) != .done {
                bench.time.advance(by: .seconds(2))
                try await Task.sleep(for: .milliseconds(2))
            }
            #expect(try await bench.state(id) == .done)
        }
    }

    @Test func aGroupThatIsFullHoldsUpNoOther() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let gate = Gate()
        let script = Script(policy: JobPolicy(atOnce: 4, atOncePerGroup: 2)) { job, _ in
            if job.group == "slow" { try await gate.pass() }
        }
        var slow: [Int64] = []
        for n in 0..<5 { slow.append(try await bench.table.add("test", subject: "slow \(n)", group: "slow", parameters: Errand(to: ""))) }
        let quick = try await bench.table.add("test", subject: "quick", group: "quick", parameters: Errand(to: ""))
        try await bench.running([script]) {
            try await bench.job(quick) { $0.state == .done }
            #expect(try await bench.table.list(states: [.running]).map(\.subject) == ["slow 1", "slow 0"])
            gate.open()
            for id in slow { try await bench.job(id) { $0.state == .done } }
        }
    }

    @Test func aKindIsBoundedInNumber() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let gate = Gate()
        let script = Script(policy: JobPolicy(atOnce: 3)) { _, _ in try await gate.pass() }
        var ids: [Int64] = []
        for n in 0..<7 { ids.append(try await bench.table.add("test", subject: "\(n)", parameters: Errand(to: ""))) }
        let marker = Script("marker") { _, _ in }
        try await bench.running([script, marker]) {
            try await bench.job(ids[2]) { $0.state == .running }
            let id = try await bench.table.add("marker", subject: "after", parameters: Errand(to: ""))
            try await bench.job(id) { $0.state == .done }
            #expect(try await bench.table.list(states: [.running]).count == 3)
            gate.open()
            for id in ids { try await bench.job(id) { $0.state == .done } }
        }
    }

    @Test func twoRunnersOfOneTableRunEachJobOnce() async throws {
        let bench = try await Bench()
        defer { bench.remove() }
        let (here, there) = (Script { _, _ in }, Script { _, _ in })
        var ids: [Int64] = []
        for n in 0..<60 { ids.append(try await bench.table.add("test", subject: "\(n)", parameters: Errand(to: ""))) }
        let other = try await bench.another()
        try await bench.running([here]) {
            try await bench.running([there], on: other) {
                for id in ids { try await bench.job(id) { $0.state == .done } }
            }
        }
        #expect((here.ran + there.ran).sorted() == (0..<60).map(String.init).sorted())
    }
}
