import Database
import Foundation

/// The jobs of a data folder, shared by every process that works on it.
public final class JobTable: Sendable {
    let database: any SQLDatabase
    let time: JobTime
    /// Rung when this process adds a job, or one ends.
    let work = Bell()
    /// Rung when this process cancels one.
    let cancellations = Bell()

    /// `due`, `since`, `lease` and the like: microseconds since 1970. `since`: from when its patience counts. `owner`, `lease`: who runs it, and
    /// until when that holds without being renewed.
    static let schema = Schema(module: "jobs", migrations: [
        Migration(1, """
            CREATE TABLE job (
                id             {identity},
                kind           {text} NOT NULL,
                subject        {text} NOT NULL,
                subject_group  {text} NOT NULL,
                parameters     {text} NOT NULL,
                state          {text} NOT NULL,
                attempts       INTEGER NOT NULL,
                due            BIGINT NOT NULL,
                since          BIGINT NOT NULL,
                owner          {text},
                lease          BIGINT,
                cancelling     INTEGER NOT NULL,
                done           BIGINT NOT NULL,
                total          BIGINT NOT NULL,
                message        {text},
                created        BIGINT NOT NULL,
                finished       BIGINT
            );
            CREATE INDEX job_by_state ON job (state, kind, due, id);
            CREATE INDEX job_by_kind  ON job (kind, id);
            """),
    ])

    public init(_ database: any SQLDatabase, time: JobTime = .system) async throws(DatabaseError) {
        self.database = database
        self.time = time
        try await database.migrate(Self.schema)
    }

    // MARK: Adding

    /// - Parameters:
    ///   - due: not before then; nil: at once.
    ///   - total: how much there is to do, where that is known.
    @discardableResult
    public func add(
        _ kind: String, subject: String, group: String = "", parameters: some Encodable & Sendable, due: Date? = nil, total: Int = 0
    ) async throws(DatabaseError) -> Int64 {
        let id = try await database.write { (connection) throws(DatabaseError) in
            try self.add(kind, subject: subject, group: group, parameters: parameters, due: due, total: total, in: connection)
        }
        wake()
        return id
    }

    /// The same within a transaction of others: ``wake()`` when it has taken place.
    public func add(
        _ kind: String, subject: String, group: String = "", parameters: some Encodable, due: Date? = nil, total: Int = 0,
        in connection: any SQLConnection
    ) throws(DatabaseError) -> Int64 {
        let (now, text) = (time.now().microseconds, try Self.text(parameters, kind))
        let begin = due?.microseconds ?? now
        let row = try connection.first("""
            INSERT INTO job (kind, subject, subject_group, parameters, state, attempts, due, since, cancelling, done, total, created)
            VALUES (\(kind), \(subject), \(group), \(text), 'waiting', 0, \(begin), \(begin), 0, 0, \(total), \(now)) RETURNING id
            """)
        guard let id = row?.integer("id") else { throw DatabaseError(.statement, "a job was added and has no number") }
        return id
    }

    /// Lets the runner of this process look at once.
    public func wake() { work.ring() }

    private static func text(_ parameters: some Encodable, _ kind: String) throws(DatabaseError) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do { return String(decoding: try encoder.encode(parameters), as: UTF8.self) } catch {
            throw DatabaseError(.statement, "the parameters of a job of kind \(kind) cannot be written: \(error)")
        }
    }

    // MARK: Looking

    public func job(_ id: Int64) async throws(DatabaseError) -> Job? {
        try await database.first("SELECT \(Job.columns) FROM job WHERE id = \(id)").flatMap(Job.init)
    }

    /// The newest first.
    ///
    /// - Parameters:
    ///   - states, kinds: empty for all.
    ///   - before: of these, those older than this one.
    public func list(
        states: Set<Job.State> = [], kinds: Set<String> = [], before: Int64? = nil, limit: Int = 100
    ) async throws(DatabaseError) -> [Job] {
        var conditions: [SQLStatement] = []
        if !states.isEmpty { conditions.append("state IN \(list: states.map(\.rawValue).sorted())") }
        if !kinds.isEmpty { conditions.append("kind IN \(list: kinds.sorted())") }
        if let before { conditions.append("id < \(before)") }
        let condition: SQLStatement = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))"
        return try await database.all("SELECT \(Job.columns) FROM job \(condition) ORDER BY id DESC LIMIT \(limit)").compactMap(Job.init)
    }

    // MARK: Changing

    /// A job that waits is cancelled at once, one that runs as soon as its handler lets go.
    ///
    /// - Returns: false where there is none, or it had ended.
    @discardableResult
    public func cancel(_ id: Int64) async throws(DatabaseError) -> Bool {
        let now = time.now().microseconds
        let found = try await database.write { (connection) throws(DatabaseError) in
            let waited = try connection.run("""
                UPDATE job SET state = 'cancelled', finished = \(now), owner = NULL, lease = NULL, message = 'cancelled'
                WHERE  id = \(id) AND (state = 'waiting' OR state = 'running' AND lease < \(now))
                """)
            return try waited + connection.run("UPDATE job SET cancelling = 1 WHERE id = \(id) AND state = 'running'") > 0
        }
        if found { cancellations.ring() }
        return found
    }

    /// Tries it now, with its whole time before it again: one that waits, has failed or was cancelled.
    ///
    /// - Returns: false for any other.
    @discardableResult
    public func retry(_ id: Int64) async throws(DatabaseError) -> Bool {
        let now = time.now().microseconds
        let found = try await database.run("""
            UPDATE job SET state = 'waiting', due = \(now), since = \(now), attempts = 0, cancelling = 0, finished = NULL
            WHERE  id = \(id) AND state IN ('waiting', 'failed', 'cancelled')
            """) == 1
        if found { wake() }
        return found
    }

    /// Forgets one that has ended.
    ///
    /// - Returns: false for any other.
    @discardableResult
    public func remove(_ id: Int64) async throws(DatabaseError) -> Bool {
        try await database.run("DELETE FROM job WHERE id = \(id) AND state IN ('done', 'failed', 'cancelled')") == 1
    }
}

extension Job {
    static let columns: SQLStatement = """
        id, kind, subject, subject_group, parameters, state, attempts, due, cancelling, done, total, message, created, finished
        """

    /// nil where the state is one of a newer version.
    init?(_ row: SQLRow) {
        guard let state = State(rawValue: row.string("state")) else { return nil }
        self.init(
            id: row.integer("id") ?? 0, kind: row.string("kind"), subject: row.string("subject"), group: row.string("subject_group"),
            parameters: Data(row.string("parameters").utf8), state: state, isCancelling: state == .running && row.bool("cancelling"),
            attempts: row.int("attempts"), due: Date(microseconds: row.integer("due") ?? 0), done: row.int("done"), total: row.int("total"),
            message: row.text("message"), created: Date(microseconds: row.integer("created") ?? 0),
            finished: row.integer("finished").map(Date.init(microseconds:)))
    }
}
