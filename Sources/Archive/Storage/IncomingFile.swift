import CPosix
import Foundation
import Synchronization

/// A temporary file on the volume of the objects, written from front to back.
///
/// Its name in `incoming/` is durable before a byte is written (``SpareFiles``), and goes only when the object's own name is durable
/// (``Settling``) or nothing will come of it. Until then it is where a start after a power cut finds the bytes, with a note on them which
/// object they must be. So recovery looks at what was under way and at nothing else.
final class IncomingFile: Sendable {
    let path: String
    private let folder: String
    let descriptor: Int32
    private let volume: Volume
    private let isRemoved = Mutex(false)
    static let suffix = ".part"
    private static let number = Atomic<UInt64>(0)

    /// Blocks.
    init(in folder: String, volume: Volume) throws(ArchiveError) {
        self.volume = volume
        self.folder = folder
        path = "\(folder)/\(String(UInt64.random(in: .min ... .max), radix: 36))-\(String(Self.number.add(1, ordering: .relaxed).newValue, radix: 36))\(Self.suffix)"
        descriptor = try volume.create(path)
    }

    deinit {
        // Nobody waits for a file that was given up; a start removes what could not be removed here.
        try? remove()
        close(descriptor)
    }

    /// Writes the next bytes. Blocks.
    func append(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(ArchiveError) {
        try volume.write(bytes, to: descriptor, at: offset, path: path)
    }

    /// Written to the disk while more arrives. A hint: its failure has no meaning.
    func startWriteback(from start: UInt64, to end: UInt64) { _ = cposix_start_writeback(descriptor, Int64(start), Int64(end - start)) }

    /// What was written is all of it, and is on the disk when this returns. Blocks.
    ///
    /// - Returns: whether the file itself says which object it is.
    func seal(as object: ObjectID) throws(ArchiveError) -> Bool {
        let isNoted = volume.note(object, on: descriptor)
        try volume.sync(descriptor, path: path)
        return isNoted
    }

    /// When the object was received, so that an index made anew from the blobs knows it. Blocks.
    func setReceived(_ microseconds: Int64) {
        let time = timespec(tv_sec: Int(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
        let times = [time, time]
        _ = futimens(descriptor, times)
    }

    /// The name stays, for the next start to look into what became of the object.
    func leave() { isRemoved.withLock { $0 = true } }

    /// Takes the temporary name away, so that it stays away after a power cut too: nobody is to find what was refused. Blocks.
    func removeForGood() throws(ArchiveError) {
        try remove()
        try volume.syncDirectory(folder)
    }

    /// Takes the temporary name away. Blocks.
    func remove() throws(ArchiveError) {
        try isRemoved.withLock { (isRemoved) throws(ArchiveError) in
            guard !isRemoved else { return }
            try volume.remove(path, .removeTemporary)
            isRemoved = true
        }
    }
}
