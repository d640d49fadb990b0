import DICOM
import NIOCore

extension IncomingDataSet {
    /// The whole of a small data set, decoded.
    ///
    /// - Parameter limit: bytes, encoded and in memory, beyond which it is refused.
    /// - Throws: `NetworkError`, or `ReadError` where the bytes are no data set in that transfer syntax.
    public func dataSet(as transferSyntax: TransferSyntax, upTo limit: Int = 16 << 20) async throws -> DataSet {
        try DataSet(encoded: try await collect(upTo: limit), transferSyntax, limit: limit)
    }
}

extension IncomingMessage {
    /// Its data set, decoded in the context's transfer syntax; an empty one where it has none.
    ///
    /// - Throws: as ``IncomingDataSet/dataSet(as:upTo:)``.
    public func identifier() async throws -> DataSet {
        guard let dataSet else { return DataSet() }
        return try await dataSet.dataSet(as: TransferSyntax(context.transferSyntax))
    }
}

extension DataSet {
    init(encoded: ByteBuffer, _ transferSyntax: TransferSyntax, limit: Int) throws(ReadError) {
        var options = DataSetReader.Options()
        options.limits.dataSetInMemory = UInt64(clamping: limit)
        let length = UInt64(encoded.readableBytes)
        var reader = EncodedDataSetReader(transferSyntax: transferSyntax, length: length, options: options)
        try reader.feed(Array(encoded.readableBytesView))
        try reader.finish()
        self = reader.reader.dataSet
    }
}

extension Association {
    /// A message with a small data set, encoded here in the context's transfer syntax.
    ///
    /// - Throws: `NetworkError`, or `WriteError` where the data set cannot be encoded; nothing is sent then.
    public func send(_ command: CommandSet, in context: PresentationContext, dataSet: DataSet) async throws {
        let bytes = try DataSetWriter.encode(dataSet, as: TransferSyntax(context.transferSyntax))
        try await send(command, in: context, dataSet: ByteBuffer(bytes: bytes))
    }
}
