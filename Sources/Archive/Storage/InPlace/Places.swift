import DICOM
import Foundation

/// Where objects lie: in the archive's own store, or else in a folder that is not its own. Whoever reads asks here and need not know which.
/// What is written and removed is always the own store's.
struct Places: BlobStore {
    let own: LocalDisk
    let folders: FolderPlaces

    func isOwn(_ object: ObjectID) throws(ArchiveError) -> Bool { try own.sizeNow(of: object) != nil }

    func place(_ file: SealedFile) throws(ArchiveError) -> Placement { try own.place(file) }
    func settle(_ objects: [ObjectID]) throws(ArchiveError) { try own.settle(objects) }
    func removeNow(_ object: ObjectID) throws(ArchiveError) { try own.removeNow(object) }

    /// One that lies in a folder alone was never here, and its place here may not exist either.
    func remove(_ object: ObjectID) async throws(ArchiveError) {
        do throws(ArchiveError) { try await own.remove(object) } catch {
            guard error.code == .notFound else { throw error }
        }
    }

    func stampNow(of object: ObjectID) -> FileStamp? { own.stampNow(of: object) }

    // MARK: Reading

    /// Of one in a folder as it was read, whether or not the file can be reached.
    func sizeNow(of object: ObjectID) throws(ArchiveError) -> UInt64? {
        if let size = try own.sizeNow(of: object) { return size }
        guard folders.isAny else { return nil }
        return try folders.places(of: object, anew: true).first?.size
    }

    /// - Throws: `.away` for one in a folder that cannot be read.
    func size(of object: ObjectID) async throws(ArchiveError) -> UInt64? {
        if let size = try await own.size(of: object) { return size }
        guard folders.isAny else { return nil }
        return try await own.pool.run { () throws(ArchiveError) in
            guard let (place, descriptor) = try folders.open(object) else { return nil }
            close(descriptor)
            return place.size
        }
    }

    /// Whether all of them can be read now: before an answer begins that could only be broken off.
    ///
    /// - Throws: `.away` for one in a folder that cannot be read.
    func reach(_ objects: [ObjectID]) async throws(ArchiveError) {
        guard folders.isAny else { return }
        try await own.pool.run { () throws(ArchiveError) in
            for object in objects where try own.sizeNow(of: object) == nil {
                if let (_, descriptor) = try folders.open(object) { close(descriptor) }
            }
        }
    }

    func read(_ object: ObjectID, _ range: ByteRange) async throws(ArchiveError) -> [UInt8] { try await piece(object, range).bytes }

    func piece(_ object: ObjectID, _ range: ByteRange) async throws(ArchiveError) -> (bytes: [UInt8], stamp: FileStamp?) {
        guard folders.isAny, try await own.size(of: object) == nil else { return try await own.piece(object, range) }
        guard let count = Int(exactly: range.length), count <= 1 << 30 else {
            throw ArchiveError(.outOfResources, "\(range.length) bytes are too many to be read at once")
        }
        let found = try await own.pool.run { () throws(ArchiveError) -> (bytes: [UInt8], stamp: FileStamp?)? in
            guard let (place, descriptor) = try folders.open(object) else { return nil }
            defer { close(descriptor) }
            let stamp = Volume.stamp(descriptor)
            var failure: ArchiveError?
            let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
                do throws(ArchiveError) {
                    try place.read(descriptor, at: range.offset, into: UnsafeMutableRawBufferPointer(buffer))
                    filled = count
                } catch { failure = error }
            }
            if let failure { throw failure }
            return (bytes, stamp)
        }
        guard let found else { return try await own.piece(object, range) }
        return found
    }

    func reading<T: Sendable>(
        _ object: ObjectID, from offset: UInt64,
        _ work: @escaping @Sendable (_ stamp: FileStamp?, _ read: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) -> T
    ) async throws(ArchiveError) -> T {
        guard folders.isAny, try await own.size(of: object) == nil else { return try await own.reading(object, from: offset, work) }
        let found = try await own.pool.run { () throws(ArchiveError) -> T? in
            guard let (place, descriptor) = try folders.open(object) else { return nil }
            defer { close(descriptor) }
            var offset = offset
            return try work(Volume.stamp(descriptor)) { (memory) throws(ArchiveError) in
                try place.read(descriptor, at: offset, into: memory)
                offset += UInt64(memory.count)
            }
        }
        guard let found else { return try await own.reading(object, from: offset, work) }
        return found
    }

    /// One in a folder is no file that could be sent as it lies: its head is kept here.
    func open(_ object: ObjectID) throws(ArchiveError) -> OpenObject? {
        if folders.isAny, try own.sizeNow(of: object) == nil { return nil }
        return try own.open(object)
    }

    // MARK: Listing

    func folders() async throws(ArchiveError) -> [UInt16] {
        let own = try await own.folders()
        guard folders.isAny else { return own }
        return Set(own + (try await folders.prefixes())).sorted()
    }

    func list(folder: UInt16) async throws(ArchiveError) -> [StoredObject] {
        let own = try await own.list(folder: folder)
        guard folders.isAny else { return own }
        let known = Set(own.map(\.object))
        return (own + (try await folders.list(folder)).filter { !known.contains($0.object) }).sorted { $0.object < $1.object }
    }
}
