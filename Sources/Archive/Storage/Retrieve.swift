import DICOM

/// The bytes of a whole object, piece by piece, checked against its hash (``Recheck``): the last piece comes only when all of them are right.
public struct ObjectBytes: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    let store: any BlobStore
    let object: ObjectID
    /// As it is stored.
    public let size: UInt64
    /// nil: it is hashed in any case.
    let recheck: Recheck?
    /// For an object that is not shown as it came.
    var rewritten: (@Sendable () async throws(ArchiveError) -> RewrittenBytes?)?
    static let pieceSize: UInt64 = 512 << 10

    init(
        store: any BlobStore, object: ObjectID, size: UInt64, recheck: Recheck? = nil,
        rewritten: (@Sendable () async throws(ArchiveError) -> RewrittenBytes?)? = nil
    ) {
        (self.store, self.object, self.size, self.recheck, self.rewritten) = (store, object, size, recheck, rewritten)
    }

    public func makeAsyncIterator() -> Iterator {
        Iterator(stored: Stored(store: store, object: object, size: size, recheck: recheck), rewritten: rewritten)
    }

    public struct Iterator: AsyncIteratorProtocol, Sendable {
        var stored: Stored
        var rewritten: (@Sendable () async throws(ArchiveError) -> RewrittenBytes?)?
        private var changed: RewrittenBytes?

        init(stored: Stored, rewritten: (@Sendable () async throws(ArchiveError) -> RewrittenBytes?)?) {
            (self.stored, self.rewritten) = (stored, rewritten)
        }

        /// - Throws: `.damaged` in place of the last piece where the bytes are not those that were stored.
        public mutating func next() async throws(ArchiveError) -> [UInt8]? {
            if let rewritten {
                changed = try await rewritten()
                self.rewritten = nil
            }
            guard var bytes = changed else { return try await stored.next() }
            let piece = try await bytes.next()
            changed = bytes
            return piece
        }
    }

    /// The bytes as they are stored.
    struct Stored: Sendable {
        let store: any BlobStore
        let object: ObjectID
        let size: UInt64
        var offset: UInt64 = 0
        var check: ObjectCheck

        init(store: any BlobStore, object: ObjectID, size: UInt64, recheck: Recheck?) {
            (self.store, self.object, self.size, check) = (store, object, size, ObjectCheck(object, recheck))
        }

        mutating func next() async throws(ArchiveError) -> [UInt8]? {
            guard offset < size else { return nil }
            let length = Swift.min(ObjectBytes.pieceSize, size - offset)
            let (piece, stamp) = try await store.piece(object, ByteRange(offset: offset, length: length))
            offset += length
            check.begin(stamp)
            piece.withUnsafeBytes { check.add($0) }
            if offset == size {
                try check.end()
                if check.isInDoubt { try await Self.look(at: object, of: size, in: store) }
            }
            return piece
        }

        /// - Throws: `.damaged`
        static func look(at object: ObjectID, of size: UInt64, in store: any BlobStore) async throws(ArchiveError) {
            var all = Stored(store: store, object: object, size: size, recheck: nil)
            while try await all.next() != nil {}
        }
    }
}

extension Archive {
    /// The whole file as it is shown: preamble, meta information, data set with its correction. Memory is bounded by the attributes
    /// before the pixel data, without a correction by a piece.
    ///
    /// - Parameter wanted: what is to be different from what is shown, before the pixel data.
    public func read(_ location: InstanceLocation, changing wanted: (@Sendable (DataSet) -> DataSet)? = nil) -> ObjectBytes {
        guard location.correction != nil || wanted != nil else { return stored(location) }
        return ObjectBytes(store: store, object: location.object, size: location.size, recheck: recheck) { [self] () async throws(ArchiveError) -> RewrittenBytes? in
            guard let change = try await change(of: location, wanted) else { return nil }
            return RewrittenBytes(try await rewrittenHead(of: location, change), location, store: store, recheck: recheck)
        }
    }

    /// The whole file as it came.
    public func stored(_ location: InstanceLocation) -> ObjectBytes {
        ObjectBytes(store: store, object: location.object, size: location.size, recheck: recheck)
    }

    /// Bytes of the file as it is stored.
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
        let dataSet = try await storedHeader(of: location)
        guard let recorded = try await correction(of: location) else { return dataSet }
        return recorded.correction.applied(to: dataSet, by: recorded.attribution)
    }

    private func storedHeader(of location: InstanceLocation) async throws(ArchiveError) -> DataSet {
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

    func feed(_ reader: inout EncodedDataSetReader, _ location: InstanceLocation, from start: UInt64, to end: UInt64) async throws(ArchiveError) {
        var offset = start
        while offset < end, !reader.reader.isStopped {
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
