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
            /// Threads with nothing to do, the one that was busy last behind all others.
            var idle: [Waiting] = []
            var isClosed = false
        }

        /// A thread that waits for work of its own.
        private final class Waiting: Sendable {
            let given = DispatchSemaphore(value: 0)
            let work = Mutex<(@Sendable () -> Void)?>(nil)
        }

        private let state = Mutex(State())

        /// The thread that was busy last takes it: its memory is near, and those that are not needed sleep on.
        func add(_ work: @escaping @Sendable () -> Void) {
            let thread = state.withLock { state in
                if state.idle.isEmpty { state.work.append(work) }
                return state.idle.popLast()
            }
            guard let thread else { return }
            thread.work.withLock { $0 = work }
            thread.given.signal()
        }

        func close() {
            let idle = state.withLock { state in
                state.isClosed = true
                defer { state.idle = [] }
                return state.idle
            }
            for thread in idle { thread.given.signal() }
        }

        /// Works until the pool has ended and nothing is left.
        func run() {
            let own = Waiting()
            while true {
                let (work, isClosed) = state.withLock { state in
                    let work = Self.take(&state)
                    if work == nil, !state.isClosed { state.idle.append(own) }
                    return (work, state.isClosed)
                }
                if let work { work(); continue }
                if isClosed { return }
                own.given.wait()
                let given = own.work.withLock { work in
                    defer { work = nil }
                    return work
                }
                given?()
            }
        }

        private static func take(_ state: inout State) -> (@Sendable () -> Void)? {
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

    private let queue = Queue()

    /// Set on the threads of all pools.
    private static let mark: pthread_key_t = {
        var key = pthread_key_t()
        pthread_key_create(&key, nil)
        return key
    }()

    /// Whether the calling thread is one that may wait.
    private static var isOnThread: Bool { pthread_getspecific(mark) != nil }

    init(threads: Int, name: String) {
        for number in 1...threads {
            let thread = Thread { [queue] in
                pthread_setspecific(Self.mark, UnsafeRawPointer(bitPattern: 1))
                queue.run()
            }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    deinit { queue.close() }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.add { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// Runs `work`, which may block, when a thread is free.
    func start(_ work: @escaping @Sendable () -> Void) { queue.add(work) }

    /// Runs `work`, which may block, on one of the threads: on this one where it is of this or another pool.
    func run<T: Sendable>(_ work: @Sendable () throws(ArchiveError) -> T) async throws(ArchiveError) -> T {
        if Self.isOnThread { return try work() }
        return try await withTaskExecutorPreference(self) { () async throws(ArchiveError) -> T in try work() }
    }
}
