import Audit
import DICOM
import Database

extension Archive {
    /// As `delete` of what belongs to a study: in no query any more, and restorable until `due`.
    ///
    /// - Parameter keeping: for how many days it can be restored.
    /// - Throws: `.notFound` where the category has no such instance.
    public func delete(
        _ sopInstance: UID, of category: NonPatientCategory, reason: Deletion.Reason, comment: String, by user: String, keeping days: Int, actor: AuditActor? = nil
    ) async throws(ArchiveError) -> Deletion {
        let now = Clock.microseconds()
        let due = now + Int64(days) * Self.day
        let uid = sopInstance.text
        let deletion: Deletion?
        do throws(DatabaseError) {
            deletion = try await database.write { (connection) throws(DatabaseError) -> Deletion? in
                guard let doomed = try connection.first("SELECT id, size FROM non_patient_instance WHERE sop_uid = \(uid) AND category = \(category.rawValue)"),
                    let own = doomed.integer("id")
                else { return nil }
                let row = try connection.first("""
                    INSERT INTO deletion (study_uid, series_uid, sop_uid, description, reason, comment, user_name, time, due, instance_count, bytes, state)
                    VALUES (\(""), \(""), \(uid), \(category.rawValue), \(reason.rawValue), \(comment), \(user), \(now), \(due), 1, \(doomed.integer("size") ?? 0), 'deleted')
                    RETURNING id
                    """)
                guard let id = row?.integer("id") else { throw DatabaseError(.statement, "a deletion got no key") }
                try connection.run("""
                    INSERT INTO deleted_instance (object, deletion, study_uid, series_uid, sop_uid, size, received, source)
                    SELECT object, \(id), \(""), \(""), sop_uid, size, received, source FROM non_patient_instance WHERE id = \(own)
                    """)
                try connection.run("DELETE FROM non_patient_instance WHERE id = \(own)")
                try AuditChain(connection).append([AuditEvent(
                    .instancesDeleted, by: actor ?? AuditActor(user: user, door: .command),
                    words: "deletion \(id): \(reason.rawValue)\(comment.isEmpty ? "" : ", \(comment)")", instances: ["": 1], subject: "\(category.rawValue)/\(uid)")])
                return try connection.first("\(Deletion.selection) WHERE id = \(id)").map(Deletion.init)
            }
        } catch {
            throw ArchiveError(error, "deleting")
        }
        guard let deletion else { throw ArchiveError(.notFound, "there is no such instance in \(category.rawValue)") }
        return deletion
    }
}
