import Audit
import DICOM
import Database

extension Archive {
    /// The first step: a study, series or instance is in no query any more. Its bytes stay, and it can be restored until `due`.
    ///
    /// - Parameters:
    ///   - keeping: for how many days it can be restored.
    ///   - actor: for the audit trail; nil: the user, at a command.
    /// - Throws: `.notFound` where nothing is there, or it may not be seen.
    public func delete(
        _ scope: DeletionScope, reason: Deletion.Reason, comment: String, by user: String, keeping days: Int, for access: Access, actor: AuditActor? = nil
    ) async throws(ArchiveError) -> Deletion {
        let now = Clock.microseconds()
        let due = now + Int64(days) * Self.day
        let deletion: Deletion?
        do throws(DatabaseError) {
            deletion = try await database.write { (connection) throws(DatabaseError) -> Deletion? in
                let writer = IndexWriter(connection: connection)
                guard let doomed = try writer.doomed(scope, access) else { return nil }
                let description = try Self.description(of: doomed.study, connection)
                let row = try connection.first("""
                    INSERT INTO deletion (study_uid, series_uid, sop_uid, description, reason, comment, user_name, time, due, instance_count, bytes, state)
                    VALUES (\(scope.study.text), \(scope.series?.text ?? ""), \(scope.instance?.text ?? ""), \(description), \(reason.rawValue), \(comment),
                            \(user), \(now), \(due), \(doomed.count), \(doomed.bytes), 'deleted')
                    RETURNING id
                    """)
                guard let id = row?.integer("id") else { throw DatabaseError(.statement, "a deletion got no key") }
                let patient = try Self.patient(of: scope.study.text, connection)
                try writer.delete(doomed, in: id, time: now)
                try AuditChain(connection).append([AuditEvent(
                    scope.kind, by: actor ?? AuditActor(user: user, door: .command), words: "deletion \(id): \(reason.rawValue)\(comment.isEmpty ? "" : ", \(comment)")",
                    study: scope.study.text, patient: patient, instances: ["": doomed.count], subject: scope.path)])
                return try connection.first("\(Deletion.selection) WHERE id = \(id)").map(Deletion.init)
            }
        } catch {
            throw ArchiveError(error, "deleting")
        }
        guard let deletion else { throw ArchiveError(.notFound, "there is no such study, series or instance") }
        feed.wake()
        return deletion
    }

    static let day: Int64 = 86_400 * 1_000_000

    private static func description(of study: Int64, _ connection: any SQLConnection) throws(DatabaseError) -> String {
        guard let row = try connection.first("SELECT attributes FROM study WHERE id = \(study)") else { return "" }
        do throws(ArchiveError) {
            let attributes = try DataSet(row: row.blob("attributes") ?? [])
            return [attributes.text(.patientName), attributes.string(.patientID) ?? "", attributes.string(.studyDate) ?? "", attributes.text(.studyDescription)]
                .filter { !$0.isEmpty }.joined(separator: ", ")
        } catch {
            throw DatabaseError(.corrupt, error.message)
        }
    }

    /// The newest first.
    ///
    /// - Parameter last: the one after which to go on.
    public func deletions(in states: Set<Deletion.State> = [], before last: Int64? = nil, limit: Int = 100) async throws(ArchiveError) -> [Deletion] {
        try await all(Deletion.list(states, before: last, limit: limit)).map(Deletion.init)
    }

    public func deletion(_ id: Int64) async throws(ArchiveError) -> Deletion? {
        try await first("\(Deletion.selection) WHERE id = \(id)").map(Deletion.init)
    }

    // MARK: Back again

    /// Brings back what was deleted: read from its bytes, checked against their hash, as if it had just come.
    ///
    /// - Throws: `.notFound` where there is no such deletion, `.refused` where it has ended.
    public func restore(_ id: Int64, by actor: AuditActor = .command()) async throws(ArchiveError) -> Restoration {
        try await mustBeOpen(id)
        var report = Restoration()
        var last: [UInt8] = []
        while true {
            let rows = try await deleted(id, after: last)
            guard let end = rows.last else { break }
            last = end.blob("object") ?? []
            for row in rows {
                if let refused = try await restore(row, deletion: id, by: actor) { report.refused.append(refused) } else { report.restored += 1 }
            }
        }
        try await end(id, .deleted, as: .restored)
        do throws(DatabaseError) { try await audit.settle(.act("restoring deletion \(id)")) } catch { throw ArchiveError(error, "writing the audit trail") }
        feed.wake()
        return report
    }

    private static let batch = 64

    private func deleted(_ id: Int64, after last: [UInt8]) async throws(ArchiveError) -> [SQLRow] {
        try await all("""
            SELECT object, sop_uid, size, received, source FROM deleted_instance WHERE deletion = \(id) AND object > \(last) ORDER BY object LIMIT \(Self.batch)
            """)
    }

    private func mustBeOpen(_ id: Int64) async throws(ArchiveError) {
        guard let deletion = try await deletion(id) else { throw ArchiveError(.notFound, "there is no deletion \(id)") }
        guard deletion.state == .deleted else { throw ArchiveError(.refused, "deletion \(id) is \(deletion.state.rawValue) already") }
    }

    /// - Returns: why it stays deleted; nil where it is back.
    private func restore(_ row: SQLRow, deletion: Int64, by actor: AuditActor) async throws(ArchiveError) -> Restoration.Refused? {
        let instance = row.string("sop_uid")
        guard let object = row.blob("object").flatMap({ ObjectID($0) }), let size = UInt64(exactly: row.integer("size") ?? -1) else {
            throw ArchiveError(.storageFailed, "the row of deleted instance \(instance) is damaged")
        }
        do throws(ArchiveError) {
            let record = try await record(of: object, size: size, corrected: try await correction(of: object))
            let entry = IndexWriter.Entry(
                record: record, object: object, size: size, received: row.integer("received") ?? 0, source: row.string("source"), policy: .keepFirst)
            let result: StoreOutcome.Result?
            do throws(DatabaseError) {
                result = try await database.write { (connection) throws(DatabaseError) -> StoreOutcome.Result? in
                    // Said where it happens: another process may have begun to take the bytes away.
                    guard try connection.first("""
                        SELECT 1 FROM deleted_instance JOIN deletion ON deletion.id = deleted_instance.deletion
                        WHERE  deleted_instance.object = \(object.bytes) AND deletion.state = 'deleted'
                        """) != nil
                    else { return nil }
                    let result = try IndexWriter(connection: connection).insert(entry)
                    if result == .stored || result == .alreadyStored {
                        try SeriesState.raise(of: entry.record.sopInstance, in: connection)
                        try connection.run("DELETE FROM deleted_instance WHERE object = \(object.bytes)")
                        // Told once for all of a deletion.
                        var restorer = actor
                        restorer.act = "restoring deletion \(deletion)"
                        try AuditChain(connection).gather([.init(
                            .created, by: restorer, study: record.study.text, patient: record.auditPatient, sopClass: record.sopClass.text)])
                    }
                    return result
                }
            } catch {
                throw ArchiveError(error, "restoring")
            }
            guard let result else { throw ArchiveError(.refused, "its time is over: the bytes are going") }
            guard result == .stored || result == .alreadyStored else {
                throw ArchiveError(.refused, "another content has this SOP Instance UID now")
            }
            return nil
        } catch {
            // One that cannot be read, or whose place is taken, does not keep the others from coming back.
            guard error.code == .refused || error.code == .damaged || error.code == .cannotUnderstand else { throw error }
            return Restoration.Refused(instance: instance, reason: error.message)
        }
    }

    /// Where nothing is left in it. Else it stays open.
    private func end(_ id: Int64, _ before: Deletion.State, as state: Deletion.State) async throws(ArchiveError) {
        let now = Clock.microseconds()
        do throws(DatabaseError) {
            try await database.write { (connection) throws(DatabaseError) in
                let row = try connection.first("""
                    UPDATE deletion SET state = \(state.rawValue), ended = \(now)
                    WHERE  id = \(id) AND state = \(before.rawValue) AND NOT EXISTS (SELECT 1 FROM deleted_instance WHERE deletion = \(id))
                    RETURNING study_uid, series_uid, instance_count
                    """)
                guard let row, state == .purged else { return }
                try AuditChain(connection).append([AuditEvent(
                    row.string("series_uid").isEmpty ? .studyDeleted : .instancesDeleted, by: .system, words: "deletion \(id): its bytes are gone for good",
                    study: row.string("study_uid"), instances: ["": row.int("instance_count")])])
            }
        } catch {
            throw ArchiveError(error, "ending a deletion")
        }
    }

    // MARK: Gone for good

    /// Lets the bytes of a deletion go now, or when it is next looked at.
    public func purgeSoon(_ id: Int64, by actor: AuditActor = .command()) async throws(ArchiveError) {
        try await mustBeOpen(id)
        do throws(DatabaseError) {
            try await database.write { (connection) throws(DatabaseError) in
                let row = try connection.first("UPDATE deletion SET due = \(Clock.microseconds()) WHERE id = \(id) AND state = 'deleted' RETURNING study_uid")
                guard let row else { return }
                try AuditChain(connection).append([AuditEvent(
                    .restrictedFunction, by: actor, words: "deletion \(id) is purged before its time", study: row.string("study_uid"), subject: "deletion/\(id)")])
            }
        } catch {
            throw ArchiveError(error, "purging")
        }
    }

    /// The second step, for every deletion that is due: takes the bytes away. Only for the one who stores here.
    ///
    /// - Returns: objects that are gone.
    public func purgeDue() async throws(ArchiveError) -> Int {
        guard configuration.role == .serving else { throw ArchiveError(.notServing, "the archive was opened for reading only") }
        var count = 0
        let now = Clock.microseconds()
        do throws(DatabaseError) {
            // One of which all is back already has nothing to take away.
            try await database.run("""
                UPDATE deletion SET state = 'restored', ended = \(now)
                WHERE  state = 'deleted' AND due <= \(now) AND NOT EXISTS (SELECT 1 FROM deleted_instance WHERE deleted_instance.deletion = deletion.id)
                """)
            try await database.run("""
                UPDATE deletion SET state = 'purging'
                WHERE  state = 'deleted' AND due <= \(now) AND EXISTS (SELECT 1 FROM deleted_instance WHERE deleted_instance.deletion = deletion.id)
                """)
        } catch {
            throw ArchiveError(error, "purging")
        }
        for row in try await all("SELECT id FROM deletion WHERE state = 'purging' ORDER BY due LIMIT 1000") {
            guard let id = row.integer("id") else { continue }
            count += try await purge(id)
        }
        return count
    }

    private func purge(_ id: Int64) async throws(ArchiveError) -> Int {
        var count = 0
        while true {
            if Task.isCancelled { return count }
            let rows = try await deleted(id, after: [])
            guard !rows.isEmpty else { break }
            for row in rows {
                guard let object = row.blob("object").flatMap({ ObjectID($0) }) else { throw ArchiveError(.storageFailed, "a row of deletion \(id) is damaged") }
                if try await purge(object, row.string("sop_uid")) { count += 1 }
            }
        }
        try await end(id, .purging, as: .purged)
        try await purgeDrafts(of: id)
        return count
    }

    /// Of a study of which nothing is left, here or to be restored.
    private func purgeDrafts(of deletion: Int64) async throws(ArchiveError) {
        do throws(DatabaseError) {
            try await database.run("""
                DELETE FROM draft
                WHERE  study_uid = (SELECT study_uid FROM deletion WHERE id = \(deletion))
                AND    NOT EXISTS (SELECT 1 FROM study WHERE study.study_uid = draft.study_uid)
                AND    NOT EXISTS (SELECT 1 FROM deletion WHERE deletion.study_uid = draft.study_uid AND deletion.state IN ('deleted', 'purging'))
                """)
        } catch {
            throw ArchiveError(error, "purging drafts")
        }
    }

    /// Nothing restores it any more. First the bytes, then the row: after a crash between them it is done again, and nothing is left that no row knows.
    ///
    /// - Returns: false where the bytes are in use again.
    private func purge(_ object: ObjectID, _ sopInstance: String) async throws(ArchiveError) -> Bool {
        // Who stores the same bytes at this moment waits, and stores them anew.
        await underWay.enter(object)
        defer { underWay.leave(object) }
        let isUsed = try await first("""
            SELECT 1 FROM instance WHERE object = \(object.bytes) UNION ALL SELECT 1 FROM instance_version WHERE object = \(object.bytes)
            UNION ALL SELECT 1 FROM non_patient_instance WHERE object = \(object.bytes)
            """) != nil
        let older = try await olderVersions(of: sopInstance)
        if !isUsed {
            for gone in [object] + older { try await store.remove(gone) }
        }
        do throws(DatabaseError) {
            try await database.write { (connection) throws(DatabaseError) in
                if !isUsed {
                    for gone in [object] + older {
                        try connection.run("DELETE FROM instance_version WHERE object = \(gone.bytes)")
                        try connection.run("DELETE FROM correction WHERE object = \(gone.bytes)")
                        // A file of a folder stays as it is, and is not taken for a new one.
                        try connection.run("UPDATE folder_file SET state = 'hidden', reason = 'deleted for good' WHERE object = \(gone.bytes)")
                    }
                }
                try connection.run("DELETE FROM deleted_instance WHERE object = \(object.bytes)")
            }
        } catch {
            throw ArchiveError(error, "purging")
        }
        return !isUsed
    }

    /// Those that were superseded go with the one that was shown; what is in quarantine waits for somebody to decide.
    private func olderVersions(of sopInstance: String) async throws(ArchiveError) -> [ObjectID] {
        guard try await first("""
            SELECT 1 FROM instance WHERE sop_uid = \(sopInstance) UNION ALL SELECT 1 FROM non_patient_instance WHERE sop_uid = \(sopInstance)
            """) == nil
        else { return [] }
        return try await all("SELECT object FROM instance_version WHERE sop_uid = \(sopInstance) AND state = 'superseded'")
            .compactMap { $0.blob("object").flatMap { ObjectID($0) } }
    }
}
