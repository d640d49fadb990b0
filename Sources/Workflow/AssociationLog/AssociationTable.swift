import Database
import Foundation

/// The associations of the last while, newest last.
public struct AssociationTable: Sendable {
    private let database: any SQLDatabase

    static let schema = Schema(module: "associations", migrations: [
        Migration(1, """
            CREATE TABLE association (
                id          {identity},
                ended       BIGINT NOT NULL,
                title       {text} NOT NULL,
                host        {text} NOT NULL,
                failed      INTEGER NOT NULL,
                attempt     {text},
                times       INTEGER NOT NULL,
                definition  {text} NOT NULL
            );
            CREATE INDEX association_by_end ON association (ended);
            CREATE INDEX association_by_title ON association (title, id);
            CREATE INDEX association_by_host ON association (host, id);
            CREATE INDEX association_by_failure ON association (failed, id);
            CREATE INDEX association_by_attempt ON association (attempt, id);
            """),
    ])

    public init(_ database: any SQLDatabase) async throws(DatabaseError) {
        self.database = database
        try await database.migrate(Self.schema)
    }

    /// Adds what ended, in order. What never became an association and is the like of an earlier one counts it up instead: a monitor
    /// that knocks each second must not push the others out.
    public func add(_ associations: [LoggedAssociation]) async throws(DatabaseError) {
        let rows = try associations.map { (association) throws(DatabaseError) in (association, try Self.text(association)) }
        try await database.write { (connection) throws(DatabaseError) in
            for (association, definition) in rows {
                let attempt = association.attempt
                if let attempt, try connection.run("""
                    UPDATE association SET ended = \(association.ended.microseconds), times = times + 1
                    WHERE  id = (SELECT max(id) FROM association WHERE attempt = \(attempt))
                    """) == 1 { continue }
                try connection.run("""
                    INSERT INTO association (ended, title, host, failed, attempt, times, definition)
                    VALUES (\(association.ended.microseconds), \(association.otherTitle), \(association.host), \(association.isFailure),
                            \(attempt), 1, \(definition))
                    """)
            }
        }
    }

    /// Keeps those that ended after a time, and of these so many.
    public func prune(before time: Date, keeping number: Int) async throws(DatabaseError) {
        try await database.write { (connection) throws(DatabaseError) in
            try connection.run("DELETE FROM association WHERE ended < \(time.microseconds)")
            let first = try connection.first("SELECT id FROM association ORDER BY id DESC LIMIT 1 OFFSET \(number)")
            if let first { try connection.run("DELETE FROM association WHERE id <= \(first.integer("id") ?? 0)") }
        }
    }

    /// Newest first.
    ///
    /// - Parameters:
    ///   - peer: AE title or address of the other side; nil: all.
    ///   - before: an id; those older than it, for the next page.
    public func list(peer: String? = nil, failed: Bool = false, before: Int64? = nil, limit: Int = 50) async throws(DatabaseError) -> [LoggedAssociation] {
        var conditions: [SQLStatement] = ["id < \(before ?? Int64.max)"]
        if let peer { conditions.append("(title = \(peer) OR host = \(peer))") }
        if failed { conditions.append("failed = 1") }
        return try await database.all("""
            SELECT id, ended, times, definition FROM association
            WHERE  \(conditions.joined(separator: " AND "))
            ORDER  BY id DESC LIMIT \(limit)
            """).map(Self.association)
    }

    public func association(_ id: Int64) async throws(DatabaseError) -> LoggedAssociation? {
        try await database.first("SELECT id, ended, times, definition FROM association WHERE id = \(id)").map(Self.association)
    }

    private static func text(_ association: LoggedAssociation) throws(DatabaseError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(association), as: UTF8.self) } catch {
            throw DatabaseError(.statement, "an association cannot be written: \(error)")
        }
    }

    private static func association(_ row: SQLRow) throws(DatabaseError) -> LoggedAssociation {
        do {
            var association = try JSONDecoder().decode(LoggedAssociation.self, from: Data(row.string("definition").utf8))
            association.id = row.integer("id") ?? 0
            association.times = row.int("times")
            if association.times > 1 { association.firstEnded = association.ended }
            association.ended = Date(microseconds: row.integer("ended") ?? 0)
            return association
        } catch {
            throw DatabaseError(.corrupt, "an association cannot be read: \(error)")
        }
    }
}

extension LoggedAssociation {
    /// The AE title of the other side; empty where it said none.
    public var otherTitle: String { (isOutgoing ? calledAETitle : callingAETitle) ?? "" }

    /// What makes two attempts the same; nil where an association came about.
    var attempt: String? {
        guard !wasAccepted, end.kind != .shutDown else { return nil }
        return [isOutgoing ? "to" : "from", host, callingAETitle ?? "", calledAETitle ?? "", end.words, detail ?? ""].joined(separator: "\t")
    }
}
