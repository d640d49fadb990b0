import DICOM
import Database
import Synchronization

/// Service roots under which clients ask for metadata: they stand in its URLs, so a document is of one of them.
final class MetadataRoots: Sendable {
    private let noted = Mutex<[String: Int64]>([:])
    private static let hour: Int64 = 3_600_000_000

    /// Not noted by this process within the hour.
    func isNews(_ root: String, _ now: Int64) -> Bool {
        noted.withLock { noted in
            if let last = noted[root], (last...last + Self.hour).contains(now) { return false }
            if noted.count >= 100 { noted = [:] }
            noted[root] = now
            return true
        }
    }

    /// What nobody has used for so long is made no more before it is asked for.
    static let days: Int64 = 30
}

extension Archive {
    /// Somebody asks for metadata under this root: from now on documents are made ahead for it, for as many roots as are kept.
    public func noteMetadataRoot(_ root: String) async {
        let now = Clock.microseconds()
        guard root.utf8.count <= MetadataDocument.longestRoot, metadataRoots.isNews(root, now) else { return }
        do throws(DatabaseError) {
            try await database.write { (connection) throws(DatabaseError) in
                try connection.run("INSERT INTO metadata_root (root, used) VALUES (\(root), \(now)) ON CONFLICT (root) DO UPDATE SET used = excluded.used")
                for row in try connection.all("SELECT root FROM metadata_root ORDER BY used DESC, root").dropFirst(MetadataDocument.mostRoots) {
                    try connection.run("DELETE FROM metadata_root WHERE root = \(row.string("root"))")
                }
            }
        } catch {
            logger.warning("the root of a client is not noted, metadata is not made ahead for it", metadata: ["error": "\(error)"])
        }
    }

    /// Those in use, the last one first.
    public func usedMetadataRoots() async throws(ArchiveError) -> [String] {
        let since = Clock.microseconds() - MetadataRoots.days * 86_400_000_000
        return try await all("SELECT root FROM metadata_root WHERE used > \(since) ORDER BY used DESC, root LIMIT \(MetadataDocument.mostRoots)").map { $0.string("root") }
    }

    /// Makes the documents of a study's series that are not there in the state that it is in, one segment after the other.
    ///
    /// - Parameter pause: after each segment, given the time that it took.
    /// - Throws: `.cancelled` where the task was.
    public func prepareMetadata(
        study: UID, root: String, encode: @escaping MetadataDocument.Encode, pause: @Sendable (Duration) async -> Void = { _ in }
    ) async throws(ArchiveError) {
        for state in try await seriesStates(study: study, root: root, for: .everything) where !state.isReady {
            var segments = metadata(of: state, root: root, encode: encode).makeAsyncIterator()
            var begin = ContinuousClock.now
            while try await segments.next() != nil {
                await pause(ContinuousClock.now - begin)
                if Task.isCancelled { throw ArchiveError(.cancelled, "the metadata of study \(study) is made when it is asked for") }
                begin = .now
            }
        }
    }
}
