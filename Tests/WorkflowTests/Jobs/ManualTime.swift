import Foundation
import Synchronization
@testable import Workflow

/// A clock that stands still until the test moves it.
final class ManualTime: Sendable {
    private struct State {
        var now = Date(timeIntervalSince1970: 1_800_000_000)
        var identity = 0
        var sleepers: [Int: (until: Date, continuation: CheckedContinuation<Void, Never>)] = [:]
    }

    private let state = Mutex(State())

    var now: Date { state.withLock { $0.now } }
    var time: JobTime { JobTime(now: { self.now }, wait: { await self.wait($0) }) }

    func advance(by duration: Duration) {
        let woken = state.withLock { state in
            state.now = state.now + duration
            let over = state.sleepers.filter { $0.value.until <= state.now }
            for id in over.keys { state.sleepers[id] = nil }
            return over.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    private func wait(_ duration: Duration) async {
        let id = state.withLock { state in
            state.identity += 1
            return state.identity
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { $0.sleepers[id] = ($0.now + duration, continuation) }
                if Task.isCancelled { release(id) }
            }
        } onCancel: {
            release(id)
        }
    }

    private func release(_ id: Int) { state.withLock { $0.sleepers.removeValue(forKey: id) }?.continuation.resume() }
}
