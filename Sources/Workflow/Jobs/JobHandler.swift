import Foundation
import Logging
import Synchronization

/// Runs the jobs of one kind.
public protocol JobHandler: Sendable {
    var kind: String { get }
    var policy: JobPolicy { get }

    /// One attempt from the start: a crash may have ended the one before anywhere. Its task is cancelled where the job is, or the server stops.
    ///
    /// - Throws: ``JobError``; anything else is tried again.
    func run(_ job: Job, _ progress: JobProgress) async throws
}

extension JobHandler {
    public var policy: JobPolicy { JobPolicy() }
}

/// How far a job is; what is told often is written now and then.
public final class JobProgress: Sendable {
    struct Value: Sendable, Equatable {
        var done: Int
        var total: Int
        var message: String?
    }

    private let value: Mutex<(now: Value, written: Date)>
    private let time: JobTime
    private let write: @Sendable (Value) async -> Void
    private static let interval: TimeInterval = 1

    init(_ job: Job, time: JobTime, write: @escaping @Sendable (Value) async -> Void) {
        value = Mutex((Value(done: job.done, total: job.total), .distantPast))
        self.time = time
        self.write = write
    }

    var current: Value { value.withLock { $0.now } }

    /// - Parameter message: for people; nil leaves what was said.
    public func report(done: Int, total: Int, message: String? = nil) async {
        let now = time.now()
        let due = value.withLock { value -> Value? in
            value.now = Value(done: done, total: total, message: message ?? value.now.message)
            guard now.timeIntervalSince(value.written) >= Self.interval else { return nil }
            value.written = now
            return value.now
        }
        if let due { await write(due) }
    }

    /// What came of it, for people.
    public func say(_ message: String) { value.withLock { $0.now.message = message } }
}
