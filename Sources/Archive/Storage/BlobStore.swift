import DICOM

/// Where the bytes of objects are kept under their hash: written once, never changed.
protocol BlobStore: Sendable {
    /// Places a file that is whole and synced under its name, where everybody finds it from now on. Blocks.
    func place(_ file: SealedFile) throws(ArchiveError) -> Placement
    /// The names of placed objects are durable when this returns. Blocks.
    func settle(_ objects: [ObjectID]) throws(ArchiveError)
    /// nil where there is no such object. Blocks.
    func sizeNow(of object: ObjectID) throws(ArchiveError) -> UInt64?
    /// Blocks.
    func removeNow(_ object: ObjectID) throws(ArchiveError)
    /// nil where there is no such object.
    func size(of object: ObjectID) async throws(ArchiveError) -> UInt64?
    /// The bytes of a range, checked to lie in the object.
    func read(_ object: ObjectID, _ range: ByteRange) async throws(ArchiveError) -> [UInt8]
    /// As `read`, with the stamp that the file had before.
    func piece(_ object: ObjectID, _ range: ByteRange) async throws(ArchiveError) -> (bytes: [UInt8], stamp: FileStamp?)
    /// nil where the store cannot tell. Blocks.
    func stampNow(of object: ObjectID) -> FileStamp?
    /// Runs `work` where calls may block, with the stamp of the object's file and a call that fills memory with its next bytes.
    func reading<T: Sendable>(
        _ object: ObjectID, from offset: UInt64,
        _ work: @escaping @Sendable (_ stamp: FileStamp?, _ read: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) -> T
    ) async throws(ArchiveError) -> T
    /// Its file; nil where objects of this store are no files. Blocks.
    func open(_ object: ObjectID) throws(ArchiveError) -> OpenObject?
    /// It stays away, also after a power cut, when this returns.
    func remove(_ object: ObjectID) async throws(ArchiveError)
    /// First two bytes of names, of which there may be objects; ascending.
    func folders() async throws(ArchiveError) -> [UInt16]
    /// Objects whose names begin with these two bytes; ascending.
    func list(folder: UInt16) async throws(ArchiveError) -> [StoredObject]
}

/// A received file with the name its bytes give it.
struct SealedFile: Sendable {
    /// In `incoming/`, durable as its bytes are.
    var path: String
    var object: ObjectID
    /// The file says itself which object it is.
    var isNoted: Bool
}

enum Placement: Sendable {
    /// It has a name in the store that is not durable yet, beside the one in `incoming/` that is.
    case unsettled
    /// The name in the store is durable. The other one is needed no more.
    case durable
}

struct StoredObject: Sendable {
    var object: ObjectID
    var size: UInt64
    /// Microseconds since 1970.
    var received: Int64
}
