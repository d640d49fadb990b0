import Database

/// Where the server of a data folder listens, for commands that work beside it.
public struct ServingRecord: Sendable {
    private let database: any SQLDatabase

    private static let schema = Schema(module: "serving", migrations: [
        Migration(1, "CREATE TABLE serving (id INTEGER PRIMARY KEY, dimse_port INTEGER NOT NULL, ae_title {text} NOT NULL)"),
    ])

    public init(_ database: any SQLDatabase) { self.database = database }

    public func prepare() async throws { try await database.migrate(Self.schema) }

    func set(dimsePort: Int, aeTitle: String) async throws {
        try await database.run("""
            INSERT INTO serving (id, dimse_port, ae_title) VALUES (1, \(dimsePort), \(aeTitle))
            ON CONFLICT (id) DO UPDATE SET dimse_port = excluded.dimse_port, ae_title = excluded.ae_title
            """)
    }

    /// Of the last server that ran; whether it still does is for the caller to find out.
    public func last() async throws -> (dimsePort: Int, aeTitle: String)? {
        try await database.first("SELECT dimse_port, ae_title FROM serving WHERE id = 1").map { ($0.int("dimse_port"), $0.string("ae_title")) }
    }
}
