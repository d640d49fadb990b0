import Archive
import Database
import Foundation

/// What users have set for themselves: named JSON values that the application keeps here, so that they are the same on every screen.
/// They go with their account.
struct Preferences: Sendable {
    private let database: any SQLDatabase

    /// The tables are those of ``Accounts``, which is made before.
    init(_ accounts: Accounts, _ database: any SQLDatabase) { self.database = database }

    enum Limits {
        /// Of one value, bytes of JSON.
        static let value = 64 << 10
        /// Of one account, values.
        static let count = 100
        static let name = 1...64
    }

    struct Entry: Sendable, Equatable {
        var name: String
        /// Grows with each change; a value that was removed and set again has another one.
        var version: Int
        /// JSON.
        var value: String

        var tag: EntityTag { EntityTag([String(version)]) }
    }

    /// What the caller knows of the value that it replaces.
    enum Condition: Sendable, Equatable {
        case none
        /// If-None-Match: *
        case absent
        /// If-Match: the versions of its list; nil: any that there is.
        case present(tags: String)
    }

    enum Outcome: Sendable, Equatable {
        case kept(Entry, isNew: Bool)
        /// As it is now; nil: there is none.
        case conflict(Entry?)
        case tooMany
    }

    func all(of account: String) async throws -> [Entry] {
        try await database.all("SELECT name, version, content FROM preference WHERE account = \(account) ORDER BY name").map(Self.entry)
    }

    func entry(_ name: String, of account: String) async throws -> Entry? {
        try await database.first(Self.select(name, account)).map(Self.entry)
    }

    func set(_ name: String, to value: String, of account: String, if condition: Condition) async throws -> Outcome {
        let now = Int(Date().timeIntervalSince1970 * 1_000_000)
        return try await database.write { (connection) throws(DatabaseError) in
            let before = try connection.first(Self.select(name, account)).map(Self.entry)
            guard Self.holds(condition, before) else { return .conflict(before) }
            if before == nil {
                let count = try connection.first("SELECT count(*) AS number FROM preference WHERE account = \(account)")?.int("number") ?? 0
                guard count < Limits.count else { return .tooMany }
            }
            let version = max(now, (before?.version ?? 0) + 1)
            try connection.run("""
                INSERT INTO preference (account, name, version, content) VALUES (\(account), \(name), \(version), \(value))
                ON CONFLICT (account, name) DO UPDATE SET version = excluded.version, content = excluded.content
                """)
            return .kept(Entry(name: name, version: version, value: value), isNew: before == nil)
        }
    }

    /// - Returns: nil where it is gone; else what stands against it.
    func remove(_ name: String, of account: String, if condition: Condition) async throws -> Outcome? {
        try await database.write { (connection) throws(DatabaseError) in
            let before = try connection.first(Self.select(name, account)).map(Self.entry)
            guard let before else { return .conflict(nil) }
            guard Self.holds(condition, before) else { return .conflict(before) }
            try connection.run("DELETE FROM preference WHERE account = \(account) AND name = \(name)")
            return nil
        }
    }

    static func holds(_ condition: Condition, _ entry: Entry?) -> Bool {
        switch condition {
        case .none: true
        case .absent: entry == nil
        case .present(let tags): entry.map { EntityTag.list(tags, has: $0.tag.text) } ?? false
        }
    }

    private static func select(_ name: String, _ account: String) -> SQLStatement {
        "SELECT name, version, content FROM preference WHERE account = \(account) AND name = \(name)"
    }

    private static func entry(_ row: SQLRow) -> Entry {
        Entry(name: row.string("name"), version: row.int("version"), value: row.string("content"))
    }
}
