import DICOM
import Foundation
import NIOCore

/// A file on its way to a storage provider: what must be known before its data set is sent.
struct OutgoingFile: Sendable {
    var name: String
    var bytes: ImportItem.Bytes
    var sopClass: UID
    var sopInstance: UID
    var transferSyntax: TransferSyntax
    var dataSetOffset: Int

    /// Reads the head and as much of the data set as names the object.
    /// - Throws: `ReadError`, `Failure`, or what the disk says.
    init(_ item: ImportItem) throws {
        name = item.name
        bytes = item.bytes
        // SOP Class and SOP Instance stand in group 0008.
        var reader = FileReader(options: .init(stopBefore: Tag(0x0009, 0)))
        let pieces = FilePieces(item.bytes)
        while !reader.isStopped, let piece = try pieces.next() { try reader.feed(piece) }
        try reader.finish()
        guard let syntax = reader.transferSyntax, let sopClass = reader.dataSet.uid(.sopClassUID), let sopInstance = reader.dataSet.uid(.sopInstanceUID)
        else { throw Failure("has no SOP Class UID or SOP Instance UID") }
        self.sopClass = sopClass
        self.sopInstance = sopInstance
        transferSyntax = syntax
        dataSetOffset = Int(reader.dataSetOffset)
    }

    /// The data set, piece by piece.
    var dataSet: DataSetPieces { DataSetPieces(bytes: bytes, offset: dataSetOffset) }

    struct DataSetPieces: AsyncSequence, Sendable {
        let bytes: ImportItem.Bytes
        let offset: Int

        func makeAsyncIterator() -> Iterator { Iterator(pieces: FilePieces(bytes, from: offset)) }

        struct Iterator: AsyncIteratorProtocol {
            let pieces: FilePieces
            mutating func next() async throws -> ByteBuffer? { try pieces.next().map { ByteBuffer(bytes: $0) } }
        }
    }
}

/// Reads a file in pieces of 256 KiB.
final class FilePieces {
    private var handle: FileHandle?
    private var held: [UInt8]
    private let path: String?

    init(_ bytes: ImportItem.Bytes, from offset: Int = 0) {
        switch bytes {
        case .held(let bytes):
            held = offset == 0 ? bytes : Array(bytes.dropFirst(offset))
            path = nil
        case .file(let path):
            held = []
            self.path = path
            self.offset = UInt64(offset)
        }
    }

    private var offset: UInt64 = 0

    func next() throws -> [UInt8]? {
        guard let path else {
            defer { held = [] }
            return held.isEmpty ? nil : held
        }
        if handle == nil {
            let opened = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            if offset > 0 { try opened.seek(toOffset: offset) }
            handle = opened
        }
        guard let data = try handle?.read(upToCount: 256 << 10), !data.isEmpty else { return nil }
        return [UInt8](data)
    }

    deinit { try? handle?.close() }  // Read only: nothing can be lost.
}
