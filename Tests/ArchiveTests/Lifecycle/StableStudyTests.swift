import DICOM
import Database
import DatabaseFixtures
import Testing

@testable import Archive

@Suite(.everyEngine) struct StableStudyTests {
    private func stable(_ archive: Archive) async throws -> [String] {
        try await archive.changePage(ChangeRequest(since: 0, kinds: [.stable]), for: .everything).changes.map(\.study)
    }

    @Test func aStudyIsAnnouncedOnceForEachGrowth() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        _ = try await archive.store(try TestInstance(study: "1.1", series: "1.1.1", instance: "1.2.1").encoded())
        #expect(try #require(await archive.announceStableStudies(after: .seconds(3600))) > 3500)
        #expect(try await stable(archive) == [])
        for _ in 0..<2 { #expect(try await archive.announceStableStudies(after: .zero) == nil) }
        #expect(try await stable(archive) == ["1.1"])
        // The same again is no growth; another instance is.
        _ = try await archive.store(try TestInstance(study: "1.1", series: "1.1.1", instance: "1.2.1").encoded())
        #expect(try await archive.announceStableStudies(after: .zero) == nil)
        _ = try await archive.store(try TestInstance(study: "1.2", series: "1.2.1", instance: "1.2.2").encoded())
        _ = try await archive.store(try TestInstance(study: "1.1", series: "1.1.1", instance: "1.2.3").encoded())
        #expect(try await archive.announceStableStudies(after: .zero) == nil)
        #expect(try await stable(archive) == ["1.1", "1.2", "1.1"])
    }

    @Test func whatACrashLeftIsAnnouncedAfterIt() async throws {
        let folder = try TemporaryFolder()
        do {
            let archive = try await Archive.open(folder)
            _ = try await archive.store(try TestInstance(study: "1.1", series: "1.1.1", instance: "1.2.1").encoded())
            try await archive.announceStableStudies(after: .zero)
            _ = try await archive.store(try TestInstance(study: "1.2", series: "1.2.1", instance: "1.2.2").encoded())
            archive.close()
        }
        let archive = try await Archive.open(folder)
        try await archive.announceStableStudies(after: .zero)
        #expect(try await stable(archive) == ["1.1", "1.2"])
        // An index made anew has the same times: nothing is told twice.
        _ = try await archive.rebuildIndex()
        try await archive.announceStableStudies(after: .zero)
        #expect(try await stable(archive) == ["1.1", "1.2"])
    }

    @Test func moreThanATransactionHolds() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<1203).map { TestInstance(study: "1.\($0)", series: "1.\($0).1", instance: "1.\($0).1.1") })
        try await archive.announceStableStudies(after: .zero)
        #expect(try await archive.first("SELECT count(*) AS count FROM change WHERE kind = 'stable'")?.int("count") == 1203)
        #expect(try await archive.first("SELECT count(DISTINCT study_uid) AS count FROM change WHERE kind = 'stable'")?.int("count") == 1203)
    }
}
