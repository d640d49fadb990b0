import Database
import Foundation

/// Unknown callers of a data folder, the most recent few hundred.
public struct StrangerTable: Sendable {
    public static let most = 300
    private let database: any SQLDatabase

    static let schema = Schema(module: "strangers", migrations: [
        Migration(1, """
            CREATE TABLE stranger (
                id          {text} PRIMARY KEY,
                last        BIGINT NOT NULL,
                definition  {text} NOT NULL
            );
            CREATE INDEX stranger_by_last ON stranger (last);
            """),
    ])

    public init(_ database: any SQLDatabase) async throws(DatabaseError) {
        self.database = database
        try await database.migrate(Self.schema)
    }

    /// The most recent first.
    public func all() async throws(DatabaseError) -> [Stranger] {
        try await database.all("SELECT definition FROM stranger ORDER BY last DESC, id").map(Self.stranger)
    }

    /// By `TITLE@address`, or by the title alone where only one has it.
    public func find(_ text: String) async throws(DatabaseError) -> Stranger? {
        let all = try await all()
        if let exact = all.first(where: { $0.id == text }) { return exact }
        let named = all.filter { $0.aeTitle == text }
        return named.count == 1 ? named.first : nil
    }

    /// Adds those, counts those known already, and forgets the oldest beyond the limit.
    public func add(_ strangers: [Stranger]) async throws(DatabaseError) {
        try await database.write { (connection) throws(DatabaseError) in
            for var stranger in strangers {
                if let row = try connection.first("SELECT definition FROM stranger WHERE id = \(stranger.id)") {
                    var known = try Self.stranger(row)
                    known.add(stranger)
                    stranger = known
                }
                let last = Int64(stranger.last.timeIntervalSince1970 * 1000)
                try connection.run("""
                    INSERT INTO stranger (id, last, definition) VALUES (\(stranger.id), \(last), \(Self.text(stranger)))
                    ON CONFLICT (id) DO UPDATE SET last = excluded.last, definition = excluded.definition
                    """)
            }
            try connection.run("DELETE FROM stranger WHERE id NOT IN (SELECT id FROM stranger ORDER BY last DESC, id LIMIT \(Self.most))")
        }
    }

    /// False where there was none.
    @discardableResult
    public func remove(_ id: String) async throws(DatabaseError) -> Bool {
        try await database.run("DELETE FROM stranger WHERE id = \(id)") == 1
    }

    /// Those that a peer is: they are unknown no longer.
    public func remove(knownBy peer: Peer) async throws(DatabaseError) {
        let ranges = peer.ranges
        for stranger in try await all() where stranger.aeTitle == peer.title?.text && (ranges.isEmpty || ranges.contains { $0.contains(stranger.address) }) {
            try await remove(stranger.id)
        }
    }

    private static func text(_ stranger: Stranger) throws(DatabaseError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(stranger), as: UTF8.self) } catch {
            throw DatabaseError(.statement, "\(stranger.id) cannot be written: \(error)")
        }
    }

    private static func stranger(_ row: SQLRow) throws(DatabaseError) -> Stranger {
        do { return try JSONDecoder().decode(Stranger.self, from: Data(row.string("definition").utf8)) } catch {
            throw DatabaseError(.corrupt, "an unknown caller cannot be read: \(error)")
        }
    }
}
