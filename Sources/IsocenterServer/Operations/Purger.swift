import Archive
import Logging
import ServiceLifecycle

/// Takes away the bytes of deletions whose time has come: looks when it is told to, and every ten minutes.
struct Purger: Service {
    private let archive: Archive
    private let logger: Logger
    private let calls: AsyncStream<Void>
    private let call: AsyncStream<Void>.Continuation

    init(archive: Archive, logger: Logger) {
        (self.archive, self.logger) = (archive, logger)
        (calls, call) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func look() { call.yield() }

    func run() async throws {
        await withTaskCancellationOrGracefulShutdownHandler {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    while !Task.isCancelled, !Task.isShuttingDownGracefully {
                        call.yield()
                        try? await Task.sleep(for: Self.pause)  // Cancelled at the end.
                    }
                }
                for await _ in calls { await purge() }
                group.cancelAll()
            }
        } onCancelOrGracefulShutdown: {
            call.finish()
        }
    }

    private static let pause = Duration.seconds(600)

    private func purge() async {
        do throws(ArchiveError) {
            let count = try await archive.purgeDue()
            if count > 0 { logger.notice("\(count) deleted objects are gone for good") }
        } catch {
            // What is left is tried again.
            logger.error("purging deleted objects: \(error.message)")
        }
    }
}
