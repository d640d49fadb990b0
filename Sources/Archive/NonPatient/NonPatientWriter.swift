import DICOM
import Database

/// Writes one object of no study within a transaction; what a known SOP Instance UID means is decided as for any other.
struct NonPatientWriter {
    let connection: any SQLConnection
    let category: NonPatientCategory

    func insert(_ entry: IndexWriter.Entry) throws(DatabaseError) -> StoreOutcome.Result {
        let uid = entry.record.sopInstance.text
        if let row = try connection.first("SELECT id, object FROM non_patient_instance WHERE sop_uid = \(uid)"), let id = row.integer("id") {
            guard let known = row.blob("object").flatMap({ ObjectID($0) }) else { throw DatabaseError(.corrupt, "object \(uid) has no name in the store") }
            return try decide(entry, id, known)
        }
        let inserted = try connection.run("""
            INSERT INTO non_patient_instance (category, sop_uid, \(Self.names)) VALUES (\(category.rawValue), \(uid), \(values(entry)))
            ON CONFLICT (sop_uid) DO NOTHING
            """)
        // Another process was first with this UID: tried again.
        guard inserted == 1 else { throw DatabaseError(.busy, "an instance came and went") }
        return .stored
    }

    private func decide(_ entry: IndexWriter.Entry, _ id: Int64, _ known: ObjectID) throws(DatabaseError) -> StoreOutcome.Result {
        if known == entry.object { return .alreadyStored }
        if let row = try connection.first("SELECT state FROM instance_version WHERE object = \(entry.object.bytes)") {
            return row.string("state") == "superseded" ? .alreadyStored : .quarantined(kept: known)
        }
        switch entry.policy {
        case .keepFirst: return .conflict(kept: known)
        case .keepBoth:
            try supersede(id, by: entry)
            return .storedAsNewVersion(of: known)
        case .keepBothFromSameSource:
            let source = try connection.first("SELECT source FROM non_patient_instance WHERE id = \(id)")?.string("source") ?? ""
            guard Source.isSame(source, entry.source) else { return try keepAside(entry, known) }
            try supersede(id, by: entry)
            return .storedAsNewVersion(of: known)
        case .quarantine: return try keepAside(entry, known)
        }
    }

    private func keepAside(_ entry: IndexWriter.Entry, _ known: ObjectID) throws(DatabaseError) -> StoreOutcome.Result {
        try connection.run("""
            INSERT INTO instance_version (object, sop_uid, state, size, received, source)
            VALUES (\(entry.object.bytes), \(entry.record.sopInstance.text), 'quarantine', \(Int64(entry.size)), \(entry.received), \(entry.source))
            """)
        return .quarantined(kept: known)
    }

    private func supersede(_ id: Int64, by entry: IndexWriter.Entry) throws(DatabaseError) {
        try connection.run("""
            INSERT INTO instance_version (object, sop_uid, state, size, received, source)
            SELECT object, sop_uid, 'superseded', size, received, source FROM non_patient_instance WHERE id = \(id)
            """)
        try connection.run("UPDATE non_patient_instance SET (\(Self.names)) = (\(values(entry))) WHERE id = \(id)")
    }

    private static let names: SQLStatement = "sop_class, transfer_syntax, object, size, data_set, header, received, source, attributes"

    private func values(_ entry: IndexWriter.Entry) -> SQLStatement {
        let record = entry.record
        return """
            \(record.sopClass.text), \(record.transferSyntax.uid.text), \(entry.object.bytes), \(Int64(entry.size)), \(Int64(record.dataSetOffset)),
            \(Int64(record.headerEnd)), \(entry.received), \(entry.source), \(record.instanceAttributes.encodedForRow())
            """
    }
}
