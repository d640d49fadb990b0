import Foundation
import Testing

import Database

@Suite struct SQLiteTests {
    private let path = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString).sqlite").path
    private let schema = Schema(module: "test", migrations: [
        Migration(1, "CREATE TABLE thing (id {identity}, name {text} NOT NULL UNIQUE, data {bytes})"),
        Migration(2, "ALTER TABLE thing ADD COLUMN size INTEGER"),
    ])

    private func open() async throws -> SQLite {
        let database = try SQLite(path: path)
        try await database.migrate(schema)
        return database
    }

    @Test func commitsSurviveAPowerCut() async throws {
        let database = try await open()
        // PRAGMA synchronous: 2 is FULL (https://www.sqlite.org/pragma.html#pragma_synchronous).
        let level = try await database.write { (connection) throws(DatabaseError) in try connection.first("PRAGMA synchronous")?.int("synchronous") }
        #expect(level == 2)
        #expect(try await database.first("PRAGMA journal_mode")?.string("journal_mode") == "wal")
    }

    @Test func twoConnectionsOfDifferentProcessesWriteSideBySide() async throws {
        let first = try await open(), second = try await open()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, database) in [first, second].enumerated() {
                group.addTask {
                    for number in 0..<50 { try await database.run("INSERT INTO thing (name) VALUES (\("\(index)-\(number)"))") }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await first.first("SELECT count(*) AS n FROM thing")?.int("n") == 100)
    }

    @Test func aFolderThatIsNotThereIsSaid() {
        #expect(throws: DatabaseError(.cannotOpen, "")) { try SQLite(path: "/nowhere/at/all/index.sqlite") }
    }
}
