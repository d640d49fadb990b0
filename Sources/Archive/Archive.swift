import Audit
import DICOM
import Database
import Logging

/// The objects of a data folder and their index: takes objects in, finds them, gives them out.
public final class Archive: Sendable {
    public let configuration: ArchiveConfiguration
    /// For the tables of other modules: each brings its own schema to `migrate`.
    public let database: any SQLDatabase
    /// What happens to the objects, written with it.
    public let audit: AuditTrail

    let logger: Logger
    let store: Places
    let disk: LocalDisk
    let volume: Volume
    let pool: BlockingPool
    private let answering: BlockingPool
    let feed: ChangeFeed
    let frameTables = FrameTableCache()
    let recheck: Recheck
    let settling: Settling
    private let spare: SpareFiles
    let segmentsUnderWay = SegmentsUnderWay()
    let metadataRoots = MetadataRoots()
    let extra = ExtraAttributes()
    let commit: GroupCommit
    let underWay = ObjectsUnderWay()
    /// Held while this lives; nil beside a server.
    private let lock: FolderLock?

    /// Opens a data folder, makes it where there is none, and puts right what a crash left, in time bounded by what was under way.
    ///
    /// - Throws: `.locked`, `.notWritable`, `.newerSchema`, or what the disk says.
    public static func open(_ configuration: ArchiveConfiguration, logger: Logger) async throws(ArchiveError) -> Archive {
        try await open(configuration, logger: logger, faults: nil)
    }

    static func open(_ configuration: ArchiveConfiguration, logger: Logger, faults: FaultHook?) async throws(ArchiveError) -> Archive {
        let archive = try await Archive(configuration, logger: logger, faults: faults)
        if configuration.role == .serving {
            // Before anything is put into it.
            try await archive.warnOfLostIndex()
            try await archive.recover()
        }
        try await archive.lookForFolders()
        archive.commit.begin(after: try await archive.newestReceived())
        return archive
    }

    private init(_ configuration: ArchiveConfiguration, logger: Logger, faults: FaultHook?) async throws(ArchiveError) {
        self.configuration = configuration
        self.logger = logger
        let folder = configuration.folder
        volume = Volume(faults: faults)
        pool = BlockingPool(threads: configuration.diskThreads, name: "disk")
        answering = BlockingPool(threads: configuration.role == .serving ? configuration.answeringThreads : 1, name: "answer")
        lock = try await pool.run { () throws(ArchiveError) in
            try folder.prepare()
            return configuration.role == .serving ? try FolderLock(folder) : nil
        }
        database = try await pool.run { () throws(ArchiveError) in try configuration.openDatabase() }
        do throws(DatabaseError) {
            try await database.migrate(.archive)
            try await database.migrate(.audit)
            try await configuration.claim(database)
            try await extra.load(database)
        } catch {
            throw ArchiveError(error, "opening \(configuration.database.isEmpty ? folder.index : "the index")")
        }
        disk = LocalDisk(root: folder.objects, incoming: folder.incoming, volume: volume, pool: pool)
        if configuration.role == .serving {
            try await pool.run { [disk] () throws(ArchiveError) in
                try folder.sync()
                try disk.prepare()
            }
        }
        audit = AuditTrail(database) { (study, connection) throws(DatabaseError) in try Archive.patient(of: study, connection) }
        store = Places(own: disk, folders: FolderPlaces(database))
        feed = ChangeFeed(database: database)
        recheck = Recheck(every: configuration.recheck)
        settling = Settling(store: store, volume: volume, pool: pool, recheck: recheck, logger: logger)
        spare = SpareFiles(in: folder.incoming, volume: volume, pool: pool)
        commit = GroupCommit(store: store, database: database, volume: volume, settling: settling, feed: feed, logger: logger)
    }

    /// Leaves nothing in `incoming/` and ends the connections to the database; the lock goes with the archive itself. Blocks.
    public func close() {
        spare.close()
        settling.settle()
        do { try database.close() } catch { logger.warning("closing the index", metadata: ["error": "\(error)"]) }
    }

    /// Microseconds since 1970; nil where nothing is between its time and the index.
    var oldestUnderWay: Int64? { commit.oldestUnderWay }

    // MARK: Taking in

    /// The threads that may wait for the disk: a task that stores prefers them, and is then handed to no other thread on its way.
    public var executor: any TaskExecutor { pool }

    /// Threads that may wait as well, for tasks that answer requests: they look up, read and send what they read without being handed
    /// to another thread, and those that store do not keep them waiting.
    public var answeringExecutor: any TaskExecutor { answering }

    /// Begins to take in an object.
    ///
    /// - Parameters:
    ///   - transferSyntax: of the bytes that will come; they are kept as they are.
    ///   - expecting: what the sender announced (C-STORE-RQ); the data set must agree.
    ///   - stated: what the file meta information says; taken where the data set itself does not say it.
    ///   - study: the one it must belong to, where the request names one (STOW-RS).
    ///   - category: the one it must belong to, of what belongs to no study.
    ///   - instance: the one that it must be, where the request names one.
    ///   - corrector: refuses the object, or says what is to be different from how it came.
    /// - Throws: `.outOfResources` where less space is left than is held in reserve.
    public func begin(
        source: Source, transferSyntax: TransferSyntax, expecting expected: (sopClass: UID, sopInstance: UID)? = nil,
        stated: (sopClass: UID, sopInstance: UID)? = nil, study: UID? = nil, category: NonPatientCategory? = nil, instance: UID? = nil, corrector: Corrector? = nil
    ) async throws(ArchiveError) -> Ingest {
        guard lock != nil else { throw ArchiveError(.notServing, "the archive was opened for reading only") }
        let (spare, reserve, incoming) = (spare, configuration.reserve, configuration.folder.incoming)
        let file = try await pool.run { () throws(ArchiveError) -> IncomingFile in
            let space = try Volume.space(at: incoming)
            guard space.free >= reserve.needed(of: space.total) else {
                throw ArchiveError(.outOfResources, "only \(space.free >> 20) MiB are free where \(reserve.needed(of: space.total) >> 20) are held in reserve: nothing is taken in")
            }
            return try spare.take()
        }
        let context = Ingest.Context(
            store: store, database: database, commit: commit, underWay: underWay, extra: extra, limits: configuration.limits)
        return Ingest(context, file: file, source: source, transferSyntax: transferSyntax, expecting: expected, stated: expected ?? stated, study: study, category: category, instance: instance,
            corrector: corrector)
    }

    // MARK: What is here

    public struct Totals: Sendable, Codable, Hashable {
        public var studies: Int
        public var series: Int
        public var instances: Int
        public var bytes: Int64
    }

    public func totals() async throws(ArchiveError) -> Totals {
        let row = try await first("SELECT studies, series, instances, bytes FROM total WHERE id = 1")
        return Totals(
            studies: row?.int("studies") ?? 0, series: row?.int("series") ?? 0, instances: row?.int("instances") ?? 0,
            bytes: row?.integer("bytes") ?? 0)
    }

    private func warnOfLostIndex() async throws(ArchiveError) {
        guard try await totals().instances == 0, try await first("SELECT 1 FROM non_patient_instance LIMIT 1") == nil else { return }
        guard try await !store.folders().isEmpty else { return }
        logger.warning("the index is empty but there are objects in \(configuration.folder.objects): make it anew with rebuild-index")
    }

    private func newestReceived() async throws(ArchiveError) -> Int64 {
        // Of several kept under one UID the newest may be aside.
        let row = try await first("""
            SELECT max(received) AS newest
            FROM   (SELECT max(received) AS received FROM study UNION ALL SELECT max(received) FROM instance_version
                    UNION ALL SELECT max(received) FROM non_patient_instance) AS newest
            """)
        return row?.integer("newest") ?? 0
    }
}

extension Archive {
    func all(_ statement: SQLStatement) async throws(ArchiveError) -> [SQLRow] {
        do throws(DatabaseError) { return try await database.all(statement) } catch { throw ArchiveError(error, "reading the index") }
    }

    func first(_ statement: SQLStatement) async throws(ArchiveError) -> SQLRow? { try await all(statement).first }

    /// A few rows, found by a key.
    func look(_ statement: SQLStatement) async throws(ArchiveError) -> [SQLRow] {
        do throws(DatabaseError) { return try await database.look(statement) } catch { throw ArchiveError(error, "reading the index") }
    }
}
