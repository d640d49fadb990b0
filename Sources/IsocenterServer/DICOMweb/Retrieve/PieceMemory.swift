import Archive
import NIOCore
import Synchronization

/// Memory of the pieces of one answer: what the socket has let go of is filled anew, so that it stays near and no fresh pages have to be found.
///
/// A piece is written while the next one is read; a third is still held by the line.
final class PieceMemory: Sendable {
    static let piece: UInt64 = 512 << 10
    /// What is no longer goes as one piece.
    static let whole: UInt64 = 1 << 20
    private static let number = 3
    private let buffers = Mutex<[ByteBuffer]>([])

    /// A buffer of so many bytes, filled where it stands.
    @Sendable func filled(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) -> ByteBuffer {
        var buffer = buffers.withLock { $0.count < Self.number ? nil : $0.removeFirst() } ?? ByteBufferAllocator().buffer(capacity: count)
        // New memory where somebody still holds it.
        buffer.clear(minimumCapacity: count)
        var failure: ArchiveError?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            do throws(ArchiveError) { try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count])) } catch { failure = error }
            return failure == nil ? count : 0
        }
        if let failure { throw failure }
        let kept = buffer
        buffers.withLock { $0.append(kept) }
        return buffer
    }
}
