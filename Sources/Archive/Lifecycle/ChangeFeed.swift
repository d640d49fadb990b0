import DICOM
import Database
import Synchronization

/// Something that happened to an instance or a study.
///
/// Sequences are in the order of commits: who has read up to one has missed nothing before it. On an engine with several writers a
/// number could be given out early and committed late; so whoever writes a change first takes the row of totals
/// (``IndexWriter/holdFeed()``), which one transaction at a time can hold, and gets its numbers after those of all before.
public struct Change: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable {
        case stored
        /// A newer version is shown.
        case replaced
        /// Shown with another correction, or with none any more.
        case corrected
        /// Kept aside: another content has the UID.
        case quarantined
        /// Nothing more came of the study for some time. Again after each growth. Its series and instance are empty.
        case stable
        /// In no query any more; may be restored, and is then stored again.
        case deleted
        /// The index was made anew: everything may look different. Its UIDs are empty.
        case rebuilt
    }

    public var sequence: Int64
    public var kind: Kind
    public var study: String
    public var series: String
    public var instance: String
    /// Microseconds since 1970.
    public var time: Int64
}

/// Tells those who follow that there is more to read.
final class ChangeFeed: Sendable {
    let database: any SQLDatabase
    private let waiting = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])
    private let generation = Mutex(0)
    private let identity = Mutex(0)

    init(database: any SQLDatabase) { self.database = database }

    func wake() {
        generation.withLock { $0 += 1 }
        let woken = waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        for continuation in woken.values { continuation.resume() }
    }

    var current: Int { generation.withLock { $0 } }

    /// Returns when something happened since `generation` was read, or when the task is cancelled.
    func wait(since seen: Int) async {
        let id = identity.withLock { identity in
            identity += 1
            return identity
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                waiting.withLock { $0[id] = continuation }
                // It may have happened, or been cancelled, before we stood in the list.
                if current != seen || Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
    }

    private func release(_ id: Int) { waiting.withLock { $0.removeValue(forKey: id) }?.resume() }
}

/// Changes after a place in the feed: those of the past, then each as it happens. Ends with the task that reads it.
public struct Changes: AsyncSequence, Sendable {
    public typealias Element = Change
    let feed: ChangeFeed
    let start: Int64

    public func makeAsyncIterator() -> Iterator { Iterator(feed: feed, last: start) }

    public struct Iterator: AsyncIteratorProtocol {
        let feed: ChangeFeed
        var last: Int64
        private var batch: [Change] = []

        init(feed: ChangeFeed, last: Int64) {
            self.feed = feed
            self.last = last
        }

        public mutating func next() async throws(ArchiveError) -> Change? {
            while batch.isEmpty {
                if Task.isCancelled { return nil }
                let seen = feed.current
                batch = try await Changes.read(feed.database, after: last, limit: 500).reversed()
                if batch.isEmpty { await feed.wait(since: seen) }
            }
            let change = batch.removeLast()
            last = change.sequence
            return change
        }
    }

    static func read(_ database: any SQLDatabase, after last: Int64, limit: Int) async throws(ArchiveError) -> [Change] {
        do throws(DatabaseError) {
            return try await database.all("\(Change.selection) WHERE sequence > \(last) ORDER BY sequence LIMIT \(limit)").compactMap { Change($0) }
        } catch {
            throw ArchiveError(error, "reading the change feed")
        }
    }
}

extension Change {
    static let selection: SQLStatement = "SELECT sequence, kind, study_uid, series_uid, sop_uid, time FROM change"

    /// nil for a kind that only a newer version of the program knows.
    init?(_ row: SQLRow) {
        guard let kind = Kind(rawValue: row.string("kind")), let sequence = row.integer("sequence") else { return nil }
        (self.sequence, self.kind, study, series) = (sequence, kind, row.string("study_uid"), row.string("series_uid"))
        (instance, time) = (row.string("sop_uid"), row.integer("time") ?? 0)
    }
}

extension Archive {
    /// - Parameter sequence: of the last change already seen; nil begins with what happens from now on.
    public func changes(after sequence: Int64? = nil) async throws(ArchiveError) -> Changes {
        if let sequence { return Changes(feed: feed, start: sequence) }
        return Changes(feed: feed, start: try await changeRange().newest)
    }

    /// Another number whenever something may have been added to the feed by this process.
    public var changeGeneration: Int { feed.current }

    /// Returns when something may have happened since `generation`, at the latest after a while.
    public func waitForChange(since generation: Int, atMost duration: Duration) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [feed] in await feed.wait(since: generation) }
            group.addTask { try? await Task.sleep(for: duration) }  // Cancelled with the group.
            await group.next()
            group.cancelAll()
        }
    }
}
