import Database

/// Every transaction loses once, after all of its statements, and runs again: as PostgreSQL does with 40001, and engines over several
/// machines do often.
public struct Contended: SQLDatabase {
    let base: any SQLDatabase

    public init(_ base: any SQLDatabase) { self.base = base }

    public var dialect: SQLDialect { base.dialect }

    private static let loss = DatabaseError(.rolledBack, "lost against a transaction that is not there")

    private static func isLoss(_ error: DatabaseError) -> Bool { error.code == .rolledBack && error.message == loss.message }

    public func read<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(DatabaseError) -> T {
        try await base.read(body)
    }

    public func readNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T { try base.readNow(body) }

    public func write<T: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> T) async throws(DatabaseError) -> T {
        do throws(DatabaseError) {
            try await base.write { (connection) throws(DatabaseError) -> Void in
                _ = try body(connection)
                throw Self.loss
            }
        } catch {
            guard Self.isLoss(error) else { throw error }
        }
        return try await base.write(body)
    }

    public func writeNow<T>(_ body: (any SQLConnection) throws(DatabaseError) -> T) throws(DatabaseError) -> T {
        do throws(DatabaseError) {
            try base.writeNow { (connection) throws(DatabaseError) -> Void in
                _ = try body(connection)
                throw Self.loss
            }
        } catch {
            guard Self.isLoss(error) else { throw error }
        }
        return try base.writeNow(body)
    }

    public func all(_ statement: SQLStatement) async throws(DatabaseError) -> [SQLRow] { try await base.all(statement) }

    @discardableResult
    public func run(_ statement: SQLStatement) async throws(DatabaseError) -> Int {
        try await write { (connection) throws(DatabaseError) in try connection.run(statement) }
    }

    public func replace(
        _ tables: [String], fromFile path: String, then body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> Void
    ) async throws(DatabaseError) {
        do throws(DatabaseError) {
            try await base.replace(tables, fromFile: path) { (connection) throws(DatabaseError) in
                try body(connection)
                throw Self.loss
            }
        } catch {
            guard Self.isLoss(error) else { throw error }
        }
        try await base.replace(tables, fromFile: path, then: body)
    }

    public func close() throws(DatabaseError) { try base.close() }
}
