import Audit
import DICOM
import Database

/// Writes what files of a folder are, and the index of their objects, in one transaction.
struct FolderWriter {
    struct File: Sendable {
        var directory: Int64
        var name: [UInt8]
        /// There was a row for it.
        var isKnown: Bool
        var result: FolderFileReader.Result
    }

    let connection: any SQLConnection
    let folder: Folder
    let policy: ConflictPolicy
    let received: () -> Int64
    /// The archive's own store has it.
    let isOwn: (ObjectID) throws(DatabaseError) -> Bool

    private var source: String { Source(kind: .folder, user: folder.name).label }

    func write(_ files: [File]) throws(DatabaseError) {
        let writer = IndexWriter(connection: connection)
        try writer.holdFeed()
        let objects = files.compactMap { file in if case .object(let one) = file.result { one.object.bytes } else { nil as [UInt8]? } }
        let hidden = Set(try connection.all("SELECT object FROM folder_file WHERE state = 'hidden' AND object IN \(list: objects)").compactMap { $0.blob("object") })
        let deleted = Set(try connection.all("SELECT object FROM deleted_instance WHERE object IN \(list: objects)").compactMap { $0.blob("object") })
        // What was decided about the same bytes in the same place stays.
        var before: [Int: (FolderFile.State, String)] = [:]
        for (index, file) in files.enumerated() where file.isKnown { before[index] = try release(file) }
        var entries: [IndexWriter.Entry] = []
        for file in files {
            guard case .object(let one) = file.result, !hidden.contains(one.object.bytes), !deleted.contains(one.object.bytes) else { continue }
            entries.append(.init(record: one.record, object: one.object, size: one.size, received: received(), source: source, policy: policy))
        }
        let all = try writer.insert(entries)
        let source = Source(kind: .folder, user: folder.name)
        try AuditChain(connection).gather(zip(entries, all).filter { $1 != .alreadyStored }.compactMap { AuditChain.Part($0.record, from: source, $1) })
        var results = all[...]
        for (index, file) in files.enumerated() {
            switch file.result {
            case .object(let one) where hidden.contains(one.object.bytes): try write(file, one, .hidden, "deleted for good", received())
            case .object(let one) where deleted.contains(one.object.bytes): try write(file, one, before[index]?.0 ?? .indexed, before[index]?.1 ?? "", received())
            case .object(let one):
                guard let result = results.popFirst() else { continue }
                var (state, reason) = Self.state(of: result)
                if result == .alreadyStored, let before = before[index] { (state, reason) = before }
                try write(file, one, state, reason, received())
            case .refused(let reason, let stamp): try write(file, stamp, reason)
            case .later(let reason): try putOff(file, reason)
            }
        }
    }

    private static func state(of result: StoreOutcome.Result) -> (FolderFile.State, String) {
        switch result {
        case .stored: (.indexed, "")
        case .alreadyStored: (.duplicate, "the same object is here already")
        case .conflict(let kept): (.conflict, "another content has this SOP Instance UID and stays: object \(kept)")
        case .storedAsNewVersion(let older): (.indexed, "shown in place of an older version, object \(older)")
        case .quarantined(let kept): (.indexed, "kept aside: another content has this SOP Instance UID and is shown, object \(kept)")
        }
    }

    private static let columns: SQLStatement = "directory, name, folder, size, modified, inode, state, reason, sop_uid, object, head, data_set, received, missing"

    private func write(_ file: File, _ one: FileOfFolder, _ state: FolderFile.State, _ reason: String, _ received: Int64) throws(DatabaseError) {
        let isPlace = state != .conflict
        let object: [UInt8]? = isPlace ? one.object.bytes : nil, head: [UInt8]? = isPlace ? one.head : nil, dataSet: Int64? = isPlace ? Int64(one.dataSet) : nil
        try connection.run("""
            INSERT INTO folder_file (\(Self.columns))
            VALUES (\(file.directory), \(file.name), \(folder.id), \(Int64(one.stamp.size)), \(one.stamp.modified), \(one.stamp.inode), \(state.rawValue),
                    \(reason), \(one.record.sopInstance.text), \(object), \(head), \(dataSet), \(received), NULL)
            """)
    }

    private func write(_ file: File, _ stamp: FolderTree.Stamp, _ reason: String) throws(DatabaseError) {
        try connection.run("""
            INSERT INTO folder_file (\(Self.columns))
            VALUES (\(file.directory), \(file.name), \(folder.id), \(Int64(stamp.size)), \(stamp.modified), \(stamp.inode), 'refused',
                    \(String(reason.prefix(1000))), '', NULL, NULL, NULL, 0, NULL)
            """)
    }

    /// It is listed with the reason, and looked at again next time. An object that it was cannot be had meanwhile.
    private func putOff(_ file: File, _ reason: String) throws(DatabaseError) {
        let reason = String(reason.prefix(1000))
        guard file.isKnown else { return try write(file, .init(size: 0, modified: -1, inode: -1), reason) }
        try connection.run("""
            UPDATE folder_file SET reason = \(reason), modified = -1, missing = CASE WHEN object IS NULL THEN NULL ELSE coalesce(missing, \(Clock.microseconds())) END
            WHERE  directory = \(file.directory) AND name = \(file.name)
            """)
    }

    // MARK: What is no more

    /// The row goes. What it said goes from the index where the file says something else now, and nobody else has the bytes.
    ///
    /// - Returns: what it was, where it says the same.
    private func release(_ file: File) throws(DatabaseError) -> (FolderFile.State, String)? {
        if case .later = file.result { return nil }
        guard let row = try connection.first("SELECT object, state, reason FROM folder_file WHERE directory = \(file.directory) AND name = \(file.name)") else { return nil }
        try connection.run("DELETE FROM folder_file WHERE directory = \(file.directory) AND name = \(file.name)")
        guard let object = row.blob("object").flatMap({ ObjectID($0) }) else { return nil }
        if case .object(let one) = file.result, one.object == object {
            return FolderFile.State(rawValue: row.string("state")).map { ($0, $0 == .refused ? "" : row.string("reason")) }
        }
        try takeOut([object])
        return nil
    }

    /// Files that are gone for good: rows and, where nobody else has the bytes, instances.
    func forget(_ files: [(directory: Int64, name: [UInt8], object: ObjectID?)]) throws(DatabaseError) {
        guard !files.isEmpty else { return }
        try IndexWriter(connection: connection).holdFeed()
        for file in files { try connection.run("DELETE FROM folder_file WHERE directory = \(file.directory) AND name = \(file.name)") }
        try takeOut(files.compactMap(\.object))
        for directory in Set(files.map(\.directory)).sorted() {
            try connection.run("""
                DELETE FROM folder_directory WHERE id = \(directory) AND NOT EXISTS (SELECT 1 FROM folder_file WHERE directory = \(directory))
                       AND NOT EXISTS (SELECT 1 FROM folder_directory AS below WHERE below.parent = \(directory))
                """)
        }
    }

    /// Objects that lie nowhere any more are in no query, as if they had been deleted; nothing restores them but their file.
    private func takeOut(_ objects: [ObjectID]) throws(DatabaseError) {
        var gone: [[UInt8]] = []
        for object in Set(objects).sorted() {
            let elsewhere = try connection.first("SELECT 1 FROM folder_file WHERE object = \(object.bytes) AND state <> 'hidden'")
            if elsewhere == nil, try !isOwn(object) { gone.append(object.bytes) }
        }
        guard !gone.isEmpty else { return }
        let time = received()
        let rows = try connection.all("""
            SELECT instance.id, instance.study, instance.size, instance.sop_uid, study.study_uid, study.patient, series.series_uid
            FROM   instance JOIN series ON series.id = instance.series JOIN study ON study.id = instance.study
            WHERE  instance.object IN \(list: gone) ORDER BY instance.id
            """)
        for row in rows {
            try connection.run("""
                INSERT INTO change (kind, study_uid, series_uid, sop_uid, time)
                VALUES ('deleted', \(row.string("study_uid")), \(row.string("series_uid")), \(row.string("sop_uid")), \(time))
                """)
            // What was kept out by it may come in now.
            try connection.run("UPDATE folder_file SET modified = -1 WHERE state = 'conflict' AND sop_uid = \(row.string("sop_uid"))")
        }
        let writer = IndexWriter(connection: connection)
        for (study, rows) in Dictionary(grouping: rows, by: { $0.integer("study") ?? 0 }).sorted(by: { $0.key < $1.key }) {
            try writer.takeOut(
                .init(
                    study: study, patient: rows[0].integer("patient") ?? 0, condition: "instance.id IN \(list: rows.compactMap { $0.integer("id") })",
                    count: rows.count, bytes: rows.reduce(0) { $0 + ($1.integer("size") ?? 0) }),
                time: time)
        }
        try connection.run("DELETE FROM non_patient_instance WHERE object IN \(list: gone)")
        try connection.run("DELETE FROM instance_version WHERE object IN \(list: gone)")
    }
}
