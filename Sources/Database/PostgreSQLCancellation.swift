import CPostgreSQL
import Dispatch
import Synchronization

/// Ends a statement that runs, for the task that has been cancelled.
final class PostgreSQLCancellation: Sendable {
    private struct State {
        var isCancelled = false
        /// Address of libpq's `PGcancel`: pointers are not Sendable.
        var running: UInt?
        var wasSent = false
    }

    private let state = Mutex(State())

    func check() throws(DatabaseError) {
        guard !state.withLock({ $0.isCancelled }) else { throw DatabaseError(.cancelled, "the task was cancelled") }
    }

    /// What runs on the connection from now on is ended when the task is cancelled.
    func begin(_ connection: PostgreSQLConnection) throws(DatabaseError) {
        let address = connection.cancellation().map { UInt(bitPattern: $0) }
        state.withLock { $0.running = address }
        // Cancelled since it was last asked: nobody has been told to end anything.
        try check()
    }

    /// - Returns: whether the server was asked to end something: the request may still come, and must not meet another's statement.
    func end() -> Bool {
        state.withLock { state in
            PQfreeCancel(state.running.flatMap { OpaquePointer(bitPattern: $0) })
            state.running = nil
            return state.wasSent
        }
    }

    func cancel() {
        let isRunning = state.withLock { state in
            state.isCancelled = true
            guard let running = state.running.flatMap({ OpaquePointer(bitPattern: $0) }) else { return false }
            var words = [CChar](repeating: 0, count: 256)
            PQcancel(running, &words, 256)
            state.wasSent = true
            return true
        }
        // A request that arrives before the statement ends nothing, and no answer tells of it: asked again until what runs has ended.
        if isRunning { DispatchQueue.global().asyncAfter(deadline: .now() + .milliseconds(100)) { self.cancel() } }
    }
}
