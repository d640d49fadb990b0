/// One step of a schema. Once released it is never changed: the next step is a new number.
public struct Migration: Sendable {
    public var number: Int
    public var sql: String
    /// Fills what the step has made, in its transaction, where rows are there already and SQL alone cannot.
    public var fill: (@Sendable (any SQLConnection) throws(DatabaseError) -> Void)?

    public init(_ number: Int, _ sql: String, fill: (@Sendable (any SQLConnection) throws(DatabaseError) -> Void)? = nil) {
        self.number = number
        self.sql = sql
        self.fill = fill
    }
}

/// The tables of one module, as the steps that made them.
public struct Schema: Sendable {
    /// Names the module in the table of what has been applied.
    public var module: String
    public var migrations: [Migration]

    public init(module: String, migrations: [Migration]) {
        self.module = module
        self.migrations = migrations
    }

    public var newest: Int { migrations.map(\.number).max() ?? 0 }
}

extension SQLDatabase {
    /// Brings a module's tables up to date, one transaction a step. Two processes may do so at once.
    ///
    /// - Throws: `.newerSchema` where the database was made by a newer version: nothing is touched then.
    public func migrate(_ schema: Schema) async throws(DatabaseError) {
        try await makeTable()
        // By number and not by the newest: a step may be released after one with a higher number.
        let applied = Set(try await all("SELECT number FROM schema_migration WHERE module = \(schema.module)").map { $0.int("number") })
        guard applied.isSubset(of: schema.migrations.map(\.number)) else {
            throw DatabaseError(.newerSchema, """
                the tables of \(schema.module) are of version \(applied.max() ?? 0), this program knows up to \(schema.newest): \
                start the newer version of the program that made them
                """)
        }
        for migration in schema.migrations.sorted(by: { $0.number < $1.number }) where !applied.contains(migration.number) {
            try await apply(migration, of: schema.module)
        }
    }

    private func makeTable() async throws(DatabaseError) {
        let make: @Sendable (any SQLConnection) throws(DatabaseError) -> Void = { (connection) throws(DatabaseError) in
            try connection.script("""
                CREATE TABLE IF NOT EXISTS schema_migration (
                    module TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (module, number))
                """)
        }
        do throws(DatabaseError) { try await write(make) } catch {
            // PostgreSQL says so to one of two that make it at the same moment.
            guard error.code == .constraint else { throw error }
            try await write(make)
        }
    }

    private func apply(_ migration: Migration, of module: String) async throws(DatabaseError) {
        let sql = dialect.translate(migration.sql)
        try await write { (connection) throws(DatabaseError) in
            let isNew = try connection.run("""
                INSERT INTO schema_migration (module, number) VALUES (\(module), \(migration.number)) ON CONFLICT DO NOTHING
                """) == 1
            guard isNew else { return }
            try connection.script(sql)
            try migration.fill?(connection)
        }
    }
}
