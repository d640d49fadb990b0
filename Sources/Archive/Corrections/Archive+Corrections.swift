import Audit
import DICOM
import Database

extension Archive {
    /// What an instance is shown with; nil where it is shown as it came.
    public func correction(of location: InstanceLocation) async throws(ArchiveError) -> RecordedCorrection? {
        guard location.correction != nil else { return nil }
        return try await correction(of: location.object)
    }

    func correction(of object: ObjectID) async throws(ArchiveError) -> RecordedCorrection? {
        guard let row = try await look("\(RecordedCorrection.selection) WHERE object = \(object.bytes)").first else { return nil }
        return try RecordedCorrection(row)
    }

    /// The newest first.
    ///
    /// - Parameter last: the one after which to go on.
    public func corrections(after last: Int64? = nil, limit: Int = 100) async throws(ArchiveError) -> [RecordedCorrection] {
        let place: SQLStatement = last.map { "WHERE id < \($0)" } ?? ""
        var corrections: [RecordedCorrection] = []
        for row in try await all("\(RecordedCorrection.selection) \(place) ORDER BY id DESC LIMIT \(limit)") { corrections.append(try RecordedCorrection(row)) }
        return corrections
    }

    /// Shows an instance as it came. The index is that of the object again.
    ///
    /// - Returns: what it was shown with; nil where it had none.
    @discardableResult
    public func removeCorrection(of sopInstance: UID, by actor: AuditActor = .command()) async throws(ArchiveError) -> RecordedCorrection? {
        guard let row = try await first("SELECT object, size FROM instance WHERE sop_uid = \(sopInstance.text)"),
            let object = row.blob("object").flatMap({ ObjectID($0) }), let size = UInt64(exactly: row.integer("size") ?? -1)
        else { throw ArchiveError(.notFound, "there is no instance \(sopInstance)") }
        guard let recorded = try await correction(of: object) else { return nil }
        var record = try await record(of: object, size: size)
        record.corrected = Corrected(correction: nil, system: recorded.system, sender: recorded.sender)
        let entry = IndexWriter.Entry(record: record, object: object, size: size, received: 0, source: recorded.source, policy: .keepFirst)
        let now = Clock.microseconds()
        do throws(DatabaseError) {
            try await database.write { (connection) throws(DatabaseError) in
                try IndexWriter(connection: connection).recorrect(entry, time: now)
                try AuditChain(connection).append([AuditEvent(
                    .updated, by: actor, words: "a correction was taken back", study: entry.record.study.text, patient: entry.record.auditPatient,
                    instances: [entry.record.sopClass.text: 1], subject: sopInstance.text)])
            }
        } catch {
            throw ArchiveError(error, "taking back a correction")
        }
        feed.wake()
        return recorded
    }
}
