import DICOM
import Database
import Foundation

/// Every commitment that was asked of us or by us, with what is known of each object.
public final class CommitmentTable: Sendable {
    let database: any SQLDatabase
    let jobs: JobTable

    /// `since`, `created`: microseconds since 1970. `reason`: NULL: not known yet; 0: committed; else a failure reason (PS3.4 Table J.3-4).
    static let schema = Schema(module: "commitment", migrations: [
        Migration(1, """
            CREATE TABLE commitment (
                id               {identity},
                role             {text} NOT NULL,
                transaction_uid  {text} NOT NULL,
                peer             {text} NOT NULL,
                ae_title         {text} NOT NULL,
                our_title        {text} NOT NULL,
                state            {text} NOT NULL,
                message          {text},
                total            INTEGER NOT NULL,
                committed        INTEGER NOT NULL,
                failed           INTEGER NOT NULL,
                created          BIGINT NOT NULL,
                since            BIGINT NOT NULL,
                job              BIGINT NOT NULL,
                UNIQUE (role, ae_title, transaction_uid)
            );
            CREATE INDEX commitment_by_transaction ON commitment (transaction_uid);
            CREATE INDEX commitment_by_since       ON commitment (since);

            CREATE TABLE commitment_instance (
                commitment  BIGINT NOT NULL REFERENCES commitment (id) ON DELETE CASCADE,
                position    INTEGER NOT NULL,
                sop_class   {text} NOT NULL,
                sop_uid     {text} NOT NULL,
                reason      INTEGER,
                words       {text},
                PRIMARY KEY (commitment, position)
            ) {clustered};
            CREATE INDEX commitment_instance_by_sop_uid ON commitment_instance (sop_uid);

            -- When the bytes of an object were last read and found to be those that were stored.
            CREATE TABLE object_hashed (
                object  {bytes} PRIMARY KEY,
                time    BIGINT NOT NULL
            );
            """),
    ])

    public init(_ database: any SQLDatabase, jobs: JobTable) async throws(DatabaseError) {
        self.database = database
        self.jobs = jobs
        try await database.migrate(Self.schema)
    }

    var now: Int64 { jobs.time.now().microseconds }

    // MARK: Looking

    public func commitment(_ id: Int64) async throws(DatabaseError) -> Commitment? {
        try await database.first("\(Commitment.selection) WHERE commitment.id = \(id)").flatMap(Commitment.init)
    }

    /// Several peers, or both roles, may use one transaction UID. The newest first.
    public func commitments(transaction: UID) async throws(DatabaseError) -> [Commitment] {
        try await database.all("\(Commitment.selection) WHERE commitment.transaction_uid = \(transaction.text) ORDER BY commitment.id DESC")
            .compactMap(Commitment.init)
    }

    /// The newest first.
    ///
    /// - Parameter before: of these, those older than this one.
    public func list(role: Commitment.Role? = nil, before: Int64? = nil, limit: Int = 100) async throws(DatabaseError) -> [Commitment] {
        var condition: SQLStatement = "commitment.id < \(before ?? .max)"
        if let role { condition += " AND commitment.role = \(role.rawValue)" }
        return try await database.all("\(Commitment.selection) WHERE \(condition) ORDER BY commitment.id DESC LIMIT \(limit)").compactMap(Commitment.init)
    }

    /// In the order of the request.
    public func instances(of id: Int64) async throws(DatabaseError) -> [CommitmentInstance] {
        try await database.all("SELECT sop_class, sop_uid, reason, words FROM commitment_instance WHERE commitment = \(id) ORDER BY position")
            .compactMap { row in
                guard let sopClass = UID(row.string("sop_class")), let instance = UID(row.string("sop_uid")) else { return nil }
                return CommitmentInstance(reference: SOPReference(sopClass: sopClass, sopInstance: instance), result: CommitmentResult(row))
            }
    }

    // MARK: Writing

    func insert(
        _ request: CommitmentRequest, _ role: Commitment.Role, state: Commitment.State, peer: String, aeTitle: String, ourTitle: String,
        in connection: any SQLConnection
    ) throws(DatabaseError) -> Int64 {
        let now = now
        let row = try connection.first("""
            INSERT INTO commitment (role, transaction_uid, peer, ae_title, our_title, state, total, committed, failed, created, since, job)
            VALUES (\(role.rawValue), \(request.transaction.text), \(peer), \(aeTitle), \(ourTitle), \(state.rawValue),
                    \(request.references.count), 0, 0, \(now), \(now), 0) RETURNING id
            """)
        guard let id = row?.integer("id") else { throw DatabaseError(.statement, "a commitment was added and has no number") }
        for (position, reference) in request.references.enumerated() {
            try connection.run("""
                INSERT INTO commitment_instance (commitment, position, sop_class, sop_uid)
                VALUES (\(id), \(position), \(reference.sopClass.text), \(reference.sopInstance.text))
                """)
        }
        return id
    }

    /// Adds the job that takes care of it.
    func employ(
        _ kind: String, for id: Int64, subject: String, group: String, total: Int, in connection: any SQLConnection
    ) throws(DatabaseError) {
        let job = try jobs.add(kind, subject: subject, group: group, parameters: CommitmentParameters(commitment: id), total: total, in: connection)
        try connection.run("UPDATE commitment SET job = \(job) WHERE id = \(id)")
    }

    func set(_ id: Int64, _ state: Commitment.State, message: String? = nil) async throws(DatabaseError) {
        try await database.run("UPDATE commitment SET state = \(state.rawValue), message = \(message), since = \(now) WHERE id = \(id)")
    }

    /// Results of all objects in their order, and the state that follows, in one transaction.
    func settle(_ id: Int64, _ results: [CommitmentResult], _ state: Commitment.State, in connection: any SQLConnection) throws(DatabaseError) {
        for (position, result) in results.enumerated() {
            try connection.run("""
                UPDATE commitment_instance SET reason = \(result.column), words = \(result.words) WHERE commitment = \(id) AND position = \(position)
                """)
        }
        let failed = results.count { if case .failed = $0 { true } else { false } }
        let committed = results.count { $0 == .committed }
        try connection.run("""
            UPDATE commitment SET state = \(state.rawValue), message = NULL, committed = \(committed), failed = \(failed), since = \(now) WHERE id = \(id)
            """)
    }

    /// Forgets those that came to an end long ago.
    func prune(after age: Duration) async throws(DatabaseError) {
        let before = (jobs.time.now() - age).microseconds
        try await database.run("""
            DELETE FROM commitment WHERE id IN (SELECT id FROM commitment WHERE since < \(before) ORDER BY id LIMIT 100)
            """)
    }
}

/// Of the jobs of both roles.
struct CommitmentParameters: Codable, Sendable { var commitment: Int64 }

extension CommitmentResult {
    fileprivate init(_ row: SQLRow) {
        switch row.integer("reason") {
        case nil: self = .pending
        case 0: self = .committed
        case let reason?:
            let reason = FailureReason(rawValue: UInt16(exactly: reason) ?? FailureReason.processingFailure.rawValue)
            self = .failed(reason, row.text("words") ?? reason.words)
        }
    }

    fileprivate var column: Int? {
        switch self {
        case .pending: nil
        case .committed: 0
        case .failed(let reason, _): Int(reason.rawValue)
        }
    }

    fileprivate var words: String? { if case .failed(_, let words) = self { words } else { nil } }
}
