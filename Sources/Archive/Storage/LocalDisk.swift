import Crypto
import DICOM
import Foundation
import Synchronization

/// Objects in a folder: `objects/ab/cd/abcd….`
struct LocalDisk: BlobStore {
    let root: String
    /// Where its files have another name until that in the store is durable.
    let incoming: String
    let volume: Volume
    let pool: BlockingPool
    private let folders = InnerFolders()

    init(root: String, incoming: String, volume: Volume, pool: BlockingPool) {
        self.root = root
        self.incoming = incoming
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

        /// - Parameter make: makes the folder; false where it was there. Then it was so at the start: all others are known here.
        func enter(_ folder: UInt16, make: () throws(ArchiveError) -> Bool) throws(ArchiveError) {
            try states.withLock { (states) throws(ArchiveError) in
                guard states.inner[Int(folder)] == .unknown else { return }
                let isNew = try make() || !states.isOuterSynced[Int(folder >> 8)]
                states.inner[Int(folder)] = isNew ? .fresh : .durable
            }
        }

        /// Those above which a folder has to be synced before an object in them counts.
        func fresh(_ folders: Set<UInt16>) -> Set<UInt16> {
            states.withLock { states in folders.filter { states.inner[Int($0)] != .durable } }
        }

        /// The folders above have been synced.
        func becameDurable(_ folders: Set<UInt16>) {
            states.withLock { states in
                for folder in folders {
                    states.inner[Int(folder)] = .durable
                    states.isOuterSynced[Int(folder >> 8)] = true
                }
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

    /// Gives the file its name, without replacing what is whole.
    func place(_ file: SealedFile) throws(ArchiveError) -> Placement {
        let folder = file.object.folder
        try folders.enter(folder) { () throws(ArchiveError) in try volume.makeDirectory(inner(folder)) }
        if try isLinked(file), file.isNoted { return .unsettled }
        try settle([file.object])
        return .durable
    }

    /// False where the name in `incoming/` is not another one of what is now placed.
    private func isLinked(_ file: SealedFile) throws(ArchiveError) -> Bool {
        let path = path(file.object)
        switch try volume.link(file.path, path) {
        case .linked: return true
        case .moved: return false
        case .exists: break
        }
        // Rare: bytes without an index row, from a crash. They are adopted only if they are what they say.
        if try Self.hash(path) != file.object { try volume.replace(path, by: file.path) }
        return false
    }

    /// Folder by folder, or the file system at once where they are many: one call then does for hundreds.
    func settle(_ objects: [ObjectID]) throws(ArchiveError) {
        let inner = Set(objects.map(\.folder))
        let fresh = folders.fresh(inner)
        if inner.count > Self.mostFolders {
            try volume.syncFileSystem(of: root)
        } else {
            for folder in inner.sorted() { try volume.syncDirectory(self.inner(folder)) }
            for folder in Set(fresh.map { $0 & 0xFF00 }).sorted() { try volume.syncDirectory(outer(folder)) }
        }
        folders.becameDurable(fresh)
    }

    private static let mostFolders = 64

    func removeNow(_ object: ObjectID) throws(ArchiveError) { try volume.remove(path(object), .removeObject) }

    func remove(_ object: ObjectID) async throws(ArchiveError) {
        try await pool.run { () throws(ArchiveError) in
            // One by which a start would find it again goes too, and stays away.
            if let status = try Volume.status(path(object)), status.links > 1 { try removeOtherNames(of: status.file) }
            try removeNow(object)
            guard try Volume.status(inner(object.folder)) != nil else { return }
            try volume.syncDirectory(inner(object.folder))
            try volume.syncDirectory(incoming)
        }
    }

    private func removeOtherNames(of file: Volume.Status.File) throws(ArchiveError) {
        for name in try Volume.names(in: incoming) ?? [] where name.hasSuffix(IncomingFile.suffix) {
            if try Volume.status("\(incoming)/\(name)")?.file == file { try volume.remove("\(incoming)/\(name)", .removeTemporary) }
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
