import DICOM
import Synchronization

/// A stored object, or its data set alone, on its way out: read and hashed where calls may block, straight into the memory it is sent from.
/// The whole file is checked against its hash (``Recheck``), and the last piece comes only when all of it is right. One task goes through it, once.
public final class ObjectPieces<Buffer: Sendable>: Sendable {
    /// Makes a buffer of so many bytes and has it filled.
    public typealias Make = @Sendable (
        _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> Buffer

    private let store: any BlobStore
    private let object: ObjectID
    private let size: UInt64
    private let start: UInt64
    private let make: Make
    private let progress: Mutex<(offset: UInt64, check: ObjectCheck)>

    /// An object up to this size is one piece.
    private let wholeSize: UInt64
    private let pieceSize: UInt64
    /// What is read is hashed while it is still near.
    private static var stepSize: Int { 128 << 10 }

    init(
        _ store: any BlobStore, _ location: InstanceLocation, _ recheck: Recheck, from start: UInt64, wholeSize: UInt64 = 4 << 20, pieceSize: UInt64 = 1 << 20,
        make: @escaping Make
    ) {
        self.store = store
        self.make = make
        (object, size) = (location.object, location.size)
        (self.start, self.wholeSize, self.pieceSize) = (start, wholeSize, pieceSize)
        progress = Mutex((0, ObjectCheck(location.object, recheck)))
    }

    /// The next piece; nil after the last.
    ///
    /// - Throws: `.damaged` in place of the last piece where the bytes are not those that were stored.
    public func next() async throws(ArchiveError) -> Buffer? {
        let (offset, check) = progress.withLock { $0 }
        guard offset < size else { return nil }
        let first = max(offset, start)
        let end = size - start <= wholeSize ? size : min(size, first + pieceSize)
        let (object, size, make) = (object, size, make)
        let (piece, after) = try await store.reading(object, from: offset) { (stamp, read) throws(ArchiveError) in
            var check = check
            check.begin(stamp)
            func take(_ memory: UnsafeMutableRawBufferPointer) throws(ArchiveError) {
                guard check.isHashing else { return try read(memory) }
                var done = 0
                while done < memory.count {
                    let step = UnsafeMutableRawBufferPointer(rebasing: memory[done..<min(memory.count, done + Self.stepSize)])
                    try read(step)
                    check.add(UnsafeRawBufferPointer(step))
                    done += step.count
                }
            }
            if first > offset {
                let head = UnsafeMutableRawBufferPointer.allocate(byteCount: Int(first - offset), alignment: 16)
                defer { head.deallocate() }
                try take(head)
            }
            let piece = try make(Int(end - first)) { (memory) throws(ArchiveError) in try take(memory) }
            if end == size { try check.end() }
            return (piece, check)
        }
        if end == size, after.isInDoubt { try await ObjectBytes.Stored.look(at: object, of: size, in: store) }
        progress.withLock { $0 = (end, after) }
        return piece
    }
}

extension Archive {
    /// The data set of an instance as it is stored, in pieces of the caller's kind.
    public func dataSet<Buffer: Sendable>(of location: InstanceLocation, make: @escaping ObjectPieces<Buffer>.Make) -> ObjectPieces<Buffer> {
        ObjectPieces(store, location, recheck, from: location.dataSetOffset, make: make)
    }
}
