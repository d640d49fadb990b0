import Audit
import DICOM
import Database
import Logging
import Synchronization

/// Makes placed objects found, those that are ready at the same time in one transaction of the index.
///
/// Whoever is ready while nobody leads leads a round at once, on its own thread: a lone sender waits for nobody and is handed to
/// nobody. Those who come meanwhile wait; the first of them leads the next round.
final class GroupCommit: Sendable {
    /// An object whose bytes are durable, and which is placed under its name.
    struct Ready: Sendable {
        var file: IncomingFile
        var object: ObjectID
        var placement: Placement
        var size: UInt64
        var record: InstanceRecord
        var source: Source
    }

    typealias Answer = Result<StoreOutcome.Result, ArchiveError>

    private enum Turn {
        case lead
        case answer(Answer)
    }

    private struct State {
        var isLed = false
        var waiting: [(ready: Ready, continuation: CheckedContinuation<Turn, Never>)] = []
        var lastReceived: Int64 = 0
        /// First of the round under way.
        var underWay: Int64?
    }

    private let store: any BlobStore
    private let database: any SQLDatabase
    private let volume: Volume
    private let settling: Settling
    private let feed: ChangeFeed
    private let logger: Logger
    private let state = Mutex(State())

    static let largestGroup = 64

    init(store: any BlobStore, database: any SQLDatabase, volume: Volume, settling: Settling, feed: ChangeFeed, logger: Logger) {
        self.store = store
        self.database = database
        self.volume = volume
        self.settling = settling
        self.feed = feed
        self.logger = logger
    }

    /// Objects received from now on are later than this (microseconds since 1970), whatever the clock says.
    func begin(after received: Int64) { state.withLock { $0.lastReceived = max($0.lastReceived, received) } }

    /// When the first of those was received that have a time and are not in the index yet.
    var oldestUnderWay: Int64? { state.withLock { $0.underWay } }

    func commit(_ ready: Ready) async throws(ArchiveError) -> StoreOutcome.Result {
        let leads = state.withLock { state in
            defer { state.isLed = true }
            return !state.isLed
        }
        guard leads else {
            switch await turn(ready) {
            case .answer(let answer): return try answer.get()
            case .lead: return try lead(ready).get()
            }
        }
        return try lead(ready).get()
    }

    private func turn(_ ready: Ready) async -> Turn {
        await withCheckedContinuation { continuation in
            let leads = state.withLock { state in
                guard state.isLed else {
                    state.isLed = true
                    return true
                }
                state.waiting.append((ready, continuation))
                return false
            }
            if leads { continuation.resume(returning: .lead) }
        }
    }

    /// One round, with all who wait, then the lead goes to the first who came meanwhile.
    private func lead(_ ready: Ready) -> Answer {
        let others = state.withLock { state in
            let others = Array(state.waiting.prefix(Self.largestGroup - 1))
            state.waiting.removeFirst(others.count)
            return others
        }
        let answers = commit([ready] + others.map(\.ready))
        for (other, answer) in zip(others, answers.dropFirst()) { other.continuation.resume(returning: .answer(answer)) }
        let next = state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isLed = false
                return nil as CheckedContinuation<Turn, Never>?
            }
            return state.waiting.removeFirst().continuation
        }
        next?.resume(returning: .lead)
        return answers[0]
    }

    // MARK: A round

    /// Where the index fails for certain the blobs go again; where it is unknown they stay.
    private func commit(_ group: [Ready]) -> [Answer] {
        let entries = group.map { ready in
            let received = nextReceived()
            ready.file.setReceived(received)
            return IndexWriter.Entry(
                record: ready.record, object: ready.object, size: ready.size, received: received,
                source: ready.source.label, policy: ready.source.onConflict)
        }
        let answers = write(entries, group.map(\.source))
        state.withLock { $0.underWay = nil }
        for ((ready, entry), answer) in zip(zip(group, entries), answers) {
            let unsettled = ready.placement == .unsettled
                ? Settling.Placed(object: ready.object, path: ready.file.path, size: ready.size, received: entry.received) : nil
            tidy(ready.file, ready.object, answer, unsettled: unsettled)
        }
        feed.wake()
        return answers
    }

    /// For objects that others write to the index, within the transaction that does.
    func receivedNow() -> Int64 {
        state.withLock { state in
            state.lastReceived = max(state.lastReceived + 1, Clock.microseconds())
            return state.lastReceived
        }
    }

    private func nextReceived() -> Int64 {
        state.withLock { state in
            state.lastReceived = max(state.lastReceived + 1, Clock.microseconds())
            if state.underWay == nil { state.underWay = state.lastReceived }
            return state.lastReceived
        }
    }

    private func write(_ entries: [IndexWriter.Entry], _ sources: [Source]) -> [Answer] {
        do {
            return try transaction(entries, sources).map { .success($0) }
        } catch where entries.count > 1 && !error.isOfTheDisk {
            // One of them does not fit: the others are not to suffer for it.
            return zip(entries, sources).flatMap { write([$0], [$1]) }
        } catch {
            logger.error("index transaction failed", metadata: ["error": "\(error)", "instances": "\(entries.count)"])
            let failure = ArchiveError(error, "writing the index")
            return entries.map { _ in .failure(failure) }
        }
    }

    private func transaction(_ entries: [IndexWriter.Entry], _ sources: [Source]) throws(DatabaseError) -> [StoreOutcome.Result] {
        do throws(ArchiveError) { try volume.reach(.beginIndex) } catch { throw DatabaseError(.rolledBack, error.message) }
        let results = try database.writeNow { (connection) throws(DatabaseError) -> [StoreOutcome.Result] in
            let results = try IndexWriter(connection: connection).insert(entries)
            try AuditChain(connection).gather(entries.indices.compactMap { AuditChain.Part(entries[$0].record, from: sources[$0], results[$0]) })
            do throws(ArchiveError) { try volume.reach(.insideTransaction) } catch { throw DatabaseError(.rolledBack, error.message) }
            return results
        }
        do throws(ArchiveError) { try volume.reach(.indexed) } catch { throw DatabaseError(.io, error.message) }
        return results
    }

    // MARK: What is left over

    /// Takes away the bytes that nothing refers to, with their temporary name. What is referred to keeps that until its other name is durable.
    ///
    /// - Parameter unsettled: where the name in the store is not durable yet.
    func tidy(_ file: IncomingFile, _ object: ObjectID, _ answer: Answer, unsettled: Settling.Placed? = nil) {
        do throws(ArchiveError) {
            let isNeeded = switch answer {
            case .success(.conflict): try isUsed(object)
            case .success: true
            // With an unknown result the bytes stay, and the temporary name too: the next start asks the index.
            case .failure(let error): error.isUncertain ? nil : try isUsed(object)
            } as Bool?
            switch (isNeeded, unsettled) {
            case (nil, _): file.leave()
            case (true?, let unsettled?):
                file.leave()
                settling.add(unsettled)
            case (true?, nil): try? file.remove()  // A name left over is removed by the next start.
            case (false?, _):
                try store.removeNow(object)
                try file.removeForGood()
            }
        } catch {
            logger.warning("an unused object stays in the store", metadata: ["object": "\(object)", "error": "\(error)"])
            file.leave()
        }
    }

    private func isUsed(_ object: ObjectID) throws(ArchiveError) -> Bool {
        do throws(DatabaseError) {
            return try database.readNow { (connection) throws(DatabaseError) in try connection.first(ObjectUse.of(object)) } != nil
        } catch {
            throw ArchiveError(error, "reading the index")
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
