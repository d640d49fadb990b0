import DICOMNetwork
import Database
import Foundation

/// The peers of a data folder. Read at each association, so that what a command adds holds at once.
public struct PeerTable: Sendable {
    private let database: any SQLDatabase

    static let schema = Schema(module: "peers", migrations: [
        Migration(1, """
            CREATE TABLE peer (
                name        {text} PRIMARY KEY,
                ae_title    {text} NOT NULL,
                definition  {text} NOT NULL
            );
            CREATE INDEX peer_by_ae_title ON peer (ae_title);
            """),
    ])

    public init(_ database: any SQLDatabase) async throws(DatabaseError) {
        self.database = database
        try await database.migrate(Self.schema)
    }

    public func all() async throws(DatabaseError) -> [Peer] {
        try await database.all("SELECT definition FROM peer ORDER BY name").map(Self.peer)
    }

    public func peer(named name: String) async throws(DatabaseError) -> Peer? {
        try await database.first("SELECT definition FROM peer WHERE name = \(name)").map(Self.peer)
    }

    /// Several may share a title and differ in their addresses.
    public func peers(aeTitle: AETitle) async throws(DatabaseError) -> [Peer] {
        try await database.all("SELECT definition FROM peer WHERE ae_title = \(aeTitle.text) ORDER BY name").map(Self.peer)
    }

    /// Adds it, or replaces the one of this name.
    public func set(_ peer: Peer) async throws(DatabaseError) {
        let definition = try Self.text(peer)
        try await database.run("""
            INSERT INTO peer (name, ae_title, definition) VALUES (\(peer.name), \(peer.aeTitle), \(definition))
            ON CONFLICT (name) DO UPDATE SET ae_title = excluded.ae_title, definition = excluded.definition
            """)
    }

    /// False where there was none.
    @discardableResult
    public func remove(named name: String) async throws(DatabaseError) -> Bool {
        try await database.run("DELETE FROM peer WHERE name = \(name)") == 1
    }

    private static func text(_ peer: Peer) throws(DatabaseError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(peer), as: UTF8.self) } catch {
            throw DatabaseError(.statement, "peer \(peer.name) cannot be written: \(error)")
        }
    }

    private static func peer(_ row: SQLRow) throws(DatabaseError) -> Peer {
        do { return try JSONDecoder().decode(Peer.self, from: Data(row.string("definition").utf8)) } catch {
            throw DatabaseError(.corrupt, "a peer cannot be read: \(error)")
        }
    }
}
