import Archive
import Logging
import ServiceLifecycle

/// Keeps the change feed from growing for ever.
public struct ChangePruning: Service {
    let archive: Archive
    let days: Int
    let number: Int
    let logger: Logger

    public init(_ archive: Archive, days: Int, number: Int, logger: Logger) {
        (self.archive, self.days, self.number, self.logger) = (archive, days, number, logger)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do throws(ArchiveError) {
                    let count = try await archive.pruneChanges(olderThan: days, beyond: number)
                    if count > 0 { logger.info("old changes cut off the feed", metadata: ["changes": "\(count)"]) }
                } catch {
                    logger.error("the change feed is not pruned", metadata: ["error": "\(error)"])
                }
                try? await Task.sleep(for: .seconds(600))  // Cancelled with the service.
            }
        }
    }
}
