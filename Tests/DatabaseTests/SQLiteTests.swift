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

    @Test func valuesComeBackAsTheyWent() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name, data, size) VALUES (\("Ünïcode 山田"), \([UInt8]([0, 255, 7])), \(Int64.max))")
        let row = try #require(await database.first("SELECT name, data, size, NULL AS absent FROM thing"))
        #expect(row.string("name") == "Ünïcode 山田")
        #expect(row.blob("data") == [0, 255, 7])
        #expect(row.integer("size") == .max)
        #expect(row.text("absent") == nil)
    }

    @Test func aFailedTransactionLeavesNothing() async throws {
        let database = try await open()
        await #expect(throws: DatabaseError(.constraint, "")) {
            try await database.write { (connection) throws(DatabaseError) in
                try connection.run("INSERT INTO thing (name) VALUES ('a')")
                try connection.run("INSERT INTO thing (name) VALUES ('a')")
            }
        }
        #expect(try await database.all("SELECT * FROM thing").isEmpty)
    }

    @Test func schemasMoveForwardOnceAndNeverBack() async throws {
        let database = try await open()
        try await database.migrate(schema)
        let older = Schema(module: "test", migrations: Array(schema.migrations.prefix(1)))
        await #expect(throws: DatabaseError(.newerSchema, "")) { try await database.migrate(older) }
        try await database.migrate(Schema(module: "other", migrations: [Migration(1, "CREATE TABLE other (id {identity})")]))
    }

    @Test func aStepThatIsReleasedAfterALaterOneIsTakenAllTheSame() async throws {
        let database = try await open()
        let steps = (1...3).map { Migration($0 + 10, "CREATE TABLE step_\($0) (id {identity})") }
        try await database.migrate(Schema(module: "steps", migrations: [steps[0], steps[2]]))
        try await database.migrate(Schema(module: "steps", migrations: steps))
        #expect(try await database.all("SELECT name FROM sqlite_master WHERE name LIKE 'step%'").count == 3)
        // Without a step that was taken it is older, whatever its newest.
        await #expect(throws: DatabaseError(.newerSchema, "")) { try await database.migrate(Schema(module: "steps", migrations: [steps[0], steps[2]])) }
    }

    @Test func aBrokenMigrationLeavesTheSchemaAsItWas() async throws {
        let database = try await open()
        let broken = Schema(module: "test", migrations: schema.migrations + [Migration(3, "CREATE TABLE more (id {identity}); CREATE NONSENSE")])
        await #expect(throws: DatabaseError.self) { try await database.migrate(broken) }
        #expect(try await database.first("SELECT max(number) AS n FROM schema_migration WHERE module = 'test'")?.int("n") == 2)
        #expect(try await database.all("SELECT name FROM sqlite_master WHERE name = 'more'").isEmpty)
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

    @Test func likeTellsCaseApartAsOtherEnginesDo() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name) VALUES ('Smith')")
        #expect(try await database.all("SELECT 1 FROM thing WHERE name LIKE 'smi%'").isEmpty)
        #expect(try await database.all("SELECT 1 FROM thing WHERE name LIKE 'Smi%'").count == 1)
    }

    @Test func tablesAreReplacedInOneTransaction() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name) VALUES ('old')")
        let other = try SQLite(path: path + ".other")
        try await other.migrate(schema)
        try await other.run("INSERT INTO thing (name, size) VALUES ('new', 7)")
        try other.close()
        await #expect(throws: DatabaseError(.rolledBack, "")) {
            try await database.replace(["thing"], fromFile: path + ".other") { (_) throws(DatabaseError) in throw DatabaseError(.rolledBack, "no") }
        }
        #expect(try await database.all("SELECT name FROM thing").map { $0.string("name") } == ["old"])
        try await database.replace(["thing"], fromFile: path + ".other") { (connection) throws(DatabaseError) in
            try connection.run("INSERT INTO thing (name) VALUES ('note')")
        }
        #expect(try await database.all("SELECT name FROM thing ORDER BY id").map { $0.string("name") } == ["new", "note"])
    }

    @Test func aFolderThatIsNotThereIsSaid() {
        #expect(throws: DatabaseError(.cannotOpen, "")) { try SQLite(path: "/nowhere/at/all/index.sqlite") }
    }
}
