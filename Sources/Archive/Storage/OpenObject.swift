import CPosix
import DICOM
import Foundation

/// The file of a stored object, open for those who let the system send its bytes without seeing them (`sendfile`).
public final class OpenObject: Sendable {
    /// Open as long as this lives.
    public let descriptor: Int32
    private let object: ObjectID
    private let stamp: FileStamp?

    fileprivate init(_ descriptor: Int32, _ object: ObjectID) {
        (self.descriptor, self.object) = (descriptor, object)
        stamp = Volume.stamp(descriptor)
    }

    deinit { close(descriptor) }

    /// Whether a range lies in memory, so that sending it waits for no disk; false where the system does not tell.
    public func isInMemory(_ range: ByteRange) -> Bool {
        guard let offset = Int64(exactly: range.offset), let length = Int64(exactly: range.length) else { return false }
        return cposix_is_in_memory(descriptor, offset, length) == 1
    }

    /// Its file is as it was when it was opened.
    public var isUnchanged: Bool { stamp != nil && Volume.stamp(descriptor) == stamp }

    fileprivate var size: UInt64? { stamp?.size }

    fileprivate func isFresh(_ recheck: Recheck) -> Bool { recheck.isFresh(object, stamp) }
}

extension LocalDisk {
    func open(_ object: ObjectID) throws(ArchiveError) -> OpenObject? { OpenObject(try opened(object), object) }
}

extension Archive {
    /// The file of an object as it is stored; nil where the store has none at hand, or where it is not as long as it should be.
    public func open(_ location: InstanceLocation) async throws(ArchiveError) -> OpenObject? {
        try await pool.run { [store] () throws(ArchiveError) in
            guard let file = try store.open(location.object), file.size == location.size else { return nil }
            return file
        }
    }

    /// Whether its bytes need not be hashed before they go out as a whole (``Recheck``).
    public func isHashedLately(_ file: OpenObject) -> Bool { file.isFresh(recheck) }

    /// Reads and hashes all of an object's bytes.
    /// - Throws: `.damaged`
    public func check(_ location: InstanceLocation) async throws(ArchiveError) {
        try await ObjectBytes.Stored.look(at: location.object, of: location.size, in: store)
    }
}
