import Archive
import DICOM
import DICOMImage
import NIOCore
import Synchronization

/// A data set on its way out, piece by piece. It is gone through once; `begin` lets the first piece be fetched before it is asked for.
public struct DataSetPieces: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer

    private let source: any PieceSource

    init(_ source: any PieceSource) { self.source = source }

    public func makeAsyncIterator() -> Iterator { Iterator(source: source) }

    /// Starts the work that the first piece takes.
    public func begin() { source.begin() }

    public struct Iterator: AsyncIteratorProtocol {
        let source: any PieceSource
        public mutating func next() async throws -> ByteBuffer? { try await source.next() }
    }
}

/// Where pieces come from.
protocol PieceSource: Sendable {
    func begin()
    func next() async throws -> ByteBuffer?
}

extension DataSetPieces {
    /// An object of the archive as it is stored.
    static func stored(_ location: InstanceLocation, _ archive: Archive) -> DataSetPieces {
        let pieces = archive.dataSet(of: location) { (count, fill) throws(ArchiveError) in
            var buffer = ByteBufferAllocator().buffer(capacity: count)
            try Self.fill(&buffer, count, fill)
            return buffer
        }
        return DataSetPieces(AheadSource { try await pieces.next() })
    }

    /// An object that is not sent as it came.
    static func changed(_ location: InstanceLocation, _ archive: Archive, _ coerce: (@Sendable (DataSet) -> DataSet)?) -> DataSetPieces {
        let state = Mutex((bytes: archive.read(location, changing: coerce).makeAsyncIterator(), skip: Int(location.dataSetOffset)))
        return DataSetPieces(AheadSource {
            var (bytes, skip) = state.withLock { $0 }
            while let piece = try await bytes.next() {
                let passed = Swift.min(skip, piece.count)
                skip -= passed
                guard passed < piece.count else { continue }
                let (after, rest) = (bytes, skip)
                state.withLock { $0 = (after, rest) }
                return ByteBuffer(bytes: piece[passed...])
            }
            return nil
        })
    }

    private static func fill(
        _ buffer: inout ByteBuffer, _ count: Int, _ fill: (UnsafeMutableRawBufferPointer) throws(ArchiveError) -> Void
    ) throws(ArchiveError) {
        var failure: ArchiveError?
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { memory in
            do throws(ArchiveError) { try fill(UnsafeMutableRawBufferPointer(rebasing: memory[..<count])) } catch { failure = error }
            return failure == nil ? count : 0
        }
        if let failure { throw failure }
    }

    static func once(_ make: @escaping @Sendable () async throws -> ByteBuffer) -> DataSetPieces {
        let isDone = Mutex(false)
        return DataSetPieces(AheadSource {
            let wasDone = isDone.withLock { done in
                defer { done = true }
                return done
            }
            return wasDone ? nil : try await make()
        })
    }

    /// Ranges of a file, 1 MiB each.
    static func ranges(from start: UInt64, to end: UInt64, _ read: @escaping StoredInstance.Read) -> DataSetPieces {
        let offset = Mutex(start)
        return DataSetPieces(AheadSource {
            let (at, length) = offset.withLock { offset in
                let at = offset, length = Swift.min(1 << 20, end - at)
                offset += length
                return (at, length)
            }
            guard length > 0 else { return nil }
            let bytes = try await read(ByteRange(offset: at, length: length))
            guard bytes.count == Int(length) else { throw SendError("the file ends before its time: it was changed while it was sent") }
            return ByteBuffer(bytes: bytes)
        })
    }

    static func transcoded(
        to syntax: TransferSyntax, _ coding: any FrameCoding, of instance: @escaping @Sendable () async throws -> StoredInstance
    ) -> DataSetPieces {
        DataSetPieces(TranscodedSource { sink in
            _ = try await Transcoder(coding: coding).transcode(try await instance(), to: syntax, sink: sink)
        })
    }
}

/// Fetches one piece ahead of the one that is being sent.
private final class AheadSource: PieceSource {
    private let fetch: @Sendable () async throws -> ByteBuffer?
    private let ahead = Mutex<Task<ByteBuffer?, any Error>?>(nil)

    init(_ fetch: @escaping @Sendable () async throws -> ByteBuffer?) { self.fetch = fetch }

    deinit { ahead.withLock { $0?.cancel() } }

    func begin() {
        ahead.withLock { ahead in
            if ahead == nil { ahead = Task { [fetch] in try await fetch() } }
        }
    }

    func next() async throws -> ByteBuffer? {
        begin()
        guard let piece = try await ahead.withLock({ $0 })?.value else { return nil }
        ahead.withLock { [fetch] ahead in ahead = Task { try await fetch() } }
        return piece
    }
}
