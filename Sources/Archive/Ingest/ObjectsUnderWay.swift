import Synchronization

/// Objects that are being placed and indexed, each by one sender at a time: so nobody takes away as unused what another is about to use.
final class ObjectsUnderWay: Sendable {
    private let waiting = Mutex<[ObjectID: [CheckedContinuation<Void, Never>]]>([:])

    func enter(_ object: ObjectID) async {
        if waiting.withLock({ Self.enter(object, &$0) }) { return }
        await withCheckedContinuation { continuation in
            let mayEnter = waiting.withLock { waiting in
                if Self.enter(object, &waiting) { return true }
                waiting[object]?.append(continuation)
                return false
            }
            if mayEnter { continuation.resume() }
        }
    }

    private static func enter(_ object: ObjectID, _ waiting: inout [ObjectID: [CheckedContinuation<Void, Never>]]) -> Bool {
        guard waiting[object] == nil else { return false }
        waiting[object] = []
        return true
    }

    /// The next who waits has entered.
    func leave(_ object: ObjectID) {
        waiting.withLock { waiting in
            guard let next = waiting[object]?.first else {
                waiting[object] = nil
                return nil as CheckedContinuation<Void, Never>?
            }
            waiting[object]?.removeFirst()
            return next
        }?.resume()
    }
}
