import DICOM

/// One PS3.10 file on its way into the archive: its head says how the data set is encoded, the rest is taken in as it comes.
///
/// The head itself is not kept: every object gets the same normalised one. Used by one task.
public struct FileIngest: Sendable {
    private let archive: Archive
    private let source: Source
    private let study: UID?
    private let corrector: Corrector?
    private var headReader = FileHeadReader()
    private var ingest: Ingest?
    /// What was bent in the file's head, and read all the same.
    public private(set) var warnings: [ReadWarning] = []

    /// - Parameter study: the one it must belong to; nil lets it be any.
    public init(into archive: Archive, source: Source, study: UID? = nil, corrector: Corrector? = nil) {
        self.archive = archive
        self.source = source
        self.study = study
        self.corrector = corrector
    }

    /// - Throws: as soon as it is certain that the file cannot be stored.
    public mutating func write(_ bytes: [UInt8]) async throws(ArchiveError) {
        if let ingest {
            try await ingest.write(bytes)
        } else if let (head, bytes, start) = try readHead({ (reader) throws(ReadError) in try reader.feed(bytes) }) {
            try await begin(head, bytes, start)
        }
    }

    public mutating func finish() async throws(ArchiveError) -> StoreOutcome {
        if ingest == nil {
            let (head, bytes, start) = try readHead { (reader) throws(ReadError) in try reader.finish() }
            try await begin(head, bytes, start)
        }
        guard let ingest else { throw ArchiveError(.cannotUnderstand, "the file ends in its head") }
        return try await ingest.finish()
    }

    /// What the data set says it is, as far as it has come.
    public var named: (sopClass: UID, sopInstance: UID)? {
        get async { await ingest?.named }
    }

    /// Gives the object up: nothing stays of it.
    public func cancel() async { await ingest?.cancel() }

    private mutating func begin(_ head: FileHead, _ bytes: [UInt8], _ start: Int) async throws(ArchiveError) {
        warnings = head.warnings
        headReader = FileHeadReader()
        let ingest = try await archive.begin(source: source, transferSyntax: head.transferSyntax, stated: head.meta?.identity, study: study, corrector: corrector)
        self.ingest = ingest
        try await ingest.write(start == 0 ? bytes : Array(bytes[start...]))
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
