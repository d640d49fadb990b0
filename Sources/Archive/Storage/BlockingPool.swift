import Foundation
import Synchronization

/// A few threads that may wait for the disk, so that the threads of the concurrency runtime never do.
///
/// A task that prefers this executor runs on them all the way: what it reads, hashes, writes and syncs is done where it stands,
/// with no hand-over to another thread. Work is taken in the order it came; what waits is bounded by the callers.
final class BlockingPool: TaskExecutor {
    /// Shared with the threads, so that the pool itself can end while they wait.
    private final class Queue: Sendable {
        private struct State {
            var work: [@Sendable () -> Void] = []
            var next = 0
            var isClosed = false
        }

        private let state = Mutex(State())
        private let available = DispatchSemaphore(value: 0)

        func add(_ work: @escaping @Sendable () -> Void) {
            state.withLock { $0.work.append(work) }
            available.signal()
        }

        func close(threads: Int) {
            state.withLock { $0.isClosed = true }
            for _ in 0..<threads { available.signal() }
        }

        /// nil when the pool has ended and nothing is left.
        func next() -> (@Sendable () -> Void)? {
            available.wait()
            return state.withLock { state in
                guard state.next < state.work.count else { return nil }
                let work = state.work[state.next]
                state.next += 1
                // What is done goes when nothing waits, or when it is most of the list: one that is never empty may not grow for ever.
                if state.next == state.work.count {
                    state.work.removeAll(keepingCapacity: state.next < 1024)
                    state.next = 0
                } else if state.next >= 1024, state.next * 2 > state.work.count {
                    state.work.removeFirst(state.next)
                    state.next = 0
                }
                return work
            }
        }
    }

    private let queue = Queue()
    private let threads: Int

    /// Set on the threads of all pools.
    private static let mark: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Whether the calling thread is one that may wait.
    private static var isOnThread: Bool { pthread_getspecific(mark) != nil }

    init(threads: Int, name: String) {
        self.threads = threads
        for number in 1...threads {
            let thread = Thread { [queue] in
                pthread_setspecific(Self.mark, UnsafeRawPointer(bitPattern: 1))
                while let work = queue.next() { work() }
            }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    deinit { queue.close(threads: threads) }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.add { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs `work`, which may block, on one of the threads: on this one where it is of this or another pool.
    func run<T: Sendable>(_ work: @Sendable () throws(ArchiveError) -> T) async throws(ArchiveError) -> T {
        if Self.isOnThread { return try work() }
        return try await withTaskExecutorPreference(self) { () async throws(ArchiveError) -> T in try work() }
    }
}
