import Logging
import Synchronization

/// Objects that are acknowledged and have their name in the store, but durably so only in `incoming/`: many together their names in
/// the store are made durable too, and those in `incoming/` go.
///
/// A power cut before that costs an object at most its name in the store, which the next start gives it again.
final class Settling: Sendable {
    struct Placed: Sendable {
        var object: ObjectID
        /// In `incoming/`.
        var path: String
        var size: UInt64
        /// Given to its file, whose bytes were hashed as they came: microseconds since 1970.
        var received: Int64
    }

    private struct State {
        var objects: [Placed] = []
        var bytes: UInt64 = 0
        var isScheduled = false
        var isDue = false
    }

    private enum Next { case wait, later, soon, now }

    private let store: any BlobStore
    private let volume: Volume
    private let pool: BlockingPool
    private let recheck: Recheck
    private let logger: Logger
    private let state = Mutex(State())
    private let turn = Mutex(())

    /// What one waits for, at most.
    private static let longest = Duration.seconds(1)
    /// As many do not wait any longer. Of four times as many who comes makes room first: what a start has to look at stays bounded.
    private static let most = 1024
    private static let mostBytes: UInt64 = 256 << 20

    init(store: any BlobStore, volume: Volume, pool: BlockingPool, recheck: Recheck, logger: Logger) {
        self.store = store
        self.volume = volume
        self.pool = pool
        self.recheck = recheck
        self.logger = logger
    }

    /// An object that the index has. Blocks where too much waits already.
    func add(_ placed: Placed) {
        let next = state.withLock { state in
            state.objects.append(placed)
            state.bytes += placed.size
            if state.objects.count >= 4 * Self.most || state.bytes >= 4 * Self.mostBytes && state.objects.count > 1 { return Next.now }
            if state.objects.count >= Self.most || state.bytes >= Self.mostBytes {
                defer { state.isDue = true }
                return state.isDue ? .wait : .soon
            }
            defer { state.isScheduled = true }
            return state.isScheduled ? .wait : .later
        }
        switch next {
        case .wait: break
        case .later:
            Task { [weak self] in
                try? await Task.sleep(for: Self.longest)  // A cancelled one settles at once.
                self?.begin()
            }
        case .soon: begin()
        case .now: settle()
        }
    }

    private func begin() { pool.start { [weak self] in self?.settle() } }

    /// All that has been added. Blocks.
    func settle() {
        turn.withLock { _ in
            let objects = state.withLock { state in
                defer { state = State() }
                return state.objects
            }
            guard !objects.isEmpty else { return }
            do throws(ArchiveError) {
                try volume.reach(.settle)
                try store.settle(objects.map(\.object))
            } catch {
                // Never tried again with the same names: they stay in `incoming/`, where they are durable, for the next start.
                logger.error("names of stored objects could not be made durable; the next start does it", metadata: ["error": "\(error)", "objects": "\(objects.count)"])
                return
            }
            for object in objects {
                try? volume.remove(object.path, .removeTemporary)  // What stays is removed by the next start.
                noteHashed(object)
            }
        }
    }

    /// Its bytes were hashed as they came, and the file under its name is still the one they were written to.
    private func noteHashed(_ placed: Placed) {
        guard let stamp = store.stampNow(of: placed.object), stamp.size == placed.size, stamp.modified == placed.received * 1000 else { return }
        recheck.note(placed.object, stamp)
    }
}
