import Foundation

/// The folder that holds everything an archive keeps.
public struct DataFolder: Sendable, Hashable {
    /// Without a slash at its end.
    public let path: String

    public init(_ path: String) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }

    /// The database: index of the objects, and the tables of other modules.
    public var index: String { "\(path)/index.sqlite" }
    /// The objects under their hashes.
    public var objects: String { "\(path)/objects" }
    /// What is on its way.
    public var incoming: String { "\(path)/incoming" }
    /// Secrets that other modules keep.
    public var keys: String { "\(path)/keys" }

    /// Makes what is missing, and says in words what cannot be made. Blocks.
    public func prepare() throws(ArchiveError) {
        for (folder, mode) in [(path, mode_t(0o750)), (objects, 0o750), (incoming, 0o750), (keys, 0o700)] {
            guard mkdir(folder, mode) == 0 || errno == EEXIST else {
                let error = Volume.error("creating the folder", folder)
                throw ArchiveError(error.code == .notFound ? .notWritable : error.code, error.message)
            }
        }
        guard access(path, R_OK | W_OK | X_OK) == 0, access(incoming, W_OK | X_OK) == 0, access(objects, W_OK | X_OK) == 0 else {
            let reason = String(cString: strerror(errno))
            throw ArchiveError(.notWritable, "the data folder \(path) cannot be written (\(reason)): give this user the right to, or choose another with --data")
        }
        try sync()
    }

    /// The names of the folder's parts, and its own, are on the disk when this returns. Blocks.
    func sync() throws(ArchiveError) {
        let volume = Volume(faults: nil)
        try volume.syncDirectory(path)
        let above = "\(path)/.."
        // A folder above that may not be read was there before us.
        if access(above, R_OK) == 0 { try volume.syncDirectory(above) }
    }
}

/// Held by the one process that stores into a data folder; given back by the system when the process ends, however it ends.
final class FolderLock: Sendable {
    private let descriptor: Int32

    /// - Throws: `.locked` naming the process that has it.
    init(_ folder: DataFolder) throws(ArchiveError) {
        let path = "\(folder.incoming)/lock"
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Volume.error("opening", path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            defer { close(descriptor) }
            guard errno == EWOULDBLOCK else { throw Volume.error("locking", path) }
            let holder = (try? Volume.read(descriptor, at: 0, count: 20, path: path)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            throw ArchiveError(.locked, "another process\(holder.isEmpty ? "" : " (\(holder))") is using the data folder \(folder.path): stop it, or choose another folder with --data")
        }
        // For people who ask who holds it: the lock itself does not depend on it.
        let holder = Array("\(getpid())".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, holder, holder.count, 0)
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }
}
