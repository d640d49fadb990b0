import Crypto
import DICOM
import Database

/// One object on its way into the archive.
///
/// Bytes of the data set come in as they arrive and go to a temporary file at once, hashed and parsed on the way: memory does not
/// grow with the object. A value of one task, which should prefer ``Archive/executor``: everything here waits for the disk where it
/// stands, on the thread it is called on. Given up by `cancel()` or by letting go of it.
public struct Ingest: Sendable {
    /// What an ingest needs of its archive.
    struct Context: Sendable {
        var store: Places
        var database: any SQLDatabase
        var commit: GroupCommit
        var underWay: ObjectsUnderWay
        var extra: ExtraAttributes
        var limits: ReadLimits
    }

    private let context: Context
    private let source: Source
    private let transferSyntax: TransferSyntax
    private let expected: (sopClass: UID, sopInstance: UID)?
    private let stated: (sopClass: UID, sopInstance: UID)?
    private let study: UID?
    private let category: NonPatientCategory?
    private let instance: UID?
    private var correcting: Correcting?

    private var file: IncomingFile?
    private var reader: EncodedDataSetReader
    /// Not yet in the file.
    private var pending: [UInt8] = []
    /// Length of preamble and meta information; nil until the UIDs that stand in it have been read.
    private var dataSetOffset: UInt64?
    private var written: UInt64 = 0
    private var onTheirWay: UInt64 = 0
    private var hash = SHA256()
    private var failure: ArchiveError?

    /// Bytes are gathered to at least so many before they are written; longer pieces are written as they come.
    static let pieceSize = 64 << 10
    /// What the disk is told to begin with while more arrives.
    static let writebackSize: UInt64 = 512 << 10
    /// The UIDs must come within so many bytes.
    static let longestWait = 1 << 20

    init(
        _ context: Context, file: IncomingFile, source: Source, transferSyntax: TransferSyntax, expecting expected: (sopClass: UID, sopInstance: UID)?,
        stated: (sopClass: UID, sopInstance: UID)?, study: UID?, category: NonPatientCategory? = nil, instance: UID? = nil, corrector: Corrector? = nil
    ) {
        self.context = context
        self.file = file
        self.source = source
        self.transferSyntax = transferSyntax
        self.expected = expected
        self.stated = stated
        self.study = study
        self.category = category
        self.instance = instance
        correcting = corrector.map { Correcting($0, source: source) }
        reader = EncodedDataSetReader(transferSyntax: transferSyntax, options: .init(limits: context.limits))
    }

    /// The promise. When this returns, the object survives a power cut and is found by the next query; when it throws, nothing was promised.
    public mutating func finish() async throws(ArchiveError) -> StoreOutcome {
        let extra = context.extra.begin()
        defer { context.extra.end(extra) }
        let (record, object, file) = try receiveAll(extra.attributes)
        // Who sends the same bytes at the same time waits, and then finds them stored or not.
        await context.underWay.enter(object)
        defer { context.underWay.leave(object) }
        do throws(ArchiveError) {
            var result = try resultWithoutStoring(record, object)
            if result == nil {
                let placement = try place(file, object, isNoted: try file.seal(as: object))
                result = try await context.commit.commit(
                    .init(file: file, object: object, placement: placement, size: written, record: record, source: source))
            }
            discard()
            return StoreOutcome(
                result: result ?? .stored, sopClass: record.sopClass, sopInstance: record.sopInstance, study: record.study, series: record.series,
                nonPatient: record.nonPatient, object: object, size: written, warnings: reader.reader.warnings + record.warnings)
        } catch {
            throw fail(error)
        }
    }

    private func place(_ file: IncomingFile, _ object: ObjectID, isNoted: Bool) throws(ArchiveError) -> Placement {
        do throws(ArchiveError) {
            return try context.store.place(SealedFile(path: file.path, object: object, isNoted: isNoted))
        } catch {
            context.commit.tidy(file, object, .failure(error))
            throw error
        }
    }

    /// - Parameter bytes: the next bytes of the data set, as they came.
    /// - Throws: as soon as it is certain that the object cannot be stored; each further call throws the same.
    public mutating func write(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        if let failure { throw failure }
        do throws(ArchiveError) {
            try parse(bytes)
            try correcting?.look(at: reader.reader)
            guard dataSetOffset != nil, bytes.count >= Self.pieceSize else {
                pending += bytes
                try beginFile(isWhole: false)
                if pending.count >= Self.pieceSize { try flush() }
                return
            }
            try flush()
            try append(bytes)
        } catch {
            throw fail(error)
        }
    }

    /// Gives the object up: nothing stays of it.
    public mutating func cancel() { _ = fail(ArchiveError(.cancelled, "the object was given up")) }

    // MARK: Bytes

    /// Bit by bit at first: pixel data that comes in the same piece as its header is then passed over and not copied.
    private mutating func parse(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        var rest = bytes[...]
        do throws(ReadError) {
            while !rest.isEmpty {
                try reader.feed(UnsafeRawBufferPointer(rebasing: rest.prefix(Self.parsedAtOnce)))
                rest = rest.dropFirst(Self.parsedAtOnce)
            }
        } catch {
            throw ArchiveError(error)
        }
    }

    private static let parsedAtOnce = 8 << 10

    /// Once the UIDs are known: the normalised head (PS3.10 §7.1) comes before the data set.
    private mutating func beginFile(isWhole: Bool) throws(ArchiveError) {
        guard dataSetOffset == nil else { return }
        guard let (sopClass, sopInstance) = identity(isWhole: isWhole) else {
            guard pending.count <= Self.longestWait else {
                throw ArchiveError(.cannotUnderstand, "SOP Class UID and SOP Instance UID are not in the first \(Self.longestWait >> 20) MiB")
            }
            return
        }
        guard sopClass != UID.mediaStorageDirectory else {
            throw ArchiveError(.cannotUnderstand, "a DICOMDIR is a table of contents, not an object")
        }
        if let expected, expected.sopClass != sopClass || expected.sopInstance != sopInstance {
            throw ArchiveError(.dataSetDoesNotMatchSOPClass, """
                announced as instance \(expected.sopInstance) of SOP Class \(expected.sopClass), \
                but the data set says \(sopInstance) of \(sopClass)
                """)
        }
        let meta = FileMetaInformation(sopClassUID: sopClass, sopInstanceUID: sopInstance, transferSyntax: transferSyntax)
        do throws(WriteError) {
            let head = try meta.encoded()
            dataSetOffset = UInt64(head.count)
            pending = head + pending
        } catch {
            throw ArchiveError(.cannotUnderstand, "\(error)")
        }
    }

    /// By the data set; by what came with it where the data set is silent, which is certain once its place has been passed.
    private func identity(isWhole: Bool) -> (sopClass: UID, sopInstance: UID)? {
        func uid(_ tag: Tag, else stated: UID?) -> UID? {
            if let text = reader.reader.element(tag)?.strings(in: .default).first, !text.isEmpty { return UID(text) }
            return isWhole || reader.reader.hasPassed(tag) ? stated : nil
        }
        guard let sopClass = uid(.sopClassUID, else: stated?.sopClass), let sopInstance = uid(.sopInstanceUID, else: stated?.sopInstance)
        else { return nil }
        return (sopClass, sopInstance)
    }

    /// What the data set says it is, as far as it has come.
    public var named: (sopClass: UID, sopInstance: UID)? { identity(isWhole: false) }

    private mutating func flush() throws(ArchiveError) {
        guard !pending.isEmpty, dataSetOffset != nil else { return }
        let bytes = pending
        pending = []
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try append(bytes) }
    }

    private mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        guard let file else { throw ArchiveError(.cancelled, "the object was given up") }
        hash.update(bufferPointer: bytes)
        try file.append(bytes, at: written)
        written += UInt64(bytes.count)
        if written - onTheirWay >= Self.writebackSize {
            file.startWriteback(from: onTheirWay, to: written)
            onTheirWay = written
        }
    }

    /// Everything written (not yet synced), hashed and understood.
    private mutating func receiveAll(_ extra: [ExtraAttribute]) throws(ArchiveError) -> (InstanceRecord, ObjectID, IncomingFile) {
        if let failure { throw failure }
        do throws(ArchiveError) {
            do throws(ReadError) { try reader.finish() } catch { throw ArchiveError(error) }
            try beginFile(isWhole: true)
            // Without its UIDs there is no head: the record says which is missing.
            let record = try InstanceRecord(
                reader.reader, identity: identity(isWhole: true), transferSyntax: transferSyntax, dataSetOffset: dataSetOffset ?? 0,
                size: written + UInt64(pending.count), corrected: try correcting?.finish(reader.reader), extra: extra)
            if let category, record.nonPatient != category {
                throw ArchiveError(.dataSetDoesNotMatchSOPClass, "SOP Class \(record.sopClass) is none of \(category.rawValue), where the request puts it")
            }
            if let instance, record.sopInstance != instance {
                throw ArchiveError(.dataSetDoesNotMatchSOPClass, "is instance \(record.sopInstance), not \(instance) as the request says")
            }
            if let study, record.nonPatient != nil {
                throw ArchiveError(.dataSetDoesNotMatchSOPClass, "an object of SOP Class \(record.sopClass) belongs to no study, not to \(study) as the request says")
            }
            if let study, record.study != study {
                throw ArchiveError(.dataSetDoesNotMatchSOPClass, "belongs to study \(record.study), not to \(study) as the request says")
            }
            try flush()
            guard let file else { throw ArchiveError(.cancelled, "the object was given up") }
            return (record, ObjectID(hash.finalize()), file)
        } catch {
            throw fail(error)
        }
    }

    // MARK: Known before storing

    /// What needs no sync: the same object again. The index transaction decides the rest.
    private func resultWithoutStoring(_ record: InstanceRecord, _ object: ObjectID) throws(ArchiveError) -> StoreOutcome.Result? {
        // Without its bytes it is new, or they have been lost and are taken again.
        guard try context.store.sizeNow(of: object) == written else { return nil }
        if let reason = try reasonAgainstReturn(of: object) { throw reason }
        // A file that others may take away keeps no promise: the bytes are taken all the same.
        guard try context.store.isOwn(object) else { return nil }
        do throws(DatabaseError) {
            let row = try context.database.readNow { (connection) throws(DatabaseError) in
                try connection.first(record.nonPatient == nil
                    ? "SELECT object FROM instance WHERE sop_uid = \(record.sopInstance.text)"
                    : "SELECT object FROM non_patient_instance WHERE sop_uid = \(record.sopInstance.text)")
            }
            guard row?.blob("object").flatMap({ ObjectID($0) }) == object else { return nil }
            return try hasOtherCorrection(record, object) ? nil : .alreadyStored
        } catch {
            throw ArchiveError(error, "reading the index")
        }
    }

    /// Deleted because it harms: it comes back by restoring, not by a sender that repeats itself.
    private func reasonAgainstReturn(of object: ObjectID) throws(ArchiveError) -> ArchiveError? {
        do throws(DatabaseError) {
            let row = try context.database.readNow { (connection) throws(DatabaseError) in
                try connection.first("""
                    SELECT deletion.id, deletion.reason FROM deleted_instance JOIN deletion ON deletion.id = deleted_instance.deletion
                    WHERE  deleted_instance.object = \(object.bytes)
                    """)
            }
            guard let row, let reason = Deletion.Reason(rawValue: row.string("reason")), !reason.letsReturn else { return nil }
            return ArchiveError(.refused, "this object was deleted (\(reason.rawValue), deletion \(row.int("id"))) and can be restored there")
        } catch {
            throw ArchiveError(error, "reading the index")
        }
    }

    /// The same bytes, but rules have changed since they came.
    private func hasOtherCorrection(_ record: InstanceRecord, _ object: ObjectID) throws(DatabaseError) -> Bool {
        guard record.corrected != nil else { return false }
        let entry = IndexWriter.Entry(record: record, object: object, size: 0, received: 0, source: source.label, policy: source.onConflict)
        return try context.database.readNow { (connection) throws(DatabaseError) in
            IndexWriter(connection: connection).isOtherCorrection(entry, than: try RecordedCorrection.of(object, in: connection))
        }
    }

    // MARK: Ending

    /// The first failure stays; its traces are removed.
    private mutating func fail(_ error: ArchiveError) -> ArchiveError {
        if let failure { return failure }
        failure = error
        discard()
        return error
    }

    private mutating func discard() {
        pending = []
        try? file?.remove()  // What stays is removed by the next start.
        file = nil
    }
}
