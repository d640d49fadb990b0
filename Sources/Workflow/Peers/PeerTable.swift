import DICOMNetwork
import Database
import Foundation

/// The peers of a data folder, and our own titles. Read at each association, so that what a command adds holds at once.
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
        Migration(2, """
            CREATE TABLE application_entity (
                title       {text} PRIMARY KEY,
                definition  {text} NOT NULL
            );
            """),
    ])

    public init(_ database: any SQLDatabase) async throws(DatabaseError) {
        self.database = database
        try await database.migrate(Self.schema)
    }

    // MARK: Peers

    public func all() async throws(DatabaseError) -> [Peer] {
        try await database.read { (connection) throws(DatabaseError) in try Self.peers(connection) }
    }

    public func peer(named name: String) async throws(DatabaseError) -> Peer? {
        try await database.first("SELECT definition FROM peer WHERE name = \(name)").map(Self.value)
    }

    /// Several may share a title and differ in their addresses.
    public func peers(aeTitle: AETitle) async throws(DatabaseError) -> [Peer] {
        try await database.all("SELECT definition FROM peer WHERE ae_title = \(aeTitle.text) ORDER BY name").map(Self.value)
    }

    /// - Throws: `.duplicate` where the name is taken, `.invalid`.
    public func add(_ peer: Peer) async throws(PeerError) { try await put(peer, replacing: false) }

    /// Adds it, or replaces the one of this name.
    ///
    /// - Throws: `.invalid`.
    public func set(_ peer: Peer) async throws(PeerError) { try await put(peer, replacing: true) }

    private func put(_ peer: Peer, replacing: Bool) async throws(PeerError) {
        let peer = peer.normalized()
        let own = peer.problems
        try await checked { (connection) throws(DatabaseError) in
            let all = try Self.peers(connection)
            if !replacing, all.contains(where: { $0.name == peer.name }) { return PeerError(.duplicate, "there is a peer '\(peer.name)' already") }
            let problems = own + peer.problems(beside: all.filter { $0.name != peer.name })
            guard problems.isEmpty else { return PeerError(.invalid, problems) }
            try Self.write(peer, connection)
            return nil
        }
    }

    /// Takes it out of what others may send to, and of who may call our titles: another one of its name is granted nothing by that.
    /// False where there was none.
    @discardableResult
    public func remove(named name: String) async throws(DatabaseError) -> Bool {
        try await database.write { (connection) throws(DatabaseError) in
            guard try connection.run("DELETE FROM peer WHERE name = \(name)") == 1 else { return false }
            for var peer in try Self.peers(connection) where peer.destinations?.contains(name) ?? false {
                peer.destinations?.removeAll { $0 == name }
                try Self.write(peer, connection)
            }
            for var entity in try Self.titles(connection) where entity.callers?.contains(name) ?? false {
                entity.callers?.removeAll { $0 == name }
                try Self.write(entity, connection)
            }
            return true
        }
    }

    // MARK: Our titles

    public func titles() async throws(DatabaseError) -> [ApplicationEntity] {
        try await database.read { (connection) throws(DatabaseError) in try Self.titles(connection) }
    }

    /// - Throws: `.duplicate`, `.invalid`.
    public func add(_ entity: ApplicationEntity) async throws(PeerError) { try await put(entity, replacing: false) }

    /// Adds it, or replaces the one of this title.
    ///
    /// - Throws: `.invalid`.
    public func set(_ entity: ApplicationEntity) async throws(PeerError) { try await put(entity, replacing: true) }

    private func put(_ entity: ApplicationEntity, replacing: Bool) async throws(PeerError) {
        let entity = entity.normalized()
        let own = entity.problems
        try await checked { (connection) throws(DatabaseError) in
            if !replacing, try Self.titles(connection).contains(where: { $0.title == entity.title }) {
                return PeerError(.duplicate, "there is a title '\(entity.title)' already")
            }
            let problems = own + entity.problems(beside: try Self.peers(connection))
            guard problems.isEmpty else { return PeerError(.invalid, problems) }
            try Self.write(entity, connection)
            return nil
        }
    }

    /// False where there was none.
    @discardableResult
    public func remove(title: String) async throws(DatabaseError) -> Bool {
        try await database.run("DELETE FROM application_entity WHERE title = \(title)") == 1
    }

    // MARK: Rows

    /// One transaction; what is wrong is thrown after it.
    private func checked(_ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> PeerError?) async throws(PeerError) {
        let problem: PeerError?
        do throws(DatabaseError) { problem = try await database.write(body) } catch { throw PeerError(error) }
        if let problem { throw problem }
    }

    private static func peers(_ connection: any SQLConnection) throws(DatabaseError) -> [Peer] {
        try connection.all("SELECT definition FROM peer ORDER BY name").map(value)
    }

    private static func titles(_ connection: any SQLConnection) throws(DatabaseError) -> [ApplicationEntity] {
        try connection.all("SELECT definition FROM application_entity ORDER BY title").map(value)
    }

    private static func write(_ peer: Peer, _ connection: any SQLConnection) throws(DatabaseError) {
        try connection.run("""
            INSERT INTO peer (name, ae_title, definition) VALUES (\(peer.name), \(peer.aeTitle), \(text(peer)))
            ON CONFLICT (name) DO UPDATE SET ae_title = excluded.ae_title, definition = excluded.definition
            """)
    }

    private static func write(_ entity: ApplicationEntity, _ connection: any SQLConnection) throws(DatabaseError) {
        try connection.run("""
            INSERT INTO application_entity (title, definition) VALUES (\(entity.title), \(text(entity)))
            ON CONFLICT (title) DO UPDATE SET definition = excluded.definition
            """)
    }

    private static func text(_ value: some Encodable) throws(DatabaseError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(value), as: UTF8.self) } catch {
            throw DatabaseError(.statement, "\(value) cannot be written: \(error)")
        }
    }

    private static func value<Value: Decodable>(_ row: SQLRow) throws(DatabaseError) -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(row.string("definition").utf8)) } catch {
            throw DatabaseError(.corrupt, "a row of the table of peers cannot be read: \(error)")
        }
    }
}
