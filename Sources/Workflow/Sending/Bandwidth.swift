import NIOCore
import Synchronization

/// So many bytes a second, over all who share it: each waits until its bytes are paid for.
final class Bandwidth: Sendable {
    private let paidUntil: Mutex<ContinuousClock.Instant?> = Mutex(nil)

    /// Returns when these bytes may go.
    func pass(_ bytes: Int, _ bytesPerSecond: Int) async throws {
        let now = ContinuousClock.now
        let takes = Duration.seconds(Double(bytes) / Double(max(1, bytesPerSecond)))
        let start = paidUntil.withLock { paidUntil in
            // What was not used is forgotten after a tenth of a second.
            let start = max(paidUntil ?? now, now - .milliseconds(100))
            paidUntil = start + takes
            return start
        }
        if start > now { try await Task.sleep(until: start, clock: .continuous) }
    }
}

/// Pieces at the pace of a bandwidth, cut small enough for it to be even.
struct PacedPieces: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let pieces: PrimedPieces
    let bandwidth: Bandwidth
    let bytesPerSecond: Int?

    func makeAsyncIterator() -> Iterator { Iterator(source: self, pieces: pieces.makeAsyncIterator()) }

    struct Iterator: AsyncIteratorProtocol {
        let source: PacedPieces
        var pieces: PrimedPieces.Iterator
        var rest = ByteBuffer()

        mutating func next() async throws -> ByteBuffer? {
            guard let rate = source.bytesPerSecond else { return try await pieces.next() }
            if rest.readableBytes == 0 {
                guard let piece = try await pieces.next() else { return nil }
                rest = piece
            }
            let length = Swift.min(rest.readableBytes, Swift.max(16 << 10, rate / 20))
            guard let slice = rest.readSlice(length: length) else { return nil }
            try await source.bandwidth.pass(length, rate)
            return slice
        }
    }
}
