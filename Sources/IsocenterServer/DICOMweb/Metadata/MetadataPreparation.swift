import Archive
import DICOM
import Logging
import ServiceLifecycle
import Synchronization

/// Makes the metadata documents of studies that have become stable before anybody asks for them: one study after the other, resting as long
/// as it has worked. What it has not come to when the server stops, or crashes, is made when it is asked for.
final class MetadataPreparation: Service {
    private let archive: Archive
    private let begin: Int64
    private let logger: Logger
    private let ownRoot = Mutex<String?>(nil)
    private let (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    /// - Parameter begin: the change from which on documents are made.
    init(_ archive: Archive, after begin: Int64, logger: Logger) {
        (self.archive, self.begin, self.logger) = (archive, begin, logger)
    }

    /// Studies may have become stable.
    func wake() { signal.yield() }

    /// - Parameter root: under which documents are made where no client has asked yet.
    func isServed(at root: String) {
        ownRoot.withLock { $0 = root }
        wake()
    }

    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            var place = begin
            for await _ in signals {
                do throws(ArchiveError) {
                    try await prepare(&place)
                } catch where error.code == .cancelled {
                    return
                } catch {
                    logger.warning("metadata is not made ahead, but when it is asked for", metadata: ["error": "\(error)"])
                }
            }
        }
    }

    private func prepare(_ place: inout Int64) async throws(ArchiveError) {
        guard let ownRoot = ownRoot.withLock({ $0 }) else { return }
        while true {
            let page = try await archive.changePage(ChangeRequest(since: place, kinds: [.stable]), for: .everything)
            for change in page.changes {
                place = change.sequence
                guard let study = UID(change.study) else { continue }
                try await prepare(study, ownRoot)
            }
            guard !page.isLast, !page.changes.isEmpty else { return }
        }
    }

    private func prepare(_ study: UID, _ ownRoot: String) async throws(ArchiveError) {
        let used = try await archive.usedMetadataRoots()
        for root in used.isEmpty ? [ownRoot] : used {
            try await archive.prepareMetadata(study: study, root: root, encode: MetadataAnswer.encode(root)) { time in
                try? await Task.sleep(for: min(time, .seconds(2)))  // Cancelled with the service.
            }
        }
    }
}
