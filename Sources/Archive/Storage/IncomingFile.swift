import CPosix
import Crypto
import Foundation
import Synchronization

/// A temporary file on the volume of the objects, written and hashed from front to back.
///
/// Its name in `incoming/` is also the durable note that an object may be on its way: it goes only when the index has the
/// object (or nothing will come of it). A start that finds it with a second link knows that the object was placed, with one
/// link that it was not. So recovery looks at what was under way and at nothing else.
final class IncomingFile: Sendable {
    let path: String
    let descriptor: Int32
    private let volume: Volume
    private let isRemoved = Mutex(false)

    /// Blocks.
    init(in folder: String, volume: Volume) throws(ArchiveError) {
        self.volume = volume
        path = "\(folder)/\(ObjectID.hex((0..<16).map { _ in UInt8.random(in: 0...255) })).part"
        descriptor = try volume.create(path)
    }

    deinit {
        // Nobody waits for a file that was given up; a start removes what could not be removed here.
        try? remove()
        close(descriptor)
    }

    /// Blocks. Returns the hash of everything so far.
    func append(_ bytes: [UInt8], at offset: UInt64, _ hash: SHA256) throws(ArchiveError) -> SHA256 {
        try volume.write(bytes, to: descriptor, at: offset, path: path)
        // Written to the disk while more arrives. A hint: its failure has no meaning.
        _ = cposix_start_writeback(descriptor, Int64(offset), Int64(bytes.count))
        var hash = hash
        bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash
    }

    /// Blocks.
    func sync() throws(ArchiveError) { try volume.sync(descriptor, path: path) }

    /// When the object was received, so that an index made anew from the blobs knows it. Blocks.
    func setReceived(_ microseconds: Int64) {
        let time = timespec(tv_sec: Int(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
        let times = [time, time]
        _ = futimens(descriptor, times)
    }

    /// The name stays, for the next start to look into what became of the object.
    func leave() { isRemoved.withLock { $0 = true } }

    /// Takes the temporary name away. Blocks.
    func remove() throws(ArchiveError) {
        try isRemoved.withLock { (isRemoved) throws(ArchiveError) in
            guard !isRemoved else { return }
            try volume.remove(path, .removeTemporary)
            isRemoved = true
        }
    }
}
