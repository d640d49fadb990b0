import Crypto
import DICOM

/// The bytes of a whole object, piece by piece, checked against its hash: the last piece comes only when all of them are right.
public struct ObjectBytes: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    let store: any BlobStore
    let object: ObjectID
    public let size: UInt64
    static let pieceSize: UInt64 = 512 << 10

    public func makeAsyncIterator() -> Iterator { Iterator(bytes: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let bytes: ObjectBytes
        var offset: UInt64 = 0
        var hash = SHA256()

        init(bytes: ObjectBytes) { self.bytes = bytes }

        /// - Throws: `.damaged` in place of the last piece where the bytes are not those that were stored.
        public mutating func next() async throws(ArchiveError) -> [UInt8]? {
            guard offset < bytes.size else { return nil }
            let length = Swift.min(ObjectBytes.pieceSize, bytes.size - offset)
            let piece = try await bytes.store.read(bytes.object, ByteRange(offset: offset, length: length))
            offset += length
            piece.withUnsafeBytes { hash.update(bufferPointer: $0) }
            if offset == bytes.size, ObjectID(hash.finalize()) != bytes.object {
                throw ArchiveError(.damaged, "object \(bytes.object) is damaged: its bytes are not those that were stored")
            }
            return piece
        }
    }
}

extension Archive {
    /// The whole file: preamble, meta information, data set. Memory is bounded by a piece.
    public func read(_ location: InstanceLocation) -> ObjectBytes {
        ObjectBytes(store: store, object: location.object, size: location.size)
    }

    /// Bytes of the file.
    ///
    /// - Throws: `.damaged` where the file is missing or too short; `.outOfResources` for more than 1 GiB.
    public func read(_ location: InstanceLocation, _ range: ByteRange) async throws(ArchiveError) -> [UInt8] {
        guard range.offset <= location.size, range.length <= location.size - range.offset else {
            throw ArchiveError(.damaged, "bytes \(range.offset) to \(range.offset &+ range.length) do not lie in the \(location.size) of instance \(location.sopInstance)")
        }
        return try await store.read(location.object, range)
    }

    /// The data set without its pixel data, which stands in it as an external value (from the first byte of the data set) so that one
    /// sees that it is there. What follows the pixel data is read where it is small.
    public func header(of location: InstanceLocation) async throws(ArchiveError) -> DataSet {
        var reader = EncodedDataSetReader(
            transferSyntax: location.transferSyntax, length: location.headerEnd - location.dataSetOffset)
        try await feed(&reader, location, from: location.dataSetOffset, to: location.headerEnd)
        var dataSet = reader.reader.dataSet
        guard let pixelData = location.pixelData else { return dataSet }
        dataSet.set(DataElement(tag: pixelData.tag, vr: pixelData.vr, value: .external(pixelData.value)))
        // A sequence delimiter ends encapsulated pixel data.
        let start = location.inFile(pixelData.value).offset + pixelData.value.length + (pixelData.isEncapsulated ? 8 : 0)
        guard start + 8 <= location.size, location.size - start <= Self.longestTail else { return dataSet }
        // Some systems fill up with one byte value, which is no element.
        let first = try await store.read(location.object, ByteRange(offset: start, length: 4))
        guard first != [0, 0, 0, 0], first != [0xFF, 0xFF, 0xFF, 0xFF] else { return dataSet }
        var tail = EncodedDataSetReader(transferSyntax: location.transferSyntax, length: location.size - start)
        try await feed(&tail, location, from: start, to: location.size)
        for element in tail.reader.dataSet.elements { dataSet.set(element) }
        return dataSet
    }

    private static let longestTail: UInt64 = 16 << 20

    private func feed(_ reader: inout EncodedDataSetReader, _ location: InstanceLocation, from start: UInt64, to end: UInt64) async throws(ArchiveError) {
        var offset = start
        while offset < end {
            let length = min(1 << 20, end - offset)
            let bytes = try await store.read(location.object, ByteRange(offset: offset, length: length))
            do throws(ReadError) { try reader.feed(bytes) } catch { throw damaged(location, error) }
            offset += length
        }
        do throws(ReadError) { try reader.finish() } catch { throw damaged(location, error) }
    }

    /// It was readable when it was stored.
    private func damaged(_ location: InstanceLocation, _ error: ReadError) -> ArchiveError {
        ArchiveError(.damaged, "object \(location.object) of instance \(location.sopInstance) is damaged: \(error)")
    }
}
