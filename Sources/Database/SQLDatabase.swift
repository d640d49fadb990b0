/// A database that speaks SQL. Statements keep to what SQLite and PostgreSQL share.
public protocol SQLDatabase: Sendable {
    /// One view of the data for all statements of `body`.
    func read<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(DatabaseError) -> T

    /// One transaction: all of it durable when this returns, or nothing of it where it throws (but for ``DatabaseError/Code/io``).
    ///
    /// `body` may run more than once: a transaction that lost against another is tried again.
    func write<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(DatabaseError) -> T

    /// As `read`, on the calling thread. Blocks.
    func readNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T

    /// As `write`, on the calling thread. Blocks.
    func writeNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T

    /// The words in which engines differ, for schemas.
    var dialect: SQLDialect { get }
}

/// The statements of one transaction, in order, on one thread.
public protocol SQLConnection {
    func all(_ statement: SQLStatement) throws(DatabaseError) -> [SQLRow]
    /// Rows changed.
    @discardableResult
    func run(_ statement: SQLStatement) throws(DatabaseError) -> Int
    /// Several statements without values, separated by semicolons.
    func script(_ sql: String) throws(DatabaseError)
}

extension SQLConnection {
    public func first(_ statement: SQLStatement) throws(DatabaseError) -> SQLRow? { try all(statement).first }
}

extension SQLDatabase {
    public func all(_ statement: SQLStatement) async throws(DatabaseError) -> [SQLRow] {
        try await read { (connection) throws(DatabaseError) in try connection.all(statement) }
    }

    public func first(_ statement: SQLStatement) async throws(DatabaseError) -> SQLRow? {
        try await read { (connection) throws(DatabaseError) in try connection.first(statement) }
    }

    @discardableResult
    public func run(_ statement: SQLStatement) async throws(DatabaseError) -> Int {
        try await write { (connection) throws(DatabaseError) in try connection.run(statement) }
    }
}

/// What a schema writes in braces, and what an engine calls it.
public struct SQLDialect: Sendable {
    /// `{identity}`: a key the engine gives out, never twice. `{text}`: compared byte by byte. `{bytes}`.
    public var words: [String: String]

    public static let sqlite = SQLDialect(words: [
        "{identity}": "INTEGER PRIMARY KEY AUTOINCREMENT",
        "{text}": "TEXT",
        "{bytes}": "BLOB",
        "{clustered}": "WITHOUT ROWID",
    ])

    public func translate(_ sql: String) -> String {
        words.reduce(sql) { $0.replacing($1.key, with: $1.value) }
    }
}
