import Dispatch
import Foundation
import Synchronization

/// Hashes passwords on threads of its own, few at a time: a flood of logins must take neither all processors nor the thread that
/// answers requests, and memory for a few only.
final class PasswordHashing: Sendable {
    /// Too many wait already.
    struct Busy: Error {}

    /// That wait or run at once.
    static let mostWaiting = 50

    let cost: Password.Cost
    let decoy: String
    private let queues: [DispatchQueue]
    private let waiting = Mutex([Int]())

    init(_ cost: Password.Cost) {
        self.cost = cost
        decoy = Password.decoy(cost)
        let count = max(1, ProcessInfo.processInfo.activeProcessorCount / 2)
        queues = (0..<count).map { DispatchQueue(label: "passwords \($0)", qos: .utility) }
        waiting.withLock { $0 = Array(repeating: 0, count: count) }
    }

    func isOutdated(_ stored: String) -> Bool { Password.isOutdated(stored, cost: cost) }

    func hash(_ password: String) async throws -> String {
        let cost = cost
        return try await run { try Password.hash(password, cost: cost) }
    }

    func verify(_ password: String, against stored: String) async throws -> Bool {
        try await run { try Password.verify(password, against: stored) }
    }

    private func run<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
        let shortest = waiting.withLock { waiting -> Int? in
            guard waiting.reduce(0, +) < Self.mostWaiting, let index = waiting.indices.min(by: { waiting[$0] < waiting[$1] }) else { return nil }
            waiting[index] += 1
            return index
        }
        guard let shortest else { throw Busy() }
        return try await withCheckedThrowingContinuation { continuation in
            queues[shortest].async {
                let result = Result { try body() }
                self.waiting.withLock { $0[shortest] -= 1 }
                continuation.resume(with: result)
            }
        }
    }
}
