import Archive
import Logging
import ServiceLifecycle

/// Follows every folder that was taken over where it lies, each by itself: one that takes long, or is away, keeps no other waiting.
public struct FolderFollowing: Service {
    let archive: Archive
    let policy: FolderPolicy
    let logger: Logger

    public init(_ archive: Archive, _ policy: FolderPolicy, logger: Logger) {
        (self.archive, self.policy, self.logger) = (archive, policy, logger)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown { await follow() }
    }

    private func follow() async {
        await withTaskGroup(of: Int64?.self) { group in
            var followed: Set<Int64> = []
            group.addTask { await Self.pause() }
            while let ended = await group.next(), !Task.isCancelled {
                if let ended {
                    followed.remove(ended)
                    continue
                }
                // Commands beside this process add folders.
                for id in await folders() where followed.insert(id).inserted {
                    group.addTask { [archive, policy] in
                        await archive.follow(id, policy)
                        return id
                    }
                }
                group.addTask { await Self.pause() }
            }
            group.cancelAll()
        }
    }

    private func folders() async -> [Int64] {
        do throws(ArchiveError) { return try await archive.folders().map(\.id) } catch {
            logger.error("folders are not followed", metadata: ["error": "\(error)"])
            return []
        }
    }

    private static func pause() async -> Int64? {
        try? await Task.sleep(for: .seconds(1))  // Cancelled with the service.
        return nil
    }
}
