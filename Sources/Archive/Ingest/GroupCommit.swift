import DICOM
import Database
import Logging

/// Makes objects durable and found, those that are ready at the same time in one round: one sync of each folder, one transaction.
///
/// Nobody waits for company: a round begins with whatever is there, and what comes meanwhile is the next round.
actor GroupCommit {
    struct Ready: Sendable {
        var file: IncomingFile
        var object: ObjectID
        var size: UInt64
        var record: InstanceRecord
        var source: Source
    }

    typealias Answer = Result<StoreOutcome.Result, ArchiveError>

    private let store: any BlobStore
    private let database: any SQLDatabase
    private let volume: Volume
    private let pool: BlockingPool
    private let feed: ChangeFeed
    private let logger: Logger

    private var queue: [(ready: Ready, continuation: CheckedContinuation<Answer, Never>)] = []
    private var isRunning = false
    private var lastReceived: Int64 = 0

    static let largestGroup = 64

    init(store: any BlobStore, database: any SQLDatabase, volume: Volume, pool: BlockingPool, feed: ChangeFeed, logger: Logger) {
        self.store = store
        self.database = database
        self.volume = volume
        self.pool = pool
        self.feed = feed
        self.logger = logger
    }

    /// Objects received from now on are later than this (microseconds since 1970), whatever the clock says.
    func begin(after received: Int64) { lastReceived = max(lastReceived, received) }

    /// - Parameter ready: its file synced.
    func commit(_ ready: Ready) async throws(ArchiveError) -> StoreOutcome.Result {
        try await withCheckedContinuation { continuation in
            queue.append((ready, continuation))
            if !isRunning {
                isRunning = true
                Task { await run() }
            }
        }.get()
    }

    private func run() async {
        while !queue.isEmpty {
            let group = Array(queue.prefix(Self.largestGroup))
            queue.removeFirst(group.count)
            let answers = await commit(group.map(\.ready))
            for (waiting, answer) in zip(group, answers) { waiting.continuation.resume(returning: answer) }
        }
        isRunning = false
    }

    // MARK: A round

    /// Blobs first, index second. Where the index fails for certain the blobs go again; where it is unknown they stay.
    private func commit(_ group: [Ready]) async -> [Answer] {
        let entries = group.map { ready in
            IndexWriter.Entry(
                record: ready.record, object: ready.object, size: ready.size, received: nextReceived(),
                source: ready.source.label, policy: ready.source.onConflict)
        }
        let placements = await store.put(zip(group, entries).map { ready, entry in
            SealedFile(file: ready.file, object: ready.object, size: ready.size, received: entry.received)
        })
        var answers: [Answer] = placements.map { placement in placement.map { _ in .stored } }
        let placed = answers.indices.filter { if case .success = answers[$0] { true } else { false } }
        for (index, answer) in zip(placed, await write(placed.map { entries[$0] })) { answers[index] = answer }
        await tidy(group, answers)
        feed.wake()
        return answers
    }

    private func nextReceived() -> Int64 {
        lastReceived = max(lastReceived + 1, Clock.microseconds())
        return lastReceived
    }

    private func write(_ entries: [IndexWriter.Entry]) async -> [Answer] {
        guard !entries.isEmpty else { return [] }
        do {
            return try await transaction(entries).map { .success($0) }
        } catch where entries.count > 1 && !error.isOfTheDisk {
            // One of them does not fit: the others are not to suffer for it.
            var answers: [Answer] = []
            for entry in entries { answers += await write([entry]) }
            return answers
        } catch {
            logger.error("index transaction failed", metadata: ["error": "\(error)", "instances": "\(entries.count)"])
            let failure = ArchiveError(error, "writing the index")
            return entries.map { _ in .failure(failure) }
        }
    }

    private func transaction(_ entries: [IndexWriter.Entry]) async throws(DatabaseError) -> [StoreOutcome.Result] {
        do throws(ArchiveError) { try volume.reach(.beginIndex) } catch { throw DatabaseError(.rolledBack, error.message) }
        let results = try await database.write { [volume] (connection) throws(DatabaseError) -> [StoreOutcome.Result] in
            let writer = IndexWriter(connection: connection)
            var results: [StoreOutcome.Result] = []
            for entry in entries { results.append(try writer.insert(entry)) }
            do throws(ArchiveError) { try volume.reach(.insideTransaction) } catch { throw DatabaseError(.rolledBack, error.message) }
            return results
        }
        do throws(ArchiveError) { try volume.reach(.indexed) } catch { throw DatabaseError(.io, error.message) }
        return results
    }

    /// Takes away the bytes that nothing refers to, then the temporary names.
    private func tidy(_ group: [Ready], _ answers: [Answer]) async {
        var done: [IncomingFile] = []
        for (index, answer) in answers.enumerated() {
            let isTidy = switch answer {
            case .success(.conflict): await removeUnused(group[index].object)
            case .success: true
            // With an unknown result the bytes stay, and the temporary name too: the next start asks the index.
            case .failure(let error): error.isUncertain ? false : await removeUnused(group[index].object)
            }
            if isTidy { done.append(group[index].file) } else { group[index].file.leave() }
        }
        try? await pool.perform { [done] () throws(ArchiveError) in
            for file in done { try? file.remove() }  // A name left over is removed by the next start.
        }
    }

    /// False where this could not be found out or done.
    private func removeUnused(_ object: ObjectID) async -> Bool {
        do {
            let isUsed = try await database.first("""
                SELECT 1 FROM instance WHERE object = \(object.bytes) UNION ALL SELECT 1 FROM instance_version WHERE object = \(object.bytes)
                """) != nil
            if !isUsed { try await store.remove(object) }
            return true
        } catch {
            logger.warning("an unused object stays in the store", metadata: ["object": "\(object)", "error": "\(error)"])
            return false
        }
    }
}

extension DatabaseError {
    /// Tried again one by one it would fail as well.
    var isOfTheDisk: Bool {
        switch code {
        case .full, .io, .readOnly, .cannotOpen, .corrupt, .busy, .rolledBack: true
        default: false
        }
    }
}
