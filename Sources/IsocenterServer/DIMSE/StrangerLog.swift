import DICOMNetwork
import Foundation
import Logging
import Synchronization
import Workflow

/// Remembers unknown callers. Whoever knocks a thousand times a second costs a line of memory, and the disk one write a second.
final class StrangerLog: Sendable {
    private static let most = 200

    private let table: StrangerTable
    private let logger: Logger
    private let waiting = Mutex<[String: Stranger]>([:])
    private let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation

    init(_ table: StrangerTable, logger: Logger) {
        self.table = table
        self.logger = logger
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    /// Returns at once; `run` writes it.
    func add(_ request: AssociateRequest, from address: PeerAddress) {
        let stranger = Stranger(request, address: address, at: Date())
        waiting.withLock { waiting in
            if var known = waiting[stranger.id] {
                known.add(stranger)
                waiting[stranger.id] = known
            } else if waiting.count < Self.most {
                waiting[stranger.id] = stranger
            }
        }
        signal.yield()
    }

    /// Writes what comes, until `finish`.
    func run() async {
        for await _ in signals {
            await write()
            // Ended early by cancellation, which then ends the loop.
            try? await Task.sleep(for: .seconds(1))
        }
        await write()
    }

    func finish() { signal.finish() }

    private func write() async {
        let strangers = waiting.withLock { waiting in
            defer { waiting = [:] }
            return Array(waiting.values)
        }
        guard !strangers.isEmpty else { return }
        do { try await table.add(strangers) } catch { logger.warning("unknown callers are not remembered: \(error)") }
    }
}
