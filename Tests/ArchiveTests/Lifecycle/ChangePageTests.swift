import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite(.everyEngine) struct ChangePageTests {
    private func filled() async throws -> Archive {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<250).map { TestInstance(study: "1.\($0 % 5)", series: "1.\($0 % 5).1", instance: "1.\($0 % 5).1.\($0)") })
        try await archive.announceStableStudies(after: .zero)
        return archive
    }

    @Test func pagesFollowEachOtherWithoutHole() async throws {
        let archive = try await filled()
        var seen: [Int64] = [], place: Int64 = 0
        while true {
            let page = try await archive.changePage(ChangeRequest(since: place, limit: 60), for: .everything)
            seen += page.changes.map(\.sequence)
            place = page.next
            if page.isLast { break }
        }
        #expect(seen == Array(1...255))
    }

    @Test func byKindAndStudy() async throws {
        let archive = try await filled()
        let stable = try await archive.changePage(ChangeRequest(since: 0, kinds: [.stable, .replaced]), for: .everything)
        #expect(stable.changes.count == 5)
        #expect(stable.next == 255 && stable.isLast)
        let study = try await archive.changePage(ChangeRequest(since: 0, study: UID(test: "1.3")), for: .everything)
        #expect(study.changes.count == 51)
        #expect(Set(study.changes.map(\.study)) == ["1.3"])
        let both = try await archive.changePage(ChangeRequest(since: 100, kinds: [.stable], study: UID(test: "1.3")), for: .everything)
        #expect(both.changes.map(\.kind) == [.stable])
        // Who sees one study hears of no other.
        let access = Access(condition: "study.study_uid = '1.4'")
        #expect(Set(try await archive.changePage(ChangeRequest(since: 0, limit: 1000), for: access).changes.map(\.study)) == ["1.4"])
    }

    @Test func whatWasCutOffIsSaid() async throws {
        let archive = try await filled()
        #expect(try await archive.pruneChanges(olderThan: 36_500, beyond: 55) == 200)
        #expect(try await archive.changeRange() == ChangeRange(pruned: 200, newest: 255))
        await #expect(throws: ArchiveError(.notFound, "")) { try await archive.changePage(ChangeRequest(since: 199), for: .everything) }
        await #expect(throws: ArchiveError(.notFound, "")) { try await archive.changePage(ChangeRequest(since: 256), for: .everything) }
        #expect(try await archive.changePage(ChangeRequest(since: 200), for: .everything).changes.count == 55)
        // By age: those of the objects are of 2023, those of their studies of today.
        #expect(try await archive.pruneChanges(olderThan: 30, beyond: 1000) == 50)
        #expect(try await archive.pruneChanges(olderThan: 0, beyond: 1000) == 5)
        #expect(try await archive.changeRange() == ChangeRange(pruned: 255, newest: 255))
        #expect(try await archive.changePage(ChangeRequest(since: 255), for: .everything).changes == [])
    }

    @Test func neitherKindsNorStableStudiesAreFoundByWalkingATable() async throws {
        let archive = try await filled()
        let page = try await Plan.of(ChangeStatement(ChangeRequest(since: 3, kinds: [.stable, .corrected]), .everything).page, in: archive)
        #expect(page.steps == Array(repeating: Plan.Step(table: "change", index: "change_by_kind", isEntered: true), count: 2), "\(page)")
        let all = try await Plan.of(ChangeStatement(ChangeRequest(since: 3), .everything).page, in: archive)
        #expect(!all.readsAll && !all.sorts, "\(all)")
        let waiting = try await Plan.of("""
            SELECT id, study_uid, received FROM study WHERE (received, id) > (\(5), \(6)) ORDER BY received, id LIMIT \(1)
            """, in: archive)
        #expect(waiting.steps == [Plan.Step(table: "study", index: "study_by_received", isEntered: true)] && !waiting.sorts, "\(waiting)")
    }
}
