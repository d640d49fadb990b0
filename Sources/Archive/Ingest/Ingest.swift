import Crypto
import DICOM
import Database
import Logging

/// One object on its way into the archive.
///
/// Bytes of the data set come in as they arrive and go to a temporary file at once, hashed and parsed on the way: memory does not
/// grow with the object. Used by one task. Given up by `cancel()` or by letting go of it.
public actor Ingest {
    /// What an ingest needs of its archive.
    struct Context: Sendable {
        var incoming: String
        var volume: Volume
        var pool: BlockingPool
        var store: any BlobStore
        var database: any SQLDatabase
        var commit: GroupCommit
        var limits: ReadLimits
    }

    private let context: Context
    private let source: Source
    private let transferSyntax: TransferSyntax
    private let expected: (sopClass: UID, sopInstance: UID)?
    private let stated: (sopClass: UID, sopInstance: UID)?
    private let study: UID?
    private var correcting: Correcting?

    private var file: IncomingFile?
    private var reader: EncodedDataSetReader
    /// Not yet on the way to the file.
    private var pending: [UInt8] = []
    /// Length of preamble and meta information; nil until the UIDs that stand in it have been read.
    private var dataSetOffset: UInt64?
    private var scheduled: UInt64 = 0
    private var hash = SHA256()
    private var writing: Task<Result<SHA256, ArchiveError>, Never>?
    private var failure: ArchiveError?

    /// Bytes written at once. Two such pieces are held: one is filled while the other is written.
    static let pieceSize = 256 << 10
    /// The UIDs must come within so many bytes.
    static let longestWait = 1 << 20

    init(
        _ context: Context, file: IncomingFile, source: Source, transferSyntax: TransferSyntax, expecting expected: (sopClass: UID, sopInstance: UID)?,
        stated: (sopClass: UID, sopInstance: UID)?, study: UID?, corrector: Corrector? = nil
    ) {
        self.context = context
        self.file = file
        self.source = source
        self.transferSyntax = transferSyntax
        self.expected = expected
        self.stated = stated
        self.study = study
        correcting = corrector.map { Correcting($0, source: source) }
        reader = EncodedDataSetReader(transferSyntax: transferSyntax, options: .init(limits: context.limits))
    }

    /// The promise. When this returns, the object survives a power cut and is found by the next query; when it throws, nothing was promised.
    public func finish() async throws(ArchiveError) -> StoreOutcome {
        let (record, object, size) = try await receiveAll()
        func outcome(_ result: StoreOutcome.Result) -> StoreOutcome {
            StoreOutcome(
                result: result, sopClass: record.sopClass, sopInstance: record.sopInstance, study: record.study, series: record.series,
                object: object, size: size, warnings: reader.reader.warnings + record.warnings)
        }
        do throws(ArchiveError) {
            if let known = try await resultWithoutStoring(record, object, size) {
                await discard()
                return outcome(known)
            }
            guard let file else { throw ArchiveError(.cancelled, "the object was given up") }
            try await context.pool.perform { () throws(ArchiveError) in try file.sync() }
            let ready = GroupCommit.Ready(file: file, object: object, size: size, record: record, source: source)
            let result = try await context.commit.commit(ready)
            self.file = nil
            return outcome(result)
        } catch {
            throw await fail(error)
        }
    }

    /// - Parameter bytes: the next bytes of the data set, as they came.
    /// - Throws: as soon as it is certain that the object cannot be stored; each further call throws the same.
    public func write(_ bytes: [UInt8]) async throws(ArchiveError) {
        if let failure { throw failure }
        do throws(ArchiveError) {
            try parse { (reader) throws(ReadError) in try reader.feed(bytes) }
            try correcting?.look(at: reader.reader)
            pending += bytes
            try beginFile(isWhole: false)
            if pending.count >= Self.pieceSize { try await flush() }
        } catch {
            throw await fail(error)
        }
    }

    /// Gives the object up: nothing stays of it.
    public func cancel() async {
        _ = await fail(ArchiveError(.cancelled, "the object was given up"))
    }

    // MARK: Bytes

    private func parse(_ work: (inout EncodedDataSetReader) throws(ReadError) -> Void) throws(ArchiveError) {
        do throws(ReadError) { try work(&reader) } catch { throw ArchiveError(error) }
    }

    /// Once the UIDs are known: the normalised head (PS3.10 §7.1) comes before the data set.
    private func beginFile(isWhole: Bool) throws(ArchiveError) {
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

    /// Sends what is pending to the file; waits only for the piece before.
    private func flush() async throws(ArchiveError) {
        guard !pending.isEmpty, dataSetOffset != nil else { return }
        try await written()
        guard let file else { throw ArchiveError(.cancelled, "the object was given up") }
        let (bytes, offset, hash, pool) = (pending, scheduled, hash, context.pool)
        pending = []
        scheduled += UInt64(bytes.count)
        writing = Task {
            do throws(ArchiveError) {
                return .success(try await pool.run { () throws(ArchiveError) in try file.append(bytes, at: offset, hash) })
            } catch {
                return .failure(error)
            }
        }
    }

    private func written() async throws(ArchiveError) {
        guard let writing else { return }
        let result = await writing.value
        self.writing = nil
        hash = try result.get()
    }

    /// Everything written (not yet synced), hashed and understood.
    private func receiveAll() async throws(ArchiveError) -> (InstanceRecord, ObjectID, UInt64) {
        if let failure { throw failure }
        do throws(ArchiveError) {
            try parse { (reader) throws(ReadError) in try reader.finish() }
            try beginFile(isWhole: true)
            // Without its UIDs there is no head: the record says which is missing.
            let record = try InstanceRecord(
                reader.reader, identity: identity(isWhole: true), transferSyntax: transferSyntax, dataSetOffset: dataSetOffset ?? 0,
                size: scheduled + UInt64(pending.count), corrected: try correcting?.finish(reader.reader))
            if let study, record.study != study {
                throw ArchiveError(.dataSetDoesNotMatchSOPClass, "belongs to study \(record.study), not to \(study) as the request says")
            }
            try await flush()
            try await written()
            return (record, ObjectID(hash.finalize()), scheduled)
        } catch {
            throw await fail(error)
        }
    }

    // MARK: Known before storing

    /// What needs no byte on the disk: the same object again, or one that would not be kept. The index transaction decides the rest.
    private func resultWithoutStoring(_ record: InstanceRecord, _ object: ObjectID, _ size: UInt64) async throws(ArchiveError) -> StoreOutcome.Result? {
        let known: ObjectID?
        do throws(DatabaseError) {
            let row = try await context.database.first("SELECT object FROM instance WHERE sop_uid = \(record.sopInstance.text)")
            known = row?.blob("object").flatMap { ObjectID($0) }
        } catch {
            throw ArchiveError(error, "reading the index")
        }
        guard let known else { return nil }
        if known == object {
            // Bytes that have been lost are taken again.
            guard try await context.store.size(of: object) == size, try await !hasOtherCorrection(record, object) else { return nil }
            return .alreadyStored
        }
        return source.onConflict == .keepFirst ? .conflict(kept: known) : nil
    }

    /// The same bytes, but rules have changed since they came.
    private func hasOtherCorrection(_ record: InstanceRecord, _ object: ObjectID) async throws(ArchiveError) -> Bool {
        guard record.corrected != nil else { return false }
        let entry = IndexWriter.Entry(record: record, object: object, size: 0, received: 0, source: source.label, policy: source.onConflict)
        do throws(DatabaseError) {
            return try await context.database.read { (connection) throws(DatabaseError) in
                IndexWriter(connection: connection).isOtherCorrection(entry, than: try RecordedCorrection.of(object, in: connection))
            }
        } catch {
            throw ArchiveError(error, "reading the index")
        }
    }

    // MARK: Ending

    /// The first failure stays; its traces are removed.
    private func fail(_ error: ArchiveError) async -> ArchiveError {
        if let failure { return failure }
        failure = error
        await discard()
        return error
    }

    private func discard() async {
        _ = await writing?.value
        writing = nil
        pending = []
        if let file {
            try? await context.pool.perform { () throws(ArchiveError) in try file.remove() }  // What stays is removed by the next start.
        }
        file = nil
    }
}
