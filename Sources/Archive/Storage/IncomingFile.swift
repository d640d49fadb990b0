import CPosix
import Foundation
import Synchronization

/// A temporary file on the volume of the objects, written from front to back.
///
/// Its name in `incoming/` is also the durable note that an object may be on its way: it goes only when the index has the
/// object (or nothing will come of it). A start that finds it with a second link knows that the object was placed, with one
/// link that it was not. So recovery looks at what was under way and at nothing else.
final class IncomingFile: Sendable {
    let path: String
    let descriptor: Int32
    private let volume: Volume
    private let isRemoved = Mutex(false)
    private static let number = Atomic<UInt64>(0)

    /// Blocks.
    init(in folder: String, volume: Volume) throws(ArchiveError) {
        self.volume = volume
        path = "\(folder)/\(String(UInt64.random(in: .min ... .max), radix: 36))-\(String(Self.number.add(1, ordering: .relaxed).newValue, radix: 36)).part"
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
