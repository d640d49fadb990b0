import DatabaseFixtures
import Synchronization
import Testing

@testable import Database

/// What only a server can do to us.
@Suite(.enabled(if: PostgreSQLCluster.isInstalled, "PostgreSQL is not installed")) struct PostgreSQLTests {
    private let cluster: PostgreSQLCluster
    private let name: String

    init() throws {
        cluster = try PostgreSQLCluster.running()
        name = try cluster.makeDatabase()
    }

    private func open() throws -> PostgreSQL { try PostgreSQL(url: cluster.url(of: name), options: Engine.options) }

    private func endConnections() {
        cluster.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'", on: "postgres")
    }

    @Test func aServerThatDoesNotSyncIsRefused() throws {
        // The tests' own runs with fsync = off.
        let error = try #require(throws: DatabaseError.self) { try PostgreSQL(url: cluster.url(of: name)) }
        #expect(error.code == .cannotOpen)
        #expect(error.message.contains("fsync") && error.message.contains(name))
    }

    @Test func commitsWaitForTheDisk() async throws {
        cluster.execute("ALTER DATABASE \(name) SET synchronous_commit = off", on: "postgres")
        let database = try open()
        #expect(try await database.first("SELECT setting FROM pg_settings WHERE name = 'synchronous_commit'")?.string("setting") == "on")
    }

    @Test("Nothing that can be shown holds a password", arguments: [
        ("postgresql://anna:secret@127.0.0.1:1/pacs", "postgresql://anna:…@127.0.0.1:1/pacs"),
        ("postgresql://anna:se%40cret@127.0.0.1:1/pacs?application_name=x", "postgresql://anna:…@127.0.0.1:1/pacs?application_name=x"),
        ("postgresql://127.0.0.1:1/pacs?user=anna&password=secret", "postgresql://127.0.0.1:1/pacs?user=anna&password=…"),
        ("postgres://anna:secret@[::1/pacs", "postgres://anna:…@[::1/pacs"), ("postgresql://anna:secret@127.0.0.1:1/pacs?nonsense=1", "postgresql://anna:…@127.0.0.1:1/pacs?nonsense=1"),
    ])
    func passwords(url: String, shown: String) throws {
        #expect(PostgreSQLURL.shown(url) == shown)
        var options = PostgreSQL.Options()
        options.patience = 0
        let error = try #require(throws: DatabaseError.self) { try PostgreSQL(url: url, options: options) }
        #expect(error.code == .cannotOpen)
        #expect(!error.message.contains("cret"), "\(error)")
    }

    @Test func aServerThatIsNotThereIsNamed() throws {
        var options = PostgreSQL.Options()
        options.patience = 0
        let error = try #require(throws: DatabaseError.self) { try PostgreSQL(url: "postgresql://anna@127.0.0.1:1/pacs", options: options) }
        #expect(error.message.contains("127.0.0.1:1") && error.message.contains("pacs"))
    }

    @Test func aConnectionThatEndedIsMadeAnew() async throws {
        let database = try open()
        try await database.run("CREATE TABLE thing (name TEXT)")
        endConnections()
        #expect(try await database.all("SELECT name FROM thing").isEmpty)
        endConnections()
        try await database.run("INSERT INTO thing (name) VALUES ('a')")
        let again = Counter()
        try await database.write { (connection) throws(DatabaseError) in
            try connection.run("INSERT INTO thing (name) VALUES ('b')")
            if again.next() == 1 { endConnections() }
            try connection.run("INSERT INTO thing (name) VALUES ('c')")
        }
        #expect(again.next() == 3)
        #expect(try await database.all("SELECT name FROM thing ORDER BY name").map { $0.string("name") } == ["a", "b", "c"])
    }

    /// The commit was on its way: it is not run again, and nobody is told that it took place, or did not.
    @Test func aConnectionThatEndsWithinACommitLeavesTheResultUnknown() async throws {
        let database = try open()
        try await database.run("CREATE TABLE thing (name TEXT)")
        await #expect(throws: DatabaseError(.io, "")) {
            try await database.write { (connection) throws(DatabaseError) in
                try connection.run("INSERT INTO thing (name) VALUES ('a')")
                endConnections()
            }
        }
        #expect(try await database.first("SELECT count(*) AS n FROM thing")?.int("n") == 0)
    }

    @Test func aFailureThatIsPassedOverIsNotCommitted() async throws {
        let database = try open()
        try await database.run("CREATE TABLE thing (name TEXT PRIMARY KEY)")
        await #expect(throws: DatabaseError(.rolledBack, "")) {
            try await database.write { (connection) throws(DatabaseError) in
                try connection.run("INSERT INTO thing (name) VALUES ('a')")
                _ = try? connection.run("INSERT INTO thing (name) VALUES ('a')")
            }
        }
    }

    @Test func textWithAZeroByteIsKeptAndFound() async throws {
        let database = try open()
        try await database.run("CREATE TABLE thing (name TEXT)")
        try await database.run("INSERT INTO thing (name) VALUES (\("a\0b"))")
        #expect(try await database.all("SELECT name FROM thing WHERE name = \("a\0b")").count == 1)
    }

    @Test("Codes of failures (PostgreSQL, Appendix A)", arguments: [
        ("23505", DatabaseError.Code.constraint), ("23503", .constraint), ("42710", .constraint), ("42P07", .constraint), ("53100", .full), ("25006", .readOnly), ("40001", .busy), ("40P01", .busy), ("55P03", .busy),
        ("08006", .cannotOpen), ("57P01", .cannotOpen), ("3D000", .cannotOpen), ("28P01", .cannotOpen), ("58030", .io), ("40003", .io), ("XX001", .corrupt),
        ("57014", .cancelled), ("42601", .statement), ("53300", .busy),
    ])
    func codes(state: String, code: DatabaseError.Code) { #expect(DatabaseError.Code(sqlState: state) == code) }
}

private final class Counter: Sendable {
    private let count = Mutex(0)
    func next() -> Int { count.withLock { count in count += 1; return count } }
}
