import Foundation
import GRDB

/// SQLite in a file: one writer, several readers that do not wait for it (write-ahead log).
///
/// A commit is durable when it returns: `synchronous=FULL` is set on the writer after opening, because GRDB's pool resets it
/// to NORMAL, under which the last commits before a power cut are lost. That it is in force is checked.
public struct SQLite: SQLDatabase {
    public struct Options: Sendable {
        /// How long a writer waits for another process, in seconds.
        public var busyTimeout = 15.0
        public var readers = 6
        /// Without syncing: for a database that is thrown away after a power cut.
        public var isDurable = true

        public init() {}
    }

    private let pool: DatabasePool
    public var dialect: SQLDialect { .sqlite }

    public init(path: String, options: Options = Options()) throws(DatabaseError) {
        var configuration = Configuration()
        configuration.label = "index"
        configuration.busyMode = .timeout(options.busyTimeout)
        configuration.maximumReaderCount = options.readers
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            // As PostgreSQL: LIKE tells case apart, and may use an index.
            try db.execute(sql: "PRAGMA case_sensitive_like = ON")
            try db.execute(sql: "PRAGMA cache_size = -16384")
            try db.execute(sql: "PRAGMA temp_store = MEMORY")
            // Pages that change with each instance move into the file less often: 16 MiB of log.
            try db.execute(sql: "PRAGMA wal_autocheckpoint = 4096")
        }
        pool = try Self.mapped { try DatabasePool(path: path, configuration: configuration) }
        let level = options.isDurable ? 2 : 0
        let inForce = try Self.mapped {
            try pool.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA synchronous = \(level)")
                return (try Int.fetchOne(db, sql: "PRAGMA synchronous"), try String.fetchOne(db, sql: "PRAGMA journal_mode"))
            }
        }
        guard inForce.0 == level, inForce.1 == "wal" else {
            throw DatabaseError(.cannotOpen, """
                \(path): synchronous is \(inForce.0.map(String.init) ?? "unknown") and journal_mode \(inForce.1 ?? "unknown") \
                where \(level) and wal are needed: commits would not survive a power cut
                """)
        }
    }

    public func read<T: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T
    ) async throws(DatabaseError) -> T {
        try await Self.mapped { try await pool.read { db in try body(SQLiteConnection(db)) } }
    }

    public func write<T: Sendable>(
        _ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T
    ) async throws(DatabaseError) -> T {
        for attempt in 0..<5 {
            do {
                return try await Self.mapped { try await pool.write { db in try body(SQLiteConnection(db)) } }
            } catch where error.isRetryable {
                // The busy timeout has passed: a little apart, so that two do not meet again.
                try await Self.mapped { try await Task.sleep(for: .milliseconds(Int.random(in: 5...50) << attempt)) }
            }
        }
        return try await Self.mapped { try await pool.write { db in try body(SQLiteConnection(db)) } }
    }

    public func all(_ statement: SQLStatement) async throws(DatabaseError) -> [SQLRow] {
        try await read { (connection) throws(DatabaseError) in try connection.all(statement) }
    }

    /// On the calling thread: a few pages of a file.
    public func look(_ statement: SQLStatement) async throws(DatabaseError) -> [SQLRow] {
        try readNow { (connection) throws(DatabaseError) in try connection.all(statement) }
    }

    @discardableResult
    public func run(_ statement: SQLStatement) async throws(DatabaseError) -> Int {
        try await write { (connection) throws(DatabaseError) in try connection.run(statement) }
    }

    public func readNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        try Self.mapped { try pool.read { db in try body(SQLiteConnection(db)) } }
    }

    public func writeNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        for attempt in 0..<5 {
            do {
                return try Self.mapped { try pool.write { db in try body(SQLiteConnection(db)) } }
            } catch where error.isRetryable {
                usleep(UInt32.random(in: 5_000...50_000) << attempt)
            }
        }
        return try Self.mapped { try pool.write { db in try body(SQLiteConnection(db)) } }
    }

    /// The content of `tables` becomes that of the same tables in another database file, in one transaction that ends with `body`.
    ///
    /// - Parameter tables: a table that refers to another stands after it.
    public func replace(
        _ tables: [String], fromFile path: String, then body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> Void
    ) async throws(DatabaseError) {
        try await Self.mapped {
            try await pool.barrierWriteWithoutTransaction { db in
                try db.execute(sql: "ATTACH DATABASE ? AS replacement", arguments: [path])
                defer { try? db.execute(sql: "DETACH DATABASE replacement") }  // Ends with the connection at the latest.
                try db.inTransaction {
                    for table in tables.reversed() { try db.execute(sql: "DELETE FROM main.\(table.quotedDatabaseIdentifier)") }
                    for table in tables {
                        let name = table.quotedDatabaseIdentifier
                        try db.execute(sql: "INSERT INTO main.\(name) SELECT * FROM replacement.\(name)")
                    }
                    try body(SQLiteConnection(db))
                    return .commit
                }
            }
        }
    }

    /// All rows of a table, one after the other. Blocks.
    func eachNow(of table: String, columns: [String], _ body: (SQLRow) throws(DatabaseError) -> Void) throws(DatabaseError) {
        let names = columns.map(\.quotedDatabaseIdentifier).joined(separator: ", ")
        try Self.mapped {
            try pool.read { db in
                let cursor = try Row.fetchCursor(db, sql: "SELECT \(names) FROM \(table.quotedDatabaseIdentifier)")
                while let row = try cursor.next() { try body(SQLRow(columns: columns, values: columns.indices.map { SQLValue(row, $0) })) }
            }
        }
    }

    /// Ends all connections; the write-ahead log is moved into the file.
    public func close() throws(DatabaseError) { try Self.mapped { try pool.close() } }

    // MARK: Errors

    private static func mapped<T>(_ work: () throws -> T) throws(DatabaseError) -> T {
        do { return try work() } catch { throw DatabaseError(error) }
    }

    private static func mapped<T: Sendable>(_ work: () async throws -> T) async throws(DatabaseError) -> T {
        do { return try await work() } catch { throw DatabaseError(error) }
    }
}

/// The statements of one GRDB access; lives only within it.
private struct SQLiteConnection: SQLConnection {
    private let db: GRDB.Database

    init(_ db: GRDB.Database) { self.db = db }

    func all(_ statement: SQLStatement) throws(DatabaseError) -> [SQLRow] {
        do {
            let prepared = try prepare(statement)
            let columns = prepared.columnNames
            let cursor = try Row.fetchCursor(prepared, arguments: statement.arguments)
            var rows: [SQLRow] = []
            while let row = try cursor.next() {
                rows.append(SQLRow(columns: columns, values: columns.indices.map { SQLValue(row, $0) }))
            }
            return rows
        } catch {
            throw DatabaseError(error)
        }
    }

    func run(_ statement: SQLStatement) throws(DatabaseError) -> Int {
        do {
            try prepare(statement).execute(arguments: statement.arguments)
            return db.changesCount
        } catch {
            throw DatabaseError(error)
        }
    }

    /// Prepared once and kept; but not for lists of any length, which would fill the cache.
    private func prepare(_ statement: SQLStatement) throws -> Statement {
        statement.values.count <= 64 ? try db.cachedStatement(sql: statement.sql) : try db.makeStatement(sql: statement.sql)
    }

    func script(_ sql: String) throws(DatabaseError) {
        do { try db.execute(sql: sql) } catch { throw DatabaseError(error) }
    }
}

extension SQLStatement {
    fileprivate var arguments: StatementArguments {
        StatementArguments(values.map { value -> DatabaseValue in
            switch value {
            case .null: .null
            case .integer(let number): number.databaseValue
            case .real(let number): number.databaseValue
            case .text(let text): text.databaseValue
            case .blob(let bytes): Data(bytes).databaseValue
            }
        })
    }
}

extension SQLValue {
    fileprivate init(_ row: Row, _ index: Int) {
        let value: DatabaseValue = row[index]
        self = switch value.storage {
        case .null: .null
        case .int64(let number): .integer(number)
        case .double(let number): .real(number)
        case .string(let text): .text(text)
        case .blob(let data): .blob([UInt8](data))
        }
    }
}

extension DatabaseError {
    init(_ error: any Error) {
        if let own = error as? DatabaseError { self = own; return }
        if error is CancellationError { self.init(.cancelled, "the task was cancelled"); return }
        guard let error = error as? GRDB.DatabaseError else { self.init(.io, "\(error)"); return }
        let code: Code = switch error.resultCode.primaryResultCode {
        case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
        case .SQLITE_FULL: .full
        case .SQLITE_READONLY, .SQLITE_PERM: .readOnly
        case .SQLITE_CONSTRAINT: .constraint
        case .SQLITE_CORRUPT, .SQLITE_NOTADB: .corrupt
        case .SQLITE_IOERR: .io
        case .SQLITE_CANTOPEN: .cannotOpen
        case .SQLITE_INTERRUPT, .SQLITE_ABORT: .cancelled
        default: .statement
        }
        self.init(code, "\(error.message ?? "error \(error.resultCode.rawValue)")\(error.sql.map { " in: \($0)" } ?? "")")
    }
}
