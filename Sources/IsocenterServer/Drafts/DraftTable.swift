import DICOM
import Database
import Foundation

/// A reader's marks of one study that are in no report yet.
struct Draft: Sendable, Equatable {
    /// Counts the saves; 0 where nothing was saved.
    var version: Int64
    /// JSON, as the page wrote it.
    var document: [UInt8]
    /// How many marks it holds.
    var marks: Int
    /// Microseconds since 1970.
    var updated: Int64
}

/// The drafts there are. Each save names the version that it replaces: of two that replace the same one the second fails and gets what is there.
struct DraftTable: Sendable {
    private let database: any SQLDatabase

    /// The table is one of the archive's schema: deletion takes its rows along.
    init(_ database: any SQLDatabase) { self.database = database }

    enum Saving: Sendable, Equatable {
        case saved(version: Int64)
        /// Another version was saved meanwhile.
        case conflict(Draft)
    }

    func draft(of study: UID, by account: String) async throws(DatabaseError) -> Draft? {
        try await database.first("SELECT version, document, marks, updated FROM draft WHERE study_uid = \(study.text) AND account = \(account)").map(Self.draft)
    }

    func save(_ document: [UInt8], marks: Int, of study: UID, by account: String, replacing version: Int64, at time: Int64) async throws(DatabaseError) -> Saving {
        try await database.write { (connection) throws(DatabaseError) in
            let next = version + 1
            let count = if version == 0 {
                try connection.run("""
                    INSERT INTO draft (study_uid, account, version, document, marks, updated)
                    VALUES (\(study.text), \(account), \(next), \(document), \(marks), \(time)) ON CONFLICT (study_uid, account) DO NOTHING
                    """)
            } else {
                try connection.run("""
                    UPDATE draft SET version = \(next), document = \(document), marks = \(marks), updated = \(time)
                    WHERE  study_uid = \(study.text) AND account = \(account) AND version = \(version)
                    """)
            }
            if count == 1 { return .saved(version: next) }
            let row = try connection.first("SELECT version, document, marks, updated FROM draft WHERE study_uid = \(study.text) AND account = \(account)")
            return .conflict(row.map(Self.draft) ?? Draft(version: 0, document: [], marks: 0, updated: 0))
        }
    }

    /// Who else is marking in the study.
    func others(of study: UID, than account: String) async throws(DatabaseError) -> [(account: String, marks: Int, updated: Int64)] {
        try await database.all("SELECT account, marks, updated FROM draft WHERE study_uid = \(study.text) AND account <> \(account) AND marks > 0 ORDER BY account")
            .map { ($0.string("account"), $0.int("marks"), $0.integer("updated") ?? 0) }
    }

    private static func draft(_ row: SQLRow) -> Draft {
        Draft(version: row.integer("version") ?? 0, document: row.blob("document") ?? [], marks: row.int("marks"), updated: row.integer("updated") ?? 0)
    }
}
