import DICOM
import Database
import Foundation

/// How far an index is being made anew.
public struct RebuildProgress: Sendable, Hashable {
    public enum Phase: Sendable {
        case listing, reading, replacing
    }

    public var phase: Phase
    public var objects: Int
    /// 0 while they are being listed.
    public var of: Int
    public var bytes: UInt64
}

public struct RebuildReport: Sendable {
    public var objects = 0
    public var bytes: UInt64 = 0
    /// Objects that are in the store but not in the new index, and why.
    public var refused: [(object: ObjectID, reason: String)] = []
}

extension Archive {
    /// Makes the index anew from the objects alone, beside the old one, which it replaces in one transaction at the end. Other
    /// modules' tables stay. What no object says (who sent it, which of two contents is shown) is taken from the old index where
    /// it has it. Every object is read whole and checked against its hash on the way.
    ///
    /// Takes the right to store: nothing else may store meanwhile.
    public func rebuildIndex(progress: @escaping @Sendable (RebuildProgress) -> Void = { _ in }) async throws(ArchiveError) -> RebuildReport {
        guard configuration.role == .serving else { throw ArchiveError(.notServing, "the archive was opened for reading only") }
        try await requireFolders()
        let path = "\(configuration.folder.incoming)/rebuild.sqlite"
        try await removeRebuilt(path)
        do throws(DatabaseError) {
            var options = SQLite.Options()
            options.isDurable = false
            let fresh = try SQLite(path: path, options: options)
            try await fresh.migrate(.archive)
            let wishes = try await database.all("SELECT \(ExtraAttribute.columns) FROM extra_attribute")
            try await fresh.write { (connection) throws(DatabaseError) in
                for wish in wishes {
                    try connection.run("""
                        INSERT INTO extra_attribute (id, path, level, vr, filled) VALUES (\(wish["id"]), \(wish["path"]), \(wish["level"]), \(wish["vr"]), NULL)
                        """)
                }
            }
            var rebuild = Rebuild(archive: self, database: fresh, progress: progress)
            let report: RebuildReport
            do throws(ArchiveError) { report = try await rebuild.run() } catch {
                try? fresh.close()
                try? await removeRebuilt(path)  // The next start removes it as well.
                throw error.inDatabase
            }
            try fresh.close()
            progress(RebuildProgress(phase: .replacing, objects: report.objects, of: report.objects, bytes: report.bytes))
            let now = Clock.microseconds()
            let extras = extra.all.map(\.id)
            try await database.replace(Self.indexTables + Self.metadataTables, fromFile: path) { (connection) throws(DatabaseError) in
                // All objects have been read for these; keys that others had come to are no more.
                try connection.run("UPDATE extra_attribute SET filled = NULL WHERE id IN \(list: extras)")
                try connection.run("UPDATE extra_attribute SET filled = 0 WHERE filled IS NOT NULL")
                try connection.run("INSERT INTO change (kind, study_uid, series_uid, sop_uid, time) VALUES ('rebuilt', '', '', '', \(now))")
                try connection.run("UPDATE metadata_epoch SET epoch = epoch + 1 WHERE id = 1")
                // The next look at their folder reads them again.
                for (object, _) in report.refused { try connection.run("UPDATE folder_file SET modified = -1 WHERE object = \(object.bytes)") }
            }
            try? await removeRebuilt(path)  // The next start removes it as well.
            try await extra.load(database)
            feed.wake()
            return report
        } catch {
            throw ArchiveError(error, "making the index anew")
        }
    }

    /// A table that refers to another stands after it. The change feed is no part of the index: it goes on.
    static let indexTables = [
        "patient", "study", "series", "series_request", "instance", "instance_version", "person_name", "study_word", "total",
        "other_patient_id", "study_code", "person_word", "search_value", "study_value", "report_word", "non_patient_instance",
        "extra_value",
    ]

    /// What is kept of the index: made anew when asked for.
    static let metadataTables = ["series_revision", "metadata_document", "metadata_segment"]

    private func removeRebuilt(_ path: String) async throws(ArchiveError) {
        let volume = volume
        try await pool.run { () throws(ArchiveError) in
            for suffix in ["", "-wal", "-shm", "-journal"] { try volume.remove(path + suffix, .removeTemporary) }
        }
    }
}

extension ArchiveError {
    fileprivate var inDatabase: DatabaseError { DatabaseError(code == .outOfResources ? .full : .rolledBack, message) }
}

/// One making of an index.
private struct Rebuild {
    let archive: Archive
    let database: SQLite
    let progress: @Sendable (RebuildProgress) -> Void
    /// They are no part of the index, and are applied anew.
    var hasCorrections = false

    private static let batch = 256
    private static let readsAtOnce = 8

    private struct Listed: Sendable {
        var object: ObjectID
        var size: UInt64
        var received: Int64
        var source: String
        var state: String
    }

    mutating func run() async throws(ArchiveError) -> RebuildReport {
        hasCorrections = try await archive.first("SELECT 1 FROM correction LIMIT 1") != nil
        let count = try await list()
        var report = RebuildReport()
        var last: SQLRow?
        while true {
            let rows = try await page(after: last)
            guard let end = rows.last else { break }
            last = end
            let listed = rows.compactMap(Self.listed)
            let read = await read(listed)
            var entries: [IndexWriter.Entry] = []
            for (one, result) in zip(listed, read) {
                switch result {
                case .success(let record): entries.append(Self.entry(one, record))
                case .failure(let error): report.refused.append((one.object, error.message))
                }
                report.bytes += one.size
            }
            report.objects += listed.count
            try await write(entries)
            progress(RebuildProgress(phase: .reading, objects: report.objects, of: count, bytes: report.bytes))
        }
        return report
    }

    // MARK: Listing

    /// Every stored object into a table, to be read in the order in which they were received: what the index says of a study
    /// with contradicting objects depends on it.
    private func list() async throws(ArchiveError) -> Int {
        try await inDatabase { (connection) throws(DatabaseError) in
            try connection.script(SQLDialect.sqlite.translate("""
                CREATE TABLE rebuild_object (
                    aside INTEGER NOT NULL, received BIGINT NOT NULL, object {bytes} NOT NULL, size BIGINT NOT NULL, source {text} NOT NULL,
                    state {text} NOT NULL, PRIMARY KEY (aside, received, object)) {clustered}
                """))
        }
        var count = 0
        var bytes: UInt64 = 0
        for folder in try await archive.store.folders() {
            let deleted = try await deleted(in: folder)
            let stored = try await archive.store.list(folder: folder).filter { !deleted.contains($0.object) }
            guard !stored.isEmpty else { continue }
            let known = try await known(in: folder)
            let listed = stored.map { one in known[one.object] ?? Listed(object: one.object, size: one.size, received: one.received, source: "", state: "") }
            try await inDatabase { (connection) throws(DatabaseError) in
                for one in listed {
                    try connection.run("""
                        INSERT INTO rebuild_object (aside, received, object, size, source, state)
                        VALUES (\(one.state == "quarantine"), \(one.received), \(one.object.bytes), \(Int64(one.size)), \(one.source), \(one.state))
                        """)
                }
            }
            count += stored.count
            bytes += stored.reduce(0) { $0 + $1.size }
            progress(RebuildProgress(phase: .listing, objects: count, of: 0, bytes: bytes))
        }
        return count
    }

    /// What only the old index knows.
    private func known(in folder: UInt16) async throws(ArchiveError) -> [ObjectID: Listed] {
        let first = [UInt8(folder >> 8), UInt8(folder & 0xFF)]
        let last = first + [UInt8](repeating: 0xFF, count: 31)
        let rows = try await archive.all("""
            SELECT object, size, received, source, 'shown' AS state FROM instance WHERE object >= \(first) AND object < \(last)
            UNION ALL
            SELECT object, size, received, source, state FROM instance_version WHERE object >= \(first) AND object < \(last)
            UNION ALL
            SELECT object, size, received, source, 'shown' AS state FROM non_patient_instance WHERE object >= \(first) AND object < \(last)
            """)
        return rows.reduce(into: [:]) { known, row in
            if let listed = Self.listed(row) { known[listed.object] = listed }
        }
    }

    /// They are not to come back.
    private func deleted(in folder: UInt16) async throws(ArchiveError) -> Set<ObjectID> {
        let first = [UInt8(folder >> 8), UInt8(folder & 0xFF)]
        let last = first + [UInt8](repeating: 0xFF, count: 31)
        let rows = try await archive.all("SELECT object FROM deleted_instance WHERE object >= \(first) AND object < \(last)")
        return Set(rows.compactMap { $0.blob("object").flatMap { ObjectID($0) } })
    }

    private static func listed(_ row: SQLRow) -> Listed? {
        guard let object = row.blob("object").flatMap({ ObjectID($0) }), let size = UInt64(exactly: row.integer("size") ?? -1) else { return nil }
        return Listed(object: object, size: size, received: row.integer("received") ?? 0, source: row.string("source"), state: row.string("state"))
    }

    private func page(after last: SQLRow?) async throws(ArchiveError) -> [SQLRow] {
        let place: SQLStatement = last.map { "WHERE (aside, received, object) > (\($0["aside"]), \($0["received"]), \($0["object"]))" } ?? ""
        do throws(DatabaseError) {
            return try await database.all("""
                SELECT aside, received, object, size, source, state FROM rebuild_object \(place) ORDER BY aside, received, object LIMIT \(Self.batch)
                """)
        } catch {
            throw ArchiveError(error, "reading the list of objects")
        }
    }

    // MARK: Reading and writing

    private func read(_ listed: [Listed]) async -> [Result<InstanceRecord, ArchiveError>] {
        await withTaskGroup(of: (Int, Result<InstanceRecord, ArchiveError>).self) { group in
            var results: [(Int, Result<InstanceRecord, ArchiveError>)] = []
            for (index, one) in listed.enumerated() {
                if index >= Self.readsAtOnce, let done = await group.next() { results.append(done) }
                group.addTask { [archive, hasCorrections] in
                    do throws(ArchiveError) {
                        let correction = hasCorrections ? try await archive.correction(of: one.object) : nil
                        return (index, .success(try await archive.record(of: one.object, size: one.size, corrected: correction)))
                    } catch {
                        return (index, .failure(error))
                    }
                }
            }
            for await done in group { results.append(done) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private static func entry(_ listed: Listed, _ record: InstanceRecord) -> IndexWriter.Entry {
        // Shown after another of the same UID: it was kept as the newer version. Of two that nobody decided on, the first is shown.
        IndexWriter.Entry(
            record: record, object: listed.object, size: listed.size, received: listed.received, source: listed.source,
            policy: listed.state == "shown" || listed.state == "superseded" ? .keepBoth : .quarantine)
    }

    private func write(_ entries: [IndexWriter.Entry]) async throws(ArchiveError) {
        try await inDatabase { (connection) throws(DatabaseError) in
            _ = try IndexWriter(connection: connection).insert(entries)
        }
    }

    private func inDatabase(_ work: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> Void) async throws(ArchiveError) {
        do throws(DatabaseError) { try await database.write(work) } catch { throw ArchiveError(error, "writing the new index") }
    }
}
