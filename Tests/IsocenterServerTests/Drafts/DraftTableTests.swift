import DICOM
import Database
import DatabaseFixtures
import Testing

@testable import Archive
@testable import IsocenterServer

@Suite(.everyEngine) struct DraftTableTests {
    private let study = UID("1.2.3")!

    private func table() async throws -> (DraftTable, any SQLDatabase) {
        let database = try Engine.current.makeDatabase()
        try await database.migrate(.archive)
        return (DraftTable(database), database)
    }

    @Test func eachSaveNamesTheVersionThatItReplaces() async throws {
        let (table, _) = try await table()
        #expect(try await table.draft(of: study, by: "anna") == nil)
        #expect(try await table.save([1], marks: 1, of: study, by: "anna", replacing: 0, at: 10) == .saved(version: 1))
        #expect(try await table.save([2], marks: 2, of: study, by: "anna", replacing: 1, at: 20) == .saved(version: 2))
        let there = Draft(version: 2, document: [2], marks: 2, updated: 20)
        for stale in [0, 1, 3] as [Int64] {
            #expect(try await table.save([9], marks: 9, of: study, by: "anna", replacing: stale, at: 30) == .conflict(there))
        }
        #expect(try await table.draft(of: study, by: "anna") == there)
    }

    @Test func accountsHaveTheirOwnAndHearOfOthers() async throws {
        let (table, _) = try await table()
        _ = try await table.save([1], marks: 3, of: study, by: "anna", replacing: 0, at: 10)
        _ = try await table.save([2], marks: 0, of: study, by: "bruno", replacing: 0, at: 20)
        _ = try await table.save([3], marks: 5, of: UID("1.2.4")!, by: "carla", replacing: 0, at: 30)
        #expect(try await table.draft(of: study, by: "bruno")?.document == [2])
        #expect(try await table.others(of: study, than: "bruno").map { "\($0.account) \($0.marks)" } == ["anna 3"])
        #expect(try await table.others(of: study, than: "anna").isEmpty, "one without marks is none to tell of")
    }

    @Test func noTableIsReadWhole() async throws {
        let (_, database) = try await table()
        guard Engine.current == .sqlite else { return }
        for statement: SQLStatement in [
            "SELECT version FROM draft WHERE study_uid = '1' AND account = 'a'", "SELECT account FROM draft WHERE study_uid = '1' AND account <> 'a' AND marks > 0 ORDER BY account",
        ] {
            let plan = try await database.all("EXPLAIN QUERY PLAN \(statement)").map { $0.string("detail") }
            #expect(!plan.contains { $0.hasPrefix("SCAN") || $0.contains("TEMP B-TREE") }, "\(plan)")
        }
    }
}
