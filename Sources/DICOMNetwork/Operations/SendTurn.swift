import NIOCore
import Synchronization

/// Who may write to an association: the fragments of one message stand together (PS3.7 §6.3.1), so one message at a time is
/// written, in the order in which they were asked for.
final class SendTurn: Sendable {
    private struct State {
        var isTaken = false
        var waiters = CircularBuffer<CheckedContinuation<Void, Never>>()

        mutating func takeIfFree() -> Bool {
            if isTaken { return false }
            isTaken = true
            return true
        }
    }

    private let state = Mutex(State())

    /// Waits until whoever has the turn has passed it on. A writer that stalls is ended by the association's timers, so this
    /// does not wait for ever, and needs no cancellation.
    func take() async {
        if state.withLock({ $0.takeIfFree() }) { return }
        await withCheckedContinuation { continuation in
            let isMine = state.withLock { state in
                if state.takeIfFree() { return true }
                state.waiters.append(continuation)
                return false
            }
            if isMine { continuation.resume() }
        }
    }

    func pass() {
        let next = state.withLock { state in
            let next = state.waiters.popFirst()
            if next == nil { state.isTaken = false }
            return next
        }
        next?.resume()
    }
}
