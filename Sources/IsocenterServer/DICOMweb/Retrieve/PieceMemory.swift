import Archive
import NIOCore
import Synchronization

/// Memory of the pieces of one answer: what the socket has let go of is filled anew, so that it stays near and no fresh pages have to be found.
final class PieceMemory: Sendable {
    static let piece: UInt64 = 512 << 10
    /// What is no longer goes as one piece.
    static let whole: UInt64 = 1 << 20
    private let number: Int
    private let buffers = Mutex<[ByteBuffer]>([])

    /// For answers of one piece, one after the other.
    static let short = PieceMemory(number: 8)

    /// - Parameter number: of pieces that are held at once. One is written while the next one is read; a third is still held by the line.
    init(number: Int = 3) { self.number = number }

    /// A buffer of so many bytes, filled where it stands.
    @Sendable func filled(_ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void) throws(ArchiveError) -> ByteBuffer {
        try filled(count, from: ByteBuffer(), to: ByteBuffer(), fill)
    }

    /// As `filled`, with bytes that stand before and behind.
    func around(_ head: ByteBuffer, _ tail: ByteBuffer) -> ObjectPieces<ByteBuffer>.Make {
        { (count, fill) throws(ArchiveError) in try self.filled(count, from: head, to: tail, fill) }
    }

    private func filled(
        _ count: Int, from head: ByteBuffer, to tail: ByteBuffer, _ fill: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) -> ByteBuffer {
        let capacity = head.readableBytes + count + tail.readableBytes
        var buffer = buffers.withLock { $0.count < number ? nil : $0.removeFirst() } ?? ByteBufferAllocator().buffer(capacity: capacity)
        // New memory where somebody still holds it.
        buffer.clear(minimumCapacity: capacity)
        buffer.writeImmutableBuffer(head)
        var failure: ArchiveError?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            do throws(ArchiveError) { try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count])) } catch { failure = error }
            return failure == nil ? count : 0
        }
        if let failure { throw failure }
        buffer.writeImmutableBuffer(tail)
        let kept = buffer
        buffers.withLock { $0.append(kept) }
        return buffer
    }
}
