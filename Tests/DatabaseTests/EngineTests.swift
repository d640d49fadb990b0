import Database
import DatabaseFixtures
import Testing

/// What every engine does alike.
@Suite(.everyEngine) struct EngineTests {
    private let schema = Schema(module: "test", migrations: [
        Migration(1, "CREATE TABLE thing (id {identity}, name {text} NOT NULL UNIQUE, data {bytes})"),
        Migration(2, "ALTER TABLE thing ADD COLUMN size INTEGER"),
    ])

    private func open() async throws -> any SQLDatabase {
        let database = try Engine.current.makeDatabase()
        try await database.migrate(schema)
        return database
    }

    @Test func valuesComeBackAsTheyWent() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name, data, size) VALUES (\("Ünïcode 山田 ? ' \\ \""), \([UInt8]([0, 255, 7])), \(Int64.max))")
        let row = try #require(await database.first("SELECT name, data, size, NULL AS absent FROM thing"))
        #expect(row.string("name") == "Ünïcode 山田 ? ' \\ \"")
        #expect(row.blob("data") == [0, 255, 7])
        #expect(row.integer("size") == .max)
        #expect(row.text("absent") == nil)
    }

    /// More than an engine keeps prepared: what it forgets is in nobody's way.
    @Test func anyNumberOfDifferentStatements() async throws {
        let database = try await open()
        for number in 0..<1200 {
            #expect(try await database.first(SQLStatement(stringLiteral: "SELECT \(number) AS v"))?.int("v") == number)
        }
    }

    @Test("Whole and broken numbers, sums and truths", arguments: [
        ("SELECT sum(size) AS v FROM thing", SQLValue.integer(-4_999_999_999_999)), ("SELECT sum(size) AS v FROM thing WHERE size > 7", .null),
        ("SELECT count(*) AS v FROM thing", .integer(3)), ("SELECT max(size) AS v FROM thing", .integer(1)),
        ("SELECT EXISTS (SELECT 1 FROM thing) AS v", .integer(1)), ("SELECT size IS NULL AS v FROM thing WHERE name = 'a'", .integer(0)),
        ("SELECT coalesce(sum(size), 0) AS v FROM thing WHERE size = 0", .integer(0)), ("SELECT -12345 AS v", .integer(-12345)),
        ("SELECT CAST(1.5 AS DOUBLE PRECISION) AS v", .real(1.5)), ("SELECT 'x' AS v", .text("x")), ("SELECT 2.25 AS v", .real(2.25)),
    ] as [(SQLStatement, SQLValue)])
    func results(statement: SQLStatement, value: SQLValue) async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name, size) VALUES ('a', 1), ('b', -2), ('c', -4999999999998)")
        #expect(try await database.first(statement)?["v"] == value)
    }

    @Test func theSameStatementTakesNothingInsteadOfAValue() async throws {
        let database = try await open()
        for (name, size) in [("a", 1 as Int?), ("b", nil), ("c", 2)] { try await database.run("INSERT INTO thing (name, size) VALUES (\(name), \(size))") }
        #expect(try await database.all("SELECT name FROM thing WHERE size IS NOT NULL ORDER BY name").map { $0.string("name") } == ["a", "c"])
    }

    @Test func questionMarksInLiteralsAndCommentsAreNoValues() async throws {
        let database = try await open()
        let row = try await database.first("SELECT '?''?' AS literal, \(7) + 0 AS number -- or not?\n")
        #expect(row?.string("literal") == "?'?")
        #expect(row?.integer("number") == 7)
    }

    @Test("More values than are worth preparing") func longLists() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name) VALUES ('17')")
        for count in [64, 65, 500, 5000] {
            #expect(try await database.all("SELECT id FROM thing WHERE name IN \(list: (0..<count).map { "\($0)" })").count == 1)
        }
    }

    @Test func aFailedTransactionLeavesNothing() async throws {
        let database = try await open()
        await #expect(throws: DatabaseError(.constraint, "")) {
            try await database.write { (connection) throws(DatabaseError) in
                try connection.run("INSERT INTO thing (name) VALUES ('a')")
                try connection.run("INSERT INTO thing (name) VALUES ('a')")
            }
        }
        await #expect(throws: DatabaseError(.constraint, "")) {
            try await database.write { (connection) throws(DatabaseError) in
                try connection.enqueue("INSERT INTO thing (name) VALUES ('a')")
                try connection.enqueue("INSERT INTO thing (name) VALUES ('a')")
            }
        }
        await #expect(throws: DatabaseError(.rolledBack, "")) {
            try await database.write { (connection) throws(DatabaseError) in
                try connection.run("INSERT INTO thing (name) VALUES ('a')")
                throw DatabaseError(.rolledBack, "no")
            }
        }
        #expect(try await database.all("SELECT * FROM thing").isEmpty)
        try await database.run("INSERT INTO thing (name) VALUES ('a')")
    }

    @Test func whatIsQueuedIsDoneInItsPlace() async throws {
        let database = try await open()
        let seen = try await database.write { (connection) throws(DatabaseError) in
            for number in 0..<700 { try connection.enqueue("INSERT INTO thing (name, size) VALUES (\("\(number)"), \(number))") }
            let count = try connection.first("SELECT count(*) AS n FROM thing")?.int("n")
            try connection.enqueue("DELETE FROM thing WHERE size >= 100")
            return count
        }
        #expect(seen == 700)
        #expect(try await database.first("SELECT count(*) AS n FROM thing")?.int("n") == 100)
    }

    @Test func aReadSeesOneStateAndWritesNothing() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name) VALUES ('a')")
        let counts = try await database.read { (connection) throws(DatabaseError) in
            let before = try connection.first("SELECT count(*) AS n FROM thing")?.int("n")
            try database.writeNow { (other) throws(DatabaseError) in _ = try other.run("INSERT INTO thing (name) VALUES ('b')") }
            return [before, try connection.first("SELECT count(*) AS n FROM thing")?.int("n")]
        }
        #expect(counts == [1, 1])
        #expect(try await database.first("SELECT count(*) AS n FROM thing")?.int("n") == 2)
        await #expect(throws: DatabaseError(.readOnly, "")) {
            try await database.read { (connection) throws(DatabaseError) in _ = try connection.run("DELETE FROM thing") }
        }
    }

    @Test func aStepThatIsReleasedAfterALaterOneIsTakenAllTheSame() async throws {
        let database = try await open()
        let steps = (1...3).map { Migration($0 + 10, "CREATE TABLE step_\($0) (id {identity})") }
        try await database.migrate(Schema(module: "steps", migrations: [steps[0], steps[2]]))
        try await database.migrate(Schema(module: "steps", migrations: steps))
        for step in 1...3 { #expect(try await database.all(SQLStatement(stringLiteral: "SELECT id FROM step_\(step)")).isEmpty) }
        // Without a step that was taken it is older, whatever its newest.
        await #expect(throws: DatabaseError(.newerSchema, "")) { try await database.migrate(Schema(module: "steps", migrations: [steps[0], steps[2]])) }
    }

    @Test func schemasMoveForwardOnceAndNeverBack() async throws {
        let database = try await open()
        try await database.migrate(schema)
        let older = Schema(module: "test", migrations: Array(schema.migrations.prefix(1)))
        await #expect(throws: DatabaseError(.newerSchema, "")) { try await database.migrate(older) }
        try await database.migrate(Schema(module: "other", migrations: [Migration(1, "CREATE TABLE other (id {identity})")]))
    }

    @Test func aBrokenMigrationLeavesTheSchemaAsItWas() async throws {
        let database = try await open()
        let broken = Schema(module: "test", migrations: schema.migrations + [Migration(3, "CREATE TABLE more (id {identity}); CREATE NONSENSE")])
        await #expect(throws: DatabaseError.self) { try await database.migrate(broken) }
        #expect(try await database.first("SELECT max(number) AS n FROM schema_migration WHERE module = 'test'")?.int("n") == 2)
        await #expect(throws: DatabaseError(.statement, "")) { try await database.all("SELECT id FROM more") }
    }

    @Test func twoProcessesThatStartTogetherMigrateOnce() async throws {
        let database = try Engine.current.makeDatabase()
        let schema = schema
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 { group.addTask { try await database.migrate(schema) } }
            try await group.waitForAll()
        }
        #expect(try await database.all("SELECT number FROM schema_migration WHERE module = 'test'").count == 2)
    }

    /// Read, changed here, written back: nothing is lost where several do so at once.
    @Test func writersAreAsIfTheyWereAlone() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name, size) VALUES ('sum', 0)")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    for _ in 0..<25 {
                        try await database.write { (connection) throws(DatabaseError) in
                            let size = try connection.first("SELECT size FROM thing WHERE name = 'sum'")?.int("size") ?? 0
                            try connection.run("UPDATE thing SET size = \(size + 1) WHERE name = 'sum'")
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try await database.first("SELECT size FROM thing")?.int("size") == 100)
    }

    @Test func likeTellsCaseApartAndTextIsOrderedByItsBytes() async throws {
        let database = try await open()
        for name in ["Smith", "smith", "Ä", "Z", "a", "10", "9"] { try await database.run("INSERT INTO thing (name) VALUES (\(name))") }
        #expect(try await database.all("SELECT 1 AS one FROM thing WHERE name LIKE 'smi%'").count == 1)
        #expect(try await database.all("SELECT 1 AS one FROM thing WHERE name LIKE 'Smi%'").count == 1)
        #expect(try await database.all("SELECT name FROM thing ORDER BY name").map { $0.string("name") } == ["10", "9", "Smith", "Z", "a", "smith", "Ä"])
    }

    /// Whenever it comes: before the statement is sent, with it, while it runs.
    @Test(arguments: [0, 1, 2, 3, 5, 8, 13, 100])
    func aTaskThatIsCancelledReadsNoFurther(after milliseconds: Int) async throws {
        let database = try await open()
        let task = Task {
            try await database.all("""
                WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) AS n FROM n
                """)
        }
        try await Task.sleep(for: .milliseconds(milliseconds))
        task.cancel()
        await #expect(throws: DatabaseError(.cancelled, "")) { try await task.value }
        #expect(try await database.first("SELECT 1 AS one")?.int("one") == 1)
    }

    @Test func tablesAreReplacedInOneTransaction() async throws {
        let database = try await open()
        try await database.run("INSERT INTO thing (name) VALUES ('old')")
        let path = try Engine.makePath()
        let other = try SQLite(path: path)
        try await other.migrate(schema)
        try await other.run("INSERT INTO thing (name, data, size) VALUES ('new', \([UInt8]([0, 1])), 7), ('ü', NULL, NULL)")
        try other.close()
        await #expect(throws: DatabaseError(.rolledBack, "")) {
            try await database.replace(["thing"], fromFile: path) { (_) throws(DatabaseError) in throw DatabaseError(.rolledBack, "no") }
        }
        #expect(try await database.all("SELECT name FROM thing").map { $0.string("name") } == ["old"])
        try await database.replace(["thing"], fromFile: path) { (connection) throws(DatabaseError) in
            try connection.run("INSERT INTO thing (name) VALUES ('note')")
        }
        let rows = try await database.all("SELECT name, data, size FROM thing ORDER BY id")
        #expect(rows.map { $0.string("name") } == ["new", "ü", "note"])
        #expect(rows.map { $0.blob("data") } == [[0, 1], nil, nil])
        #expect(rows.map { $0.integer("size") } == [7, nil, nil])
    }
}
