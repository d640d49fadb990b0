import Foundation

/// The files below a root, reached step by step: no symbolic link below the root is followed, so no path leaves it. Nothing here writes.
/// All of it blocks.
struct FolderTree: Sendable {
    let root: String

    /// Why something cannot be reached.
    struct Failure: Error {
        var number: Int32
        /// It is not there, or is no longer what it was.
        var isAbsent: Bool { number == ENOENT || number == ENOTDIR || number == ELOOP }
        var words: String { number == ELOOP ? "a symbolic link, which is not followed" : String(cString: strerror(number)) }
    }

    struct Stamp: Sendable, Hashable {
        var size: UInt64
        /// Nanoseconds since 1970.
        var modified: Int64
        var inode: Int64
    }

    struct Entry: Sendable {
        enum Kind: Sendable { case file, directory, link, other }
        var name: [UInt8]
        var kind: Kind
    }

    /// - Parameter path: names between slashes; empty for the root.
    func openDirectory(_ path: [UInt8]) throws(Failure) -> Int32 {
        var descriptor = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        for name in path.split(separator: UInt8(ascii: "/")) {
            // Made by listing folders, where these never stand.
            guard name != [0x2E], name != [0x2E, 0x2E] else { close(descriptor); throw Failure(number: ELOOP) }
            let next = openat(descriptor, Self.cString(name), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            let number = errno
            close(descriptor)
            guard next >= 0 else { throw Failure(number: number) }
            descriptor = next
        }
        return descriptor
    }

    /// For reading; a file and nothing else.
    func openFile(_ directory: [UInt8], _ name: [UInt8]) throws(Failure) -> Int32 {
        let above = try openDirectory(directory)
        defer { close(above) }
        // A pipe that nobody writes would keep us waiting.
        let descriptor = openat(above, Self.cString(name), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(number: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw Failure(number: EINVAL)
        }
        return descriptor
    }

    /// In the order of their names, byte by byte.
    func entries(of path: [UInt8]) throws(Failure) -> [Entry] {
        let descriptor = try openDirectory(path)
        guard let folder = fdopendir(descriptor) else {
            let number = errno
            close(descriptor)
            throw Failure(number: number)
        }
        defer { closedir(folder) }
        var entries: [Entry] = []
        while true {
            errno = 0
            guard let entry = readdir(folder) else {
                guard errno == 0 else { throw Failure(number: errno) }
                break
            }
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: 256) { Array(UnsafeBufferPointer(start: $0, count: strlen(pointer.withMemoryRebound(to: CChar.self, capacity: 256) { $0 }))) }
            }
            guard name != [0x2E], name != [0x2E, 0x2E] else { continue }
            let kind: Entry.Kind? = switch Int(entry.pointee.d_type) {
            case DT_REG: .file
            case DT_DIR: .directory
            case DT_LNK: .link
            case DT_UNKNOWN: try Self.kind(descriptor, name)
            default: .other
            }
            if let kind { entries.append(Entry(name: name, kind: kind)) }
        }
        return entries.sorted { $0.name.lexicographicallyPrecedes($1.name) }
    }

    /// Stamps of files of one folder; nil for one that is gone.
    func stamps(of names: [[UInt8]], in path: [UInt8]) throws(Failure) -> [Stamp?] {
        let descriptor = try openDirectory(path)
        defer { close(descriptor) }
        return names.map { name in
            var status = stat()
            guard fstatat(descriptor, Self.cString(name), &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
            return Stamp(status)
        }
    }

    static func stamp(_ descriptor: Int32) -> Stamp? {
        var status = stat()
        return fstat(descriptor, &status) == 0 ? Stamp(status) : nil
    }

    private static func kind(_ directory: Int32, _ name: [UInt8]) throws(Failure) -> Entry.Kind? {
        var status = stat()
        guard fstatat(directory, cString(name), &status, AT_SYMLINK_NOFOLLOW) == 0 else { return nil }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .directory
        case S_IFLNK: .link
        default: .other
        }
    }

    static func cString(_ name: some Sequence<UInt8>) -> [CChar] { name.map { CChar(bitPattern: $0) } + [0] }

    static func join(_ directory: [UInt8], _ name: [UInt8]) -> [UInt8] { directory.isEmpty ? name : directory + [UInt8(ascii: "/")] + name }
}

extension FolderTree.Stamp {
    fileprivate init(_ status: stat) {
        self.init(
            size: UInt64(max(status.st_size, 0)), modified: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec),
            inode: Int64(bitPattern: UInt64(status.st_ino)))
    }
}
