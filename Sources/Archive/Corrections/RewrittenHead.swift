import DICOM

/// A stored file with another data set before its pixel data; what follows stays as it is.
struct RewrittenHead: Sendable {
    enum Piece: Sendable {
        case bytes([UInt8])
        /// Of the file as it is stored: values too large to be held.
        case stored(ByteRange)

        var count: UInt64 {
            switch self {
            case .bytes(let bytes): UInt64(bytes.count)
            case .stored(let range): range.length
            }
        }
    }

    /// Preamble and meta information, then the data set up to its pixel data, not deflated.
    var pieces: [Piece]
    /// Bytes that `pieces` stand for: of the file, of a deflated data set once it is inflated.
    var replaced: UInt64

    var count: UInt64 { pieces.reduce(0) { $0 + $1.count } }

    /// - Parameters:
    ///   - meta: preamble and meta information.
    ///   - dataSet: what lies before the pixel data; external values count from the first byte of the stored data set.
    init(meta: [UInt8], _ dataSet: DataSet, as encoding: TransferSyntax.Encoding, replaced: UInt64) throws(WriteError) {
        pieces = [.bytes(meta)]
        self.replaced = replaced
        var held: [DataElement] = []
        func flush(_ pieces: inout [Piece]) throws(WriteError) {
            if !held.isEmpty { pieces.append(.bytes(try DataSetWriter.encode(DataSet(held), as: encoding))) }
            held = []
        }
        for element in dataSet.elements {
            guard case .external(let range) = element.value else { held.append(element); continue }
            try flush(&pieces)
            pieces.append(.bytes(DataSetWriter.header(element.tag, element.vr, length: UInt32(clamping: range.length), as: encoding)))
            pieces.append(.stored(ByteRange(offset: UInt64(meta.count) + range.offset, length: range.length)))
        }
        try flush(&pieces)
    }
}

extension Archive {
    typealias HeadChange = @Sendable (DataSet) -> DataSet

    /// What the instance is shown with, and then what somebody wants it to be; nil where neither changes it.
    func change(of location: InstanceLocation, _ wanted: HeadChange?) async throws(ArchiveError) -> HeadChange? {
        guard let recorded = try await correction(of: location) else { return wanted }
        let attribution = recorded.attribution
        return { dataSet in
            let corrected = recorded.correction.applied(to: dataSet, by: attribution)
            return wanted?(corrected) ?? corrected
        }
    }

    func rewrittenHead(of location: InstanceLocation, _ change: HeadChange) async throws(ArchiveError) -> RewrittenHead {
        let meta = try await store.read(location.object, ByteRange(offset: 0, length: location.dataSetOffset))
        var limits = ReadLimits()
        (limits.elementInMemory, limits.dataSetInMemory) = (8 << 20, 128 << 20)
        // Places in an inflated data set are no places in the file: all before the pixel data is held.
        if location.transferSyntax.isDeflated { limits.elementInMemory = 64 << 20 }
        let isDeflated = location.transferSyntax.isDeflated
        var reader = EncodedDataSetReader(
            transferSyntax: location.transferSyntax, length: location.headerEnd - location.dataSetOffset,
            options: .init(stopBefore: isDeflated ? Tag(0x7FE0, 0x0000) : nil, limits: limits))
        try await feed(&reader, location, from: location.dataSetOffset, to: location.headerEnd)
        let dataSet = change(reader.reader.dataSet)
        do throws(WriteError) {
            return try RewrittenHead(
                meta: meta, dataSet, as: reader.reader.encoding, replaced: isDeflated ? reader.reader.headerLength : location.headerEnd)
        } catch {
            throw ArchiveError(.storageFailed, "instance \(location.sopInstance) cannot be written with its correction: \(error)")
        }
    }
}
