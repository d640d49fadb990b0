import Database
import Foundation

/// An upload that may be interrupted: how far it is, and whose.
struct Upload: Sendable {
    var id: String
    var owner: String
    /// Content-Type of the whole.
    var type: String
    /// What it is posted to: `studies`, `studies/1.2.3`, `hanging-protocols`.
    var target: String
    var length: UInt64
    /// Bytes that a power cut does not take any more.
    var received: UInt64
    /// Seconds since 1970 of the last sign of life.
    var touched: Int64
    /// HTTP status of the store answer; nil until there is one.
    var status: Int?
    /// DICOM JSON.
    var answer: [UInt8]

    var isWhole: Bool { received == length }
}

/// The uploads there are.
struct UploadTable: Sendable {
    private let database: any SQLDatabase

    static let schema = Schema(module: "uploads", migrations: [
        Migration(1, """
            CREATE TABLE upload (
                id        {text} PRIMARY KEY,
                owner     {text} NOT NULL,
                type      {text} NOT NULL,
                target    {text} NOT NULL,
                length    BIGINT NOT NULL,
                received  BIGINT NOT NULL,
                touched   BIGINT NOT NULL,
                status    INTEGER,
                answer    {bytes} NOT NULL
            );
            CREATE INDEX upload_by_owner   ON upload (owner);
            CREATE INDEX upload_by_touched ON upload (touched);
            """),
    ])

    init(_ database: any SQLDatabase) async throws(DatabaseError) {
        self.database = database
        try await database.migrate(Self.schema)
    }

    /// Within the transaction that adds it, so that two requests cannot both be the last that is allowed.
    ///
    /// - Returns: false where the owner has `most` already.
    func add(_ upload: Upload, most: Int) async throws(DatabaseError) -> Bool {
        try await database.write { (connection) throws(DatabaseError) in
            let count = try connection.first("SELECT count(*) AS number FROM upload WHERE owner = \(upload.owner) AND status IS NULL")?.int("number") ?? 0
            guard count < most else { return false }
            try connection.run("""
                INSERT INTO upload (id, owner, type, target, length, received, touched, answer)
                VALUES (\(upload.id), \(upload.owner), \(upload.type), \(upload.target), \(Int64(clamping: upload.length)), \(Int64(0)), \(upload.touched), \([UInt8]()))
                """)
            return true
        }
    }

    /// nil where there is none, or it is another's.
    func upload(_ id: String, of owner: String) async throws(DatabaseError) -> Upload? {
        try await database.first("SELECT * FROM upload WHERE id = \(id) AND owner = \(owner)").map(Self.upload)
    }

    /// Bytes that are still to come, of all.
    func outstanding() async throws(DatabaseError) -> UInt64 {
        let row = try await database.first("SELECT coalesce(sum(length - received), 0) AS bytes FROM upload WHERE status IS NULL")
        return UInt64(clamping: row?.integer("bytes") ?? 0)
    }

    func set(received: UInt64, of id: String, at time: Int64) async throws(DatabaseError) {
        try await database.run("UPDATE upload SET received = \(Int64(clamping: received)), touched = \(time) WHERE id = \(id)")
    }

    func finish(_ id: String, status: Int, answer: [UInt8], at time: Int64) async throws(DatabaseError) {
        try await database.run("UPDATE upload SET status = \(status), answer = \(answer), touched = \(time) WHERE id = \(id)")
    }

    func remove(_ id: String) async throws(DatabaseError) { try await database.run("DELETE FROM upload WHERE id = \(id)") }

    /// Not heard of since then.
    func abandoned(before time: Int64) async throws(DatabaseError) -> [Upload] {
        try await database.all("SELECT * FROM upload WHERE touched < \(time) ORDER BY touched").map(Self.upload)
    }

    /// Those whose bytes are still needed.
    func open() async throws(DatabaseError) -> Set<String> {
        Set(try await database.all("SELECT id FROM upload WHERE status IS NULL").map { $0.string("id") })
    }

    private static func upload(_ row: SQLRow) -> Upload {
        Upload(
            id: row.string("id"), owner: row.string("owner"), type: row.string("type"), target: row.string("target"),
            length: UInt64(clamping: row.integer("length") ?? 0), received: UInt64(clamping: row.integer("received") ?? 0),
            touched: row.integer("touched") ?? 0, status: row.integer("status").map { Int(clamping: $0) }, answer: row.blob("answer") ?? [])
    }
}
