import CPosix
import Foundation

/// The calls of the operating system that storing needs, each with its errors in words and its fault point. All of them block.
struct Volume: Sendable {
    var faults: FaultHook?

    func reach(_ point: FaultPoint) throws(ArchiveError) { try faults?(point) }

    // MARK: Files

    /// A new file that only this process writes.
    func create(_ path: String) throws(ArchiveError) -> Int32 {
        try reach(.createTemporary)
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw Self.error("creating", path) }
        return descriptor
    }

    func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, at offset: UInt64, path: String) throws(ArchiveError) {
        try reach(.write)
        var written = 0
        while written < bytes.count {
            let count = pwrite(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written, off_t(offset) + off_t(written))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw Self.error("writing", path) }
            written += count
        }
    }

    /// The content is on the disk when this returns. After a failure it is unknown and stays so: a second try would report
    /// success over lost pages, so there is none.
    func sync(_ descriptor: Int32, path: String) throws(ArchiveError) {
        try reach(.syncFile)
        guard fsync(descriptor) == 0 else { throw Self.error("syncing", path) }
    }

    enum Naming {
        /// It has both names.
        case linked
        /// It has the new name alone.
        case moved
        /// Something has that name.
        case exists
    }

    /// Gives a file a second name, where nothing has it.
    func link(_ old: String, _ new: String) throws(ArchiveError) -> Naming {
        try reach(.link)
        if Glibc.link(old, new) == 0 { return .linked }
        switch errno {
        case EEXIST: return .exists
        case EPERM, EOPNOTSUPP, EMLINK, ENOSYS:
            // No hard links here: moved instead.
            if cposix_rename_no_replace(old, new) == 0 { return .moved }
            if errno == EEXIST { return .exists }
            throw Self.error("moving \(old) to", new)
        default: throw Self.error("linking", new)
        }
    }

    func replace(_ old: String, by new: String) throws(ArchiveError) {
        try reach(.link)
        guard rename(new, old) == 0 else { throw Self.error("replacing", old) }
    }

    func remove(_ path: String, _ point: FaultPoint) throws(ArchiveError) {
        try reach(point)
        guard unlink(path) == 0 || errno == ENOENT else { throw Self.error("removing", path) }
    }

    // MARK: Notes on files

    private static let noteName = "user.isocenter.object"

    /// Writes on a file which object its bytes will be when all of them are there; false where the file system keeps no such notes.
    func note(_ object: ObjectID, on descriptor: Int32) -> Bool {
        object.bytes.withUnsafeBytes { cposix_set_attribute(descriptor, Self.noteName, $0.baseAddress, $0.count) } == 0
    }

    /// nil where there is none.
    static func noted(on path: String) -> ObjectID? {
        var bytes = [UInt8](repeating: 0, count: 32)
        let length = bytes.withUnsafeMutableBytes { cposix_get_attribute(path, noteName, $0.baseAddress, $0.count) }
        return length == 32 ? ObjectID(bytes) : nil
    }

    // MARK: Folders

    /// False where it is there.
    func makeDirectory(_ path: String) throws(ArchiveError) -> Bool {
        try reach(.makeDirectory)
        if mkdir(path, 0o750) == 0 { return true }
        guard errno == EEXIST else { throw Self.error("creating the folder", path) }
        return false
    }

    /// The names in a folder are on the disk when this returns.
    func syncDirectory(_ path: String) throws(ArchiveError) {
        try reach(.syncDirectory)
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Self.error("opening the folder", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw Self.error("syncing the folder", path) }
    }

    /// All names of the file system that `path` lies on are on the disk when this returns.
    func syncFileSystem(of path: String) throws(ArchiveError) {
        try reach(.syncDirectory)
        guard cposix_sync_file_system(path) == 0 else { throw Self.error("syncing the file system of", path) }
    }

    /// Names in a folder but for `.` and `..`; nil where there is no such folder.
    static func names(in path: String) throws(ArchiveError) -> [String]? {
        guard let folder = opendir(path) else {
            if errno == ENOENT { return nil }
            throw error("listing", path)
        }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    // MARK: Reading

    struct Status: Sendable {
        var size: UInt64
        var links: UInt64
        /// Which file it is, whatever its names.
        var file: File
        /// Microseconds since 1970.
        var modified: Int64

        struct File: Sendable, Hashable {
            var device: UInt64
            var inode: UInt64
        }
    }

    /// nil where there is no such file.
    static func status(_ path: String) throws(ArchiveError) -> Status? {
        var status = stat()
        guard stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw error("looking at", path)
        }
        return Status(
            size: UInt64(status.st_size), links: UInt64(status.st_nlink), file: .init(device: UInt64(status.st_dev), inode: UInt64(status.st_ino)),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000)
    }

    /// nil where there is no such file, or it cannot be looked at: it counts as unknown then.
    static func stamp(_ path: String) -> FileStamp? {
        var status = stat()
        return stat(path, &status) == 0 ? FileStamp(status) : nil
    }

    static func stamp(_ descriptor: Int32) -> FileStamp? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? FileStamp(status) : nil
    }

    static func openForReading(_ path: String) throws(ArchiveError) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw error("opening", path) }
        return descriptor
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    static func read(_ descriptor: Int32, at offset: UInt64, count: Int, path: String) throws(ArchiveError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled, off_t(offset) + off_t(filled))
                if got < 0, errno == EINTR { continue }
                if got < 0 { failure = errno }
                guard got > 0 else { break }
                filled += got
            }
        }
        errno = failure
        guard failure == 0 else { throw error("reading", path) }
        return bytes
    }

    /// Fills memory from `offset`; returns fewer bytes than it holds only at the end of the file.
    static func read(_ descriptor: Int32, at offset: UInt64, into memory: UnsafeMutableRawBufferPointer, path: String) throws(ArchiveError) -> Int {
        var filled = 0
        while filled < memory.count {
            let got = pread(descriptor, memory.baseAddress.map { $0 + filled }, memory.count - filled, off_t(offset) + off_t(filled))
            if got < 0, errno == EINTR { continue }
            guard got >= 0 else { throw error("reading", path) }
            guard got > 0 else { break }
            filled += got
        }
        return filled
    }

    /// Bytes that this process may still write, and the size of the volume.
    static func space(at path: String) throws(ArchiveError) -> (free: UInt64, total: UInt64) {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw error("asking for the free space of", path) }
        return (UInt64(status.f_bavail) * UInt64(status.f_frsize), UInt64(status.f_blocks) * UInt64(status.f_frsize))
    }

    // MARK: Errors

    /// From errno, which must not have been touched since the call.
    static func error(_ doing: String, _ path: String) -> ArchiveError {
        let number = errno
        let code: ArchiveError.Code = switch number {
        case ENOSPC, EDQUOT, EFBIG, EMFILE, ENFILE, ENOMEM: .outOfResources
        case EACCES, EPERM, EROFS: .notWritable
        case ENOENT: .notFound
        default: .storageFailed
        }
        return ArchiveError(code, "\(doing) \(path): \(String(cString: strerror(number)))")
    }
}

extension FileStamp {
    fileprivate init(_ status: stat) {
        self.init(
            device: UInt64(status.st_dev), inode: UInt64(status.st_ino), size: UInt64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec),
            changed: Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec))
    }
}
