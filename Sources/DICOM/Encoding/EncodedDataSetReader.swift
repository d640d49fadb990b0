/// A data set in the form a transfer syntax gives it on the wire: inflated on the way where it is deflated.
public struct EncodedDataSetReader: Sendable {
    public private(set) var reader: DataSetReader
    private let inflater: Inflater?

    public init(transferSyntax: TransferSyntax, length: UInt64? = nil, options: DataSetReader.Options = .init()) {
        // The length of a deflated data set says nothing about the inflated one.
        reader = DataSetReader(encoding: transferSyntax.encoding, length: transferSyntax.isDeflated ? nil : length, options: options)
        inflater = transferSyntax.isDeflated ? Inflater(ratio: options.limits.inflateRatio) : nil
    }

    /// - Parameter start: index in `bytes` of the next byte.
    public mutating func feed(_ bytes: [UInt8], from start: Int = 0) throws(ReadError) {
        guard let inflater else { try reader.feed(bytes, from: start); return }
        try inflater.inflate(start == 0 ? bytes : Array(bytes[start...])) { (block) throws(ReadError) in
            try reader.feed(block)
            return !reader.isStopped
        }
    }

    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReadError) {
        if inflater == nil { try reader.feed(bytes) } else { try feed([UInt8](bytes)) }
    }

    mutating func feed(upTo count: Int, from source: (inout OutputSpan<UInt8>) throws -> Void) throws {
        guard inflater != nil else { return try reader.feed(upTo: count, from: source) }
        try feed([UInt8](capacity: count, initializingWith: source))
    }

    /// See ``DataSetReader/skip()``; a deflate stream has no place to go on from.
    mutating func skip() -> UInt64 { inflater == nil ? reader.skip() : 0 }

    public mutating func finish() throws(ReadError) {
        if let inflater, !inflater.isAtEnd, !reader.isStopped {
            throw ReadError(.truncated, offset: reader.offset, "the deflate stream ends before its end mark")
        }
        try reader.finish()
    }
}
