import Archive
import Logging
import ServiceLifecycle

/// Says in the change feed when nothing more comes of a study, for those who wait for it to be whole: those that a crash left
/// unannounced first.
public struct StableStudies: Service {
    let archive: Archive
    let time: Duration
    let logger: Logger
    let announced: @Sendable () -> Void

    /// - Parameter announced: called whenever some may have been.
    public init(_ archive: Archive, after time: Duration, logger: Logger, announced: @escaping @Sendable () -> Void = {}) {
        (self.archive, self.time, self.logger, self.announced) = (archive, time, logger, announced)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let seen = archive.changeGeneration
                var due: Double? = 5
                do throws(ArchiveError) {
                    due = try await archive.announceStableStudies(after: time)
                    announced()
                } catch {
                    logger.error("stable studies are not announced", metadata: ["error": "\(error)"])
                }
                if let due {
                    // A clock that was put forward and back again may make it seem far away.
                    try? await Task.sleep(for: .seconds(min(due, 30)))  // Cancelled with the service.
                } else {
                    await archive.waitForChange(since: seen, atMost: .seconds(30))
                }
            }
        }
    }
}
