import Crypto
import DICOM
import Foundation
import Synchronization

/// Objects in a folder: `objects/ab/cd/abcd….`
struct LocalDisk: BlobStore {
    let root: String
    let volume: Volume
    let pool: BlockingPool
    private let folders = InnerFolders()

    init(root: String, volume: Volume, pool: BlockingPool) {
        self.root = root
        self.volume = volume
        self.pool = pool
    }

    /// Which inner folders there are, and whether their names are durable.
    private final class InnerFolders: Sendable {
        private enum State { case unknown, fresh, durable }
        private struct States {
            var inner = [State](repeating: .unknown, count: 1 << 16)
            /// Synced since the start: so are the names of all folders that were in it then.
            var isOuterSynced = [Bool](repeating: false, count: 1 << 8)
        }

        private let states = Mutex(States())

        /// Whether the folder above has to be synced before an object in this one counts.
        ///
        /// - Parameter make: makes the folder; false where it was there. Then it was so at the start: all others are known here.
        func isFresh(_ folder: UInt16, make: () throws(ArchiveError) -> Bool) throws(ArchiveError) -> Bool {
            try states.withLock { (states) throws(ArchiveError) in
                if states.inner[Int(folder)] == .unknown {
                    let isNew = try make() || !states.isOuterSynced[Int(folder >> 8)]
                    states.inner[Int(folder)] = isNew ? .fresh : .durable
                }
                return states.inner[Int(folder)] == .fresh
            }
        }

        /// The folder above has been synced.
        func becameDurable(_ folder: UInt16) {
            states.withLock { states in
                states.inner[Int(folder)] = .durable
                states.isOuterSynced[Int(folder >> 8)] = true
            }
        }
    }

    private func outer(_ folder: UInt16) -> String { "\(root)/\(ObjectID.hex([UInt8(folder >> 8)]))" }
    private func inner(_ folder: UInt16) -> String { "\(outer(folder))/\(ObjectID.hex([UInt8(folder & 0xFF)]))" }
    func path(_ object: ObjectID) -> String { "\(inner(object.folder))/\(object.hex)" }

    // MARK: Writing

    /// Makes the outer folders, so that an object never waits for them. Blocks.
    func prepare() throws(ArchiveError) {
        let volume = Volume(faults: nil)
        for first in UInt16(0)...0xFF { _ = try volume.makeDirectory(outer(first << 8)) }
        try volume.syncDirectory(root)
    }

    /// Gives the file its name, without replacing what is whole; the name is durable when this returns.
    func place(_ file: SealedFile) throws(ArchiveError) -> Placement {
        let folder = file.object.folder
        let isFresh = try folders.isFresh(folder) { () throws(ArchiveError) in try volume.makeDirectory(inner(folder)) }
        let placement = try link(file)
        try volume.syncDirectory(inner(folder))
        if isFresh {
            try volume.syncDirectory(outer(folder))
            folders.becameDurable(folder)
        }
        return placement
    }

    /// Makes the names above an object durable.
    func syncFolders(of object: ObjectID) async throws(ArchiveError) {
        let folder = object.folder
        for path in [inner(folder), outer(folder), root] {
            try await pool.run { () throws(ArchiveError) in try volume.syncDirectory(path) }
        }
    }

    private func link(_ file: SealedFile) throws(ArchiveError) -> Placement {
        let path = path(file.object)
        if try volume.link(file.file.path, path) { return .new }
        // Rare: bytes without an index row, from a crash. They are adopted only if they are what they say.
        if try Self.hash(path) == file.object { return .existing }
        try volume.replace(path, by: file.file.path)
        return .new
    }

    func removeNow(_ object: ObjectID) throws(ArchiveError) { try volume.remove(path(object), .removeObject) }

    func remove(_ object: ObjectID) async throws(ArchiveError) {
        try await pool.run { () throws(ArchiveError) in
            try removeNow(object)
            try volume.syncDirectory(inner(object.folder))
        }
    }

    // MARK: Reading

    func sizeNow(of object: ObjectID) throws(ArchiveError) -> UInt64? { try Volume.status(path(object))?.size }

    func size(of object: ObjectID) async throws(ArchiveError) -> UInt64? {
        try await pool.run { () throws(ArchiveError) in try sizeNow(of: object) }
    }

    func read(_ object: ObjectID, _ range: ByteRange) async throws(ArchiveError) -> [UInt8] { try await piece(object, range).bytes }

    func stampNow(of object: ObjectID) -> FileStamp? { Volume.stamp(path(object)) }

    func piece(_ object: ObjectID, _ range: ByteRange) async throws(ArchiveError) -> (bytes: [UInt8], stamp: FileStamp?) {
        guard let count = Int(exactly: range.length), count <= Self.largestRead else {
            throw ArchiveError(.outOfResources, "\(range.length) bytes are too many to be read at once")
        }
        return try await pool.run { () throws(ArchiveError) in
            let path = path(object)
            let descriptor = try opened(object)
            defer { close(descriptor) }
            let stamp = Volume.stamp(descriptor)
            let bytes = try Volume.read(descriptor, at: range.offset, count: count, path: path)
            guard bytes.count == count else {
                throw ArchiveError(.damaged, "object \(object) ends at \(range.offset + UInt64(bytes.count)), before byte \(range.offset + range.length)")
            }
            return (bytes, stamp)
        }
    }

    func reading<T: Sendable>(
        _ object: ObjectID, from offset: UInt64,
        _ work: @escaping @Sendable (_ stamp: FileStamp?, _ read: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) -> T
    ) async throws(ArchiveError) -> T {
        try await pool.run { () throws(ArchiveError) in
            let descriptor = try opened(object)
            defer { close(descriptor) }
            let path = path(object)
            var offset = offset
            return try work(Volume.stamp(descriptor)) { (memory) throws(ArchiveError) in
                let count = try Volume.read(descriptor, at: offset, into: memory, path: path)
                offset += UInt64(count)
                guard count == memory.count else { throw ArchiveError(.damaged, "object \(object) ends at \(offset), before its time") }
            }
        }
    }

    func opened(_ object: ObjectID) throws(ArchiveError) -> Int32 {
        do throws(ArchiveError) { return try Volume.openForReading(path(object)) } catch {
            guard error.code == .notFound else { throw error }
            throw ArchiveError(.damaged, "object \(object) is missing from the store")
        }
    }

    private static let largestRead = 1 << 30

    func folders() async throws(ArchiveError) -> [UInt16] {
        try await pool.run { () throws(ArchiveError) in
            var folders: [UInt16] = []
            for first in try Self.byteNames(in: root) {
                for second in try Self.byteNames(in: outer(UInt16(first) << 8)) { folders.append(UInt16(first) << 8 | UInt16(second)) }
            }
            return folders
        }
    }

    /// Names of two hexadecimal digits, ascending.
    private static func byteNames(in path: String) throws(ArchiveError) -> [UInt8] {
        (try Volume.names(in: path) ?? []).filter { $0.utf8.count == 2 }.compactMap { UInt8($0, radix: 16) }.sorted()
    }

    func list(folder: UInt16) async throws(ArchiveError) -> [StoredObject] {
        try await pool.run { () throws(ArchiveError) in
            let names = try Volume.names(in: inner(folder)) ?? []
            var objects: [StoredObject] = []
            for name in names.sorted() {
                guard let object = ObjectID(hex: name), object.folder == folder, let status = try Volume.status(path(object)) else { continue }
                objects.append(StoredObject(object: object, size: status.size, received: status.modified))
            }
            return objects
        }
    }

    /// The hash of a file's bytes. Blocks.
    static func hash(_ path: String) throws(ArchiveError) -> ObjectID {
        let descriptor = try Volume.openForReading(path)
        defer { close(descriptor) }
        var hash = SHA256()
        var offset: UInt64 = 0
        while true {
            let bytes = try Volume.read(descriptor, at: offset, count: 1 << 20, path: path)
            bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
            offset += UInt64(bytes.count)
            if bytes.count < 1 << 20 { return ObjectID(hash.finalize()) }
        }
    }
}
