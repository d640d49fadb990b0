import DICOMNetwork
import Database
import Foundation
import Logging
import ServiceLifecycle
import Synchronization

/// Takes what ended from the event loops, and writes it in batches. Never blocks: what comes faster than the database takes it is
/// dropped and counted.
public final class AssociationLog: Service {
    public struct Keeping: Sendable {
        public var days: Int
        public var number: Int

        public init(days: Int = 30, number: Int = 20_000) {
            self.days = days
            self.number = number
        }
    }

    /// Records that wait to be written, at most.
    static let capacity = 2000
    private static let batch = 200

    public let table: AssociationTable
    private let keeping: Keeping
    private let logger: Logger
    private let waiting = Mutex<(records: [LoggedAssociation], dropped: Int)>(([], 0))
    private let arrivals: AsyncStream<Void>
    private let arrived: AsyncStream<Void>.Continuation

    public init(_ table: AssociationTable, keeping: Keeping = Keeping(), logger: Logger) {
        self.table = table
        self.keeping = keeping
        self.logger = logger
        (arrivals, arrived) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// For `Listener.onEnd` and `Requestor.onEnd`.
    public func note(_ record: AssociationRecord) { note(LoggedAssociation(record, ended: Date())) }

    func note(_ association: LoggedAssociation) {
        waiting.withLock { waiting in
            if waiting.records.count < Self.capacity { waiting.records.append(association) } else { waiting.dropped += 1 }
        }
        arrived.yield()
    }

    /// Writes until the service is told to stop, and then what is left.
    public func run() async throws {
        await withGracefulShutdownHandler {
            var written = 0
            await prune()
            for await _ in arrivals {
                written += await flush()
                if written >= Self.batch * 5 {
                    await prune()
                    written = 0
                }
            }
            _ = await flush()
        } onGracefulShutdown: {
            // Associations that end now are still to be noted: their listener shuts down at the same time.
            self.arrived.finish()
        }
    }

    /// Everything noted so far is in the table when this returns, or the log says why not.
    @discardableResult
    public func flush() async -> Int {
        var written = 0
        while true {
            let (records, dropped) = waiting.withLock { waiting in
                let batch = Array(waiting.records.prefix(Self.batch))
                waiting.records.removeFirst(batch.count)
                defer { waiting.dropped = 0 }
                return (batch, waiting.dropped)
            }
            if dropped > 0 { logger.warning("\(dropped) associations are missing from the log: they ended faster than they could be written") }
            guard !records.isEmpty else { return written }
            do {
                try await table.add(records)
                written += records.count
            } catch {
                logger.warning("\(records.count) associations are missing from the log: \(error)")
            }
        }
    }

    private func prune() async {
        do {
            try await table.prune(before: Date(timeIntervalSinceNow: -86_400 * Double(keeping.days)), keeping: keeping.number)
        } catch {
            logger.warning("the log of associations cannot be pruned: \(error)")
        }
    }
}
