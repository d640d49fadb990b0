import Synchronization

/// Wakes tasks of this process that wait for something to happen.
final class Bell: Sendable {
    private struct State {
        var rung = 0
        var identity = 0
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
    }

    private let state = Mutex(State())

    /// How often it was rung: read before looking whether there is something to do.
    var rung: Int { state.withLock { $0.rung } }

    func ring() {
        let woken = state.withLock { state in
            state.rung += 1
            defer { state.waiting = [:] }
            return state.waiting
        }
        for continuation in woken.values { continuation.resume() }
    }

    /// Returns when it was rung since `seen` was read, or when the task is cancelled.
    func wait(since seen: Int) async {
        let id = state.withLock { state in
            state.identity += 1
            return state.identity
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isOver = state.withLock { state in
                    if state.rung != seen { return true }
                    state.waiting[id] = continuation
                    return false
                }
                if isOver { continuation.resume() } else if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
    }

    /// The same, for at most this long.
    func wait(since seen: Int, atMost duration: Duration, _ time: JobTime) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(since: seen) }
            group.addTask { await time.wait(duration) }
            await group.next()
            group.cancelAll()
        }
    }

    private func release(_ id: Int) { state.withLock { $0.waiting.removeValue(forKey: id) }?.resume() }
}
