import DICOM
import Database
import Foundation

extension Archive {
    /// After a crash: what was under way is finished where its bytes were placed, and removed where not. Looks at `incoming/` alone.
    func recover() async throws(ArchiveError) {
        let incoming = configuration.folder.incoming
        let names = try await pool.run { () throws(ArchiveError) in try Volume.names(in: incoming) ?? [] }
        for name in names.sorted() where name != "lock" && !name.hasSuffix(PartialFile.suffix) {
            let path = "\(incoming)/\(name)"
            guard name.hasSuffix(".part") else {
                // An index that was being made anew.
                try await removeLeftover(path)
                continue
            }
            let links = try await pool.run { () throws(ArchiveError) in try Volume.status(path)?.links ?? 0 }
            if links >= 2 { try await adopt(path) }
            try await removeLeftover(path)
        }
    }

    private func removeLeftover(_ path: String) async throws(ArchiveError) {
        let volume = volume
        try await pool.run { () throws(ArchiveError) in try volume.remove(path, .removeTemporary) }
    }

    /// Bytes that were placed but may not have reached the index. Nobody was told that they are stored; they are whole, so they are.
    private func adopt(_ path: String) async throws(ArchiveError) {
        let (object, status) = try await pool.run { () throws(ArchiveError) in (try LocalDisk.hash(path), try Volume.status(path)) }
        guard let status, let placed = try await store.size(of: object), placed == status.size else {
            logger.warning("left over from a crash and not whole: removed", metadata: ["file": "\(path)"])
            return
        }
        do throws(ArchiveError) {
            try await disk.syncFolders(of: object)
            let record = try await record(of: object, size: placed)
            let entry = IndexWriter.Entry(
                record: record, object: object, size: placed, received: status.modified, source: "recovered", policy: .quarantine)
            let result: StoreOutcome.Result
            do throws(DatabaseError) {
                result = try await database.write { (connection) throws(DatabaseError) in try IndexWriter(connection: connection).insert(entry) }
            } catch {
                throw ArchiveError(error, "adopting an object")
            }
            logger.notice("object adopted after a crash", metadata: ["object": "\(object)", "result": "\(result)"])
        } catch where error.code == .cannotUnderstand {
            logger.warning("left over from a crash and not readable", metadata: ["object": "\(object)", "error": "\(error)"])
        }
    }

    /// What the index keeps of a stored object, from its bytes alone.
    ///
    /// - Throws: `.damaged` where they are not those that were stored.
    func record(of object: ObjectID, size: UInt64, corrected: RecordedCorrection? = nil) async throws(ArchiveError) -> InstanceRecord {
        var reader = FileReader(length: size, options: .init(limits: configuration.limits))
        var bytes = ObjectBytes(store: store, object: object, size: size).makeAsyncIterator()
        while let piece = try await bytes.next() {
            do throws(ReadError) { try reader.feed(piece) } catch { throw ArchiveError(error) }
        }
        do throws(ReadError) { try reader.finish() } catch { throw ArchiveError(error) }
        guard let body = reader.body, let transferSyntax = reader.transferSyntax else {
            throw ArchiveError(.cannotUnderstand, "object \(object) has no data set")
        }
        return try InstanceRecord(
            body.reader, identity: reader.meta?.identity, transferSyntax: transferSyntax, dataSetOffset: reader.dataSetOffset, size: size,
            corrected: corrected.map { Corrected(correction: $0.correction, system: $0.system, sender: $0.sender, id: $0.id) }, extra: extra.all)
    }
}
