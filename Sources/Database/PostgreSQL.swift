import Foundation

/// A database of a PostgreSQL server, or of an engine that speaks like one, through libpq.
///
/// Writes are SERIALIZABLE: their bodies are written as if they were alone, which is what they are in SQLite, and what the distributed
/// engines give by default. One that loses against another (40001, 40P01) runs again. Reads see one snapshot (REPEATABLE READ, READ ONLY).
public final class PostgreSQL: SQLDatabase {
    public struct Options: Sendable {
        /// At the same time, and as many threads that wait for them.
        public var connections = 12
        /// Seconds for which a server that does not answer, a lock or a free connection is waited for.
        public var patience = 15.0
        /// How often a transaction that lost against others is tried.
        public var attempts = 20
        /// Without it a server that does not sync is taken: for a database that is thrown away after a power cut.
        public var isDurable = true

        public init() {}
    }

    private let pool: PostgreSQLPool
    private let threads: PostgreSQLThreads
    private let options: Options
    public var dialect: SQLDialect { .postgreSQL }

    private static let beginRead = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
    private static let beginWrite = "BEGIN ISOLATION LEVEL SERIALIZABLE READ WRITE"

    /// Connects once, to find out whether that is possible and the server keeps what it commits. Blocks.
    ///
    /// - Parameter url: `postgresql://user@host/name`. The password may stand in it, in `~/.pgpass` or in `PGPASSWORD`; no message shows it.
    /// - Throws: `.cannotOpen` naming host and database.
    public init(url: String, options: Options = Options()) throws(DatabaseError) {
        self.options = options
        pool = try PostgreSQLPool(url, options)
        pool.give(try pool.take())
        threads = PostgreSQLThreads(options.connections)
    }

    /// `the PostgreSQL database isocenter at host`.
    public var description: String { pool.target }

    public func close() throws(DatabaseError) { pool.close() }

    // MARK: SQLDatabase

    public func read<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(DatabaseError) -> T {
        let cancellation = PostgreSQLCancellation()
        return try await threads.run(cancellation) { [self] () throws(DatabaseError) -> T in
            try attempt(cancellation, cancels: true) { (connection) throws(DatabaseError) in
                try connection.transaction(Self.beginRead, isWrite: false, body)
            }
        }
    }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(DatabaseError) -> T {
        let cancellation = PostgreSQLCancellation()
        return try await threads.run(cancellation) { [self] () throws(DatabaseError) -> T in
            try attempt(cancellation) { (connection) throws(DatabaseError) in try connection.transaction(Self.beginWrite, isWrite: true, body) }
        }
    }

    public func readNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        try attempt { (connection) throws(DatabaseError) in try connection.transaction(Self.beginRead, isWrite: false, body) }
    }

    public func writeNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        try attempt { (connection) throws(DatabaseError) in try connection.transaction(Self.beginWrite, isWrite: true, body) }
    }

    public func all(_ statement: SQLStatement) async throws(DatabaseError) -> [SQLRow] {
        let cancellation = PostgreSQLCancellation()
        return try await threads.run(cancellation) { [self] () throws(DatabaseError) -> [SQLRow] in
            try attempt(cancellation, cancels: true) { (connection) throws(DatabaseError) in
                try connection.single(Self.beginRead, isWrite: false, statement).rows()
            }
        }
    }

    @discardableResult
    public func run(_ statement: SQLStatement) async throws(DatabaseError) -> Int {
        let cancellation = PostgreSQLCancellation()
        return try await threads.run(cancellation) { [self] () throws(DatabaseError) -> Int in
            try attempt(cancellation) { (connection) throws(DatabaseError) in
                try connection.single(Self.beginWrite, isWrite: true, statement).rowsChanged
            }
        }
    }

    // MARK: Again

    /// Runs a transaction, again where nothing of it was done and the same may succeed.
    private func attempt<T>(
        _ cancellation: PostgreSQLCancellation? = nil, cancels: Bool = false,
        _ transaction: (PostgreSQLConnection) throws(DatabaseError) -> T
    ) throws(DatabaseError) -> T {
        var conflicts = 0, losses = 0
        while true {
            try cancellation?.check()
            let connection = try pool.take()
            let failure: DatabaseError
            var wasAsked = false
            do throws(DatabaseError) {
                if cancels { try cancellation?.begin(connection) }
                let value = try transaction(connection)
                if cancels, cancellation?.end() == true { connection.retire() }
                pool.give(connection)
                return value
            } catch {
                failure = error
                if cancels { wasAsked = cancellation?.end() ?? false }
            }
            let trouble = connection.trouble
            if wasAsked || trouble != nil && trouble != .conflict { connection.retire() }
            pool.give(connection)
            switch trouble {
            case .conflict:
                conflicts += 1
                guard conflicts < options.attempts else { throw DatabaseError(.busy, "\(failure.message), \(conflicts) times") }
                // A little apart, so that two do not meet again.
                usleep(UInt32.random(in: 500...2000) << min(UInt32(conflicts), 7))
            case .lost:
                // The next attempt connects anew, which waits for a server that starts.
                pool.forgetIdle()
                losses += 1
                guard losses < 5 else { throw failure }
            case .unknown, nil: throw failure
            }
        }
    }
}
