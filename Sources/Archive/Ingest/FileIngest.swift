import DICOM

/// One PS3.10 file on its way into the archive: its head says how the data set is encoded, the rest is taken in as it comes.
///
/// The head itself is not kept: every object gets the same normalised one. A value of one task.
public struct FileIngest: Sendable {
    private let archive: Archive
    private let source: Source
    private let study: UID?
    private let category: NonPatientCategory?
    private let instance: UID?
    private let corrector: Corrector?
    private var headReader = FileHeadReader()
    private var ingest: Ingest?
    /// What was bent in the file's head, and read all the same.
    public private(set) var warnings: [ReadWarning] = []

    /// - Parameters:
    ///   - study: the one it must belong to; nil lets it be any.
    ///   - category: the one it must belong to, of what belongs to no study.
    ///   - instance: the one that it must be.
    public init(into archive: Archive, source: Source, study: UID? = nil, category: NonPatientCategory? = nil, instance: UID? = nil, corrector: Corrector? = nil) {
        self.archive = archive
        self.source = source
        self.study = study
        self.category = category
        self.instance = instance
        self.corrector = corrector
    }

    /// - Throws: as soon as it is certain that the file cannot be stored.
    public mutating func write(_ bytes: [UInt8]) async throws(ArchiveError) {
        try await withTaskExecutorPreference(archive.executor) { () async throws(ArchiveError) in
            if ingest != nil {
                try write(bytes[...])
            } else if let (head, bytes, start) = try readHead({ (reader) throws(ReadError) in try reader.feed(bytes) }) {
                try await begin(head)
                try write(bytes[start...])
            }
        }
    }

    /// As `write`, without a copy of what comes behind the head.
    public mutating func write(part bytes: ArraySlice<UInt8>) async throws(ArchiveError) {
        guard ingest != nil else { return try await write(Array(bytes)) }
        try await withTaskExecutorPreference(archive.executor) { () async throws(ArchiveError) in try write(bytes) }
    }

    public mutating func finish() async throws(ArchiveError) -> StoreOutcome {
        try await withTaskExecutorPreference(archive.executor) { () async throws(ArchiveError) -> StoreOutcome in
            if ingest == nil {
                let (head, bytes, start) = try readHead { (reader) throws(ReadError) in try reader.finish() }
                try await begin(head)
                try write(bytes[start...])
            }
            guard let outcome = try await ingest?.finish() else { throw ArchiveError(.cannotUnderstand, "the file ends in its head") }
            return outcome
        }
    }

    /// What the data set says it is, as far as it has come.
    public var named: (sopClass: UID, sopInstance: UID)? { ingest?.named }

    /// Gives the object up: nothing stays of it.
    public mutating func cancel() async {
        await withTaskExecutorPreference(archive.executor) { ingest?.cancel() }
    }

    private mutating func begin(_ head: FileHead) async throws(ArchiveError) {
        warnings = head.warnings
        headReader = FileHeadReader()
        ingest = try await archive.begin(source: source, transferSyntax: head.transferSyntax, stated: head.meta?.identity, study: study, category: category, instance: instance, corrector: corrector)
    }

    private mutating func write(_ bytes: ArraySlice<UInt8>) throws(ArchiveError) {
        try bytes.span.bytes.withUnsafeBytes { (bytes) throws(ArchiveError) in try ingest?.write(bytes) }
    }

    private mutating func readHead<T>(_ work: (inout FileHeadReader) throws(ReadError) -> T) throws(ArchiveError) -> T {
        do throws(ReadError) { return try work(&headReader) } catch { throw ArchiveError(error) }
    }
}

extension FileMetaInformation {
    var identity: (sopClass: UID, sopInstance: UID)? {
        guard let sopClass = sopClassUID, let sopInstance = sopInstanceUID else { return nil }
        return (sopClass, sopInstance)
    }
}

extension UID {
    static let mediaStorageDirectory = UID("1.2.840.10008.1.3.10")
}
