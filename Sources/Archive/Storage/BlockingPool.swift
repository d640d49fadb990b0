import Foundation
import Synchronization

/// A few threads for calls that wait for the disk, so that the threads of the concurrency runtime never do.
///
/// Work is taken in the order it came. What waits is bounded by the callers: each waits for its own piece.
final class BlockingPool: Sendable {
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
                if state.next == state.work.count {
                    state.work.removeAll(keepingCapacity: state.next < 1024)
                    state.next = 0
                }
                return work
            }
        }
    }

    private let queue = Queue()
    private let threads: Int

    init(threads: Int, name: String) {
        self.threads = threads
        for number in 1...threads {
            let thread = Thread { [queue] in
                while let work = queue.next() { work() }
            }
            thread.name = "\(name)-\(number)"
            thread.start()
        }
    }

    deinit { queue.close(threads: threads) }

    /// Runs `work` on one of the threads.
    func run<T: Sendable>(_ work: @escaping @Sendable () throws(ArchiveError) -> T) async throws(ArchiveError) -> T {
        let result = await withCheckedContinuation { (continuation: CheckedContinuation<Result<T, ArchiveError>, Never>) in
            queue.add {
                do throws(ArchiveError) { continuation.resume(returning: .success(try work())) } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }
        return try result.get()
    }

    /// As `run`, for work without an answer.
    func perform(_ work: @escaping @Sendable () throws(ArchiveError) -> Void) async throws(ArchiveError) {
        let failure: ArchiveError? = await withCheckedContinuation { continuation in
            queue.add {
                do throws(ArchiveError) {
                    try work()
                    continuation.resume(returning: nil)
                } catch {
                    continuation.resume(returning: error)
                }
            }
        }
        if let failure { throw failure }
    }

    /// Runs all pieces side by side; the answers stand in the order of the pieces.
    func runAll<T: Sendable>(_ pieces: [@Sendable () -> T]) async -> [T] {
        await withTaskGroup(of: (Int, T).self) { group in
            for (index, piece) in pieces.enumerated() {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        self.queue.add { continuation.resume(returning: (index, piece())) }
                    }
                }
            }
            var results: [(Int, T)] = []
            for await result in group { results.append(result) }
            return results.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }
}
