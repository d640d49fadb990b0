import Dispatch
import Foundation
import Synchronization

/// The threads that wait for the server, so that those of the concurrency runtime never do.
final class PostgreSQLThreads: Sendable {
    private final class Queue: Sendable {
        private let state = Mutex<(work: [@Sendable () -> Void], isClosed: Bool)>(([], false))
        private let available = DispatchSemaphore(value: 0)

        func add(_ work: @escaping @Sendable () -> Void) {
            state.withLock { $0.work.append(work) }
            available.signal()
        }

        func close(_ threads: Int) {
            state.withLock { $0.isClosed = true }
            for _ in 0..<threads { available.signal() }
        }

        /// nil when it has ended and nothing is left.
        func next() -> (@Sendable () -> Void)? {
            available.wait()
            return state.withLock { $0.work.isEmpty ? nil : $0.work.removeFirst() }
        }
    }

    private let queue = Queue()
    private let count: Int

    init(_ count: Int) {
        self.count = count
        for number in 1...count {
            let thread = Thread { [queue] in while let work = queue.next() { work() } }
            thread.name = "postgresql-\(number)"
            thread.start()
        }
    }

    deinit { queue.close(count) }

    /// - Parameter work: asks `cancellation` before it begins what cannot be undone.
    func run<T: Sendable>(
        _ cancellation: PostgreSQLCancellation, _ work: @escaping @Sendable () throws(DatabaseError) -> T
    ) async throws(DatabaseError) -> T {
        let result: Result<T, DatabaseError> = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.add {
                    do throws(DatabaseError) { continuation.resume(returning: .success(try work())) } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            }
        } onCancel: {
            // It asks the server over a connection of its own, and not behind what runs here: that may be what is to end.
            DispatchQueue.global().async { cancellation.cancel() }
        }
        return try result.get()
    }
}
