import DICOM
import Foundation
import NIOCore
import Testing

@testable import DICOMNetwork

/// A data set of any size that is nowhere whole.
private struct Generated: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    let chunk: ByteBuffer
    let count: Int

    func makeAsyncIterator() -> Iterator { Iterator(chunk: chunk, left: count) }
    struct Iterator: AsyncIteratorProtocol {
        let chunk: ByteBuffer
        var left: Int
        mutating func next() async -> ByteBuffer? {
            guard left > 0 else { return nil }
            left -= 1
            return chunk
        }
    }
}

@Suite("Large objects", .serialized)
struct StreamingTests {
    /// Bytes of memory this process holds (`/proc/self/statm`, second field, in pages).
    private func residentBytes() throws -> Int {
        let fields = try String(contentsOfFile: "/proc/self/statm", encoding: .ascii).split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }

    @Test("512 MiB pass through either side within a bounded memory")
    func boundedMemory() async throws {
        try await withListener { server in
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle])])
            let before = try residentBytes()
            let response = try await association.store(
                sopClass: ctImageStorage, sopInstance: UID("1.2.3")!, in: try association.context(for: ctImageStorage),
                dataSet: Generated(chunk: ByteBuffer(repeating: 7, count: 1 << 20), count: 512)
            )
            #expect(response.status == .success)
            #expect(server.stored.items.map(\.bytes) == [512 << 20])
            // Other tests run meanwhile; the object is eight times this.
            #expect(try residentBytes() - before < 64 << 20)
            try await association.release()
        }
    }

    @Test("A consumer that stops holds less than 2 MiB, and the sender waits")
    func slowConsumer() async throws {
        let paused = Collector<Int>(), goOn = Collector<Void>()
        try await withListener(serve: { association, stored in
            guard let message = try await association.nextMessage(), let dataSet = message.dataSet else { return }
            while !association.inbox.isPaused { await Task.yield() }
            paused.add(association.inbox.waitingBytes)
            _ = await goOn.wait(for: 1)
            var bytes = 0
            while let chunk = try await dataSet.nextChunk() { bytes += chunk.readableBytes }
            stored.add(Stored(sopInstance: "", transferSyntax: "", bytes: bytes, checksum: 0))
            try await association.send(message.command.response(.success)!, in: message.context)
            _ = try await association.nextMessage()
        }) { server in
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle])])
            let context = try association.context(for: ctImageStorage)
            async let response = association.store(
                sopClass: ctImageStorage, sopInstance: UID("1.2.3")!, in: context,
                dataSet: Generated(chunk: ByteBuffer(repeating: 7, count: 1 << 20), count: 64)
            )
            let waiting = await paused.wait(for: 1)[0]
            #expect(waiting > 512 << 10)
            // A burst is two reads of 256 KiB.
            #expect(waiting < (512 + 2 * 256 + 64) << 10)
            goOn.add(())
            #expect(try await response.status == .success)
            #expect(server.stored.items.map(\.bytes) == [64 << 20])
            try await association.release()
        }
    }
}
