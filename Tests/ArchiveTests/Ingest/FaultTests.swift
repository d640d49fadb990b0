import DICOM
import DatabaseFixtures
import Foundation
import Synchronization
import Testing

@testable import Archive

/// The disk fails once, or from then on, or the process stops, at the n-th time a step of storing is reached: for every step and every
/// n until it is reached no more. What was acknowledged is there, byte for byte; what was not is whole or absent; nothing partial is seen.
@Suite(.everyEngine) struct FaultTests {
    enum Mode: String, CaseIterable, Sendable {
        /// The n-th call fails.
        case fail
        /// That and all later ones at this point, as a disk that is full or broken.
        case failFromThenOn
        /// That and all that follows at any point, as if the process had ended there.
        case stop
    }

    final class Faults: Sendable {
        private struct State {
            var calls = 0
            var hasFired = false
        }

        let point: FaultPoint
        let number: Int
        let mode: Mode
        private let state = Mutex(State())

        init(_ point: FaultPoint, number: Int, mode: Mode) {
            (self.point, self.number, self.mode) = (point, number, mode)
        }

        var hasFired: Bool { state.withLock { $0.hasFired } }

        func reach(_ point: FaultPoint) throws(ArchiveError) {
            let fails = state.withLock { state in
                if mode == .stop, state.hasFired { return true }
                guard point == self.point else { return false }
                if mode == .failFromThenOn, state.hasFired { return true }
                state.calls += 1
                guard state.calls == number else { return false }
                state.hasFired = true
                return true
            }
            if fails { throw ArchiveError(.storageFailed, "fault at \(point)") }
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        var point: FaultPoint
        var mode: Mode
        var testDescription: String { "\(mode.rawValue) at \(point.rawValue)" }
    }

    static let cases = FaultPoint.allCases.flatMap { point in Mode.allCases.map { Case(point: point, mode: $0) } }

    @Test("Acknowledged is kept, the rest is whole or absent", arguments: cases)
    func fault(_ one: Case) async throws {
        var number = 1
        while number <= 40 {
            let faults = Faults(one.point, number: number, mode: one.mode)
            let folder = try TemporaryFolder()
            let (acknowledged, refused) = try await send(folder, faults)
            try await check(folder, acknowledged, refused, "\(one.testDescription), call \(number)")
            guard faults.hasFired else { break }
            number += 1
        }
        // A point that is never reached would prove nothing. Objects are removed only where one loses a race.
        #expect(number > 1 || one.point == .removeObject)
    }

    private static let instances = (0..<6).map { TestInstance(study: "1.\($0 % 2)", series: "1.\($0 % 2).1", instance: "1.9.\($0)", fill: UInt8($0)) }

    /// All instances at once, two of them by two senders.
    private func send(_ folder: TemporaryFolder, _ faults: Faults) async throws -> (acknowledged: [String: [UInt8]], refused: [String: [UInt8]]) {
        let archive = try await Archive.open(folder, faults: { (point) throws(ArchiveError) in try faults.reach(point) })
        defer { archive.close() }
        return try await withThrowingTaskGroup(of: (String, [UInt8], Bool).self) { group in
            for instance in Self.instances + Self.instances[0..<2] { group.addTask { try await Self.send(instance, archive) } }
            var acknowledged: [String: [UInt8]] = [:], refused: [String: [UInt8]] = [:]
            for try await (uid, dataSet, isAcknowledged) in group {
                if isAcknowledged { acknowledged[uid] = dataSet } else { refused[uid] = dataSet }
            }
            return (acknowledged, refused)
        }
    }

    private static func send(_ instance: TestInstance, _ archive: Archive) async throws -> (String, [UInt8], Bool) {
        let dataSet = try instance.encoded()
        do {
            _ = try await archive.store(dataSet)
            return (instance.instance, dataSet, true)
        } catch {
            return (instance.instance, dataSet, false)
        }
    }

    private func check(
        _ folder: TemporaryFolder, _ acknowledged: [String: [UInt8]], _ refused: [String: [UInt8]], _ what: String
    ) async throws {
        let archive = try await Archive.open(folder)
        defer { archive.close() }
        for (uid, dataSet) in acknowledged {
            let location = try #require(await archive.instance(UID(test: uid), for: .everything), "\(what): \(uid) was acknowledged and is lost")
            #expect(try await archive.bytes(location).suffix(dataSet.count) == dataSet[...], "\(what): \(uid)")
        }
        for (uid, dataSet) in refused where acknowledged[uid] == nil {
            guard let location = try await archive.instance(UID(test: uid), for: .everything) else { continue }
            #expect(try await archive.bytes(location).suffix(dataSet.count) == dataSet[...], "\(what): \(uid) is partial")
        }
        let report = try await archive.report()
        #expect(report.isGood, "\(what): \(report)")
        #expect(try folder.incoming() == [], "\(what)")
        // The archive goes on: whoever was refused sends again.
        for instance in Self.instances { _ = try await archive.store(try instance.encoded()) }
        #expect(try await archive.totals().instances == Self.instances.count, "\(what)")
    }
}
