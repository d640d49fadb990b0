import Audit
import DICOM
import Database
import Foundation

extension Archive {
    /// After a crash: what was received to its end gets its name in the store and its place in the index; what was not is removed. Looks at
    /// `incoming/` alone, and reads only what does not lie in the store already.
    func recover() async throws(ArchiveError) {
        let incoming = configuration.folder.incoming
        let names = try await pool.run { () throws(ArchiveError) in try Volume.names(in: incoming) ?? [] }
        // Beside them may be an index that was being made anew.
        var leftovers: [String] = []
        for name in names.sorted() where name != "lock" && !name.hasSuffix(PartialFile.suffix) { leftovers.append("\(incoming)/\(name)") }
        var settled: [ObjectID] = [], damaged: [Leftover] = []
        for path in leftovers where path.hasSuffix(IncomingFile.suffix) {
            guard let leftover = try await leftover(path) else { continue }
            switch try await finish(leftover) {
            case .placed(let object): settled.append(object)
            case .damaged: damaged.append(leftover)
            case .nothing: break
            }
        }
        // It was acknowledged, and nothing better has been found: it has to be seen what became of it.
        for leftover in damaged {
            guard let object = leftover.noted, try await disk.size(of: object) == nil else { continue }
            logger.error("a stored object is damaged", metadata: ["object": "\(object)"])
            try await place(leftover, as: object)
            settled.append(object)
        }
        let (disk, volume) = (disk, volume)
        try await pool.run { [settled, leftovers] () throws(ArchiveError) in
            try disk.settle(settled)
            for path in leftovers { try volume.remove(path, .removeTemporary) }
        }
    }

    private struct Leftover: Sendable {
        var path: String
        var status: Volume.Status
        /// The object that its bytes must be when all of them are there.
        var noted: ObjectID?
    }

    private enum Finished {
        case placed(ObjectID)
        /// The index knows it, and its bytes are others.
        case damaged
        case nothing
    }

    /// nil where it is empty: held ready for an object, and not used.
    private func leftover(_ path: String) async throws(ArchiveError) -> Leftover? {
        try await pool.run { () throws(ArchiveError) in
            guard let status = try Volume.status(path), status.size > 0 else { return nil }
            return Leftover(path: path, status: status, noted: Volume.noted(on: path))
        }
    }

    /// What the index knows gets its name again. What it does not, nobody was told of; where it is whole it is stored nevertheless.
    private func finish(_ leftover: Leftover) async throws(ArchiveError) -> Finished {
        if let object = leftover.noted, try await isPlaced(leftover, as: object) {
            if try await !isNamed(object) {
                guard try await hash(leftover) == object else { return .nothing }
                try await adopt(object, leftover)
            }
            return .placed(object)
        }
        let object = try await hash(leftover)
        let isNamed = try await isNamed(leftover.noted ?? object)
        if let noted = leftover.noted, noted != object { return isNamed ? .damaged : .nothing }
        // Without a note the store tells whether it is whole.
        if !isNamed, leftover.noted == nil, try await disk.size(of: object) != leftover.status.size {
            logger.warning("left over from a crash and not whole: removed", metadata: ["file": "\(leftover.path)"])
            return .nothing
        }
        try await place(leftover, as: object)
        if !isNamed { try await adopt(object, leftover) }
        return .placed(object)
    }

    private func hash(_ leftover: Leftover) async throws(ArchiveError) -> ObjectID {
        try await pool.run { () throws(ArchiveError) in try LocalDisk.hash(leftover.path) }
    }

    private func isPlaced(_ leftover: Leftover, as object: ObjectID) async throws(ArchiveError) -> Bool {
        let disk = disk
        return try await pool.run { () throws(ArchiveError) in try Volume.status(disk.path(object))?.file == leftover.status.file }
    }

    private func place(_ leftover: Leftover, as object: ObjectID) async throws(ArchiveError) {
        let disk = disk
        _ = try await pool.run { () throws(ArchiveError) in try disk.place(SealedFile(path: leftover.path, object: object, isNoted: true)) }
    }

    private func adopt(_ object: ObjectID, _ leftover: Leftover) async throws(ArchiveError) {
        do throws(ArchiveError) {
            let size = leftover.status.size
            let record = try await record(of: object, size: size)
            let entry = IndexWriter.Entry(
                record: record, object: object, size: size, received: leftover.status.modified, source: "recovered", policy: .quarantine)
            let result: StoreOutcome.Result
            do throws(DatabaseError) {
                result = try await database.write { (connection) throws(DatabaseError) in
                    let result = try IndexWriter(connection: connection).insert(entry)
                    if result != .alreadyStored {
                        // Who sent it is not known any more.
                        let actor = AuditActor(door: .system, act: "adopted after a crash")
                        let (study, patient) = record.nonPatient == nil ? (record.study.text, record.auditPatient) : ("", AuditPatient(id: ""))
                        try AuditChain(connection).gather([.init(.received, by: actor, study: study, patient: patient, sopClass: record.sopClass.text)])
                    }
                    return result
                }
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
