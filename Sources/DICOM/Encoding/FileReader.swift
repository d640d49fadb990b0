/// Reads a PS3.10 file from bytes as they come: its head, then its data set.
public struct FileReader: Sendable {
    /// nil until it has been read.
    public private(set) var head: FileHead?
    /// The data set's reader; nil until it begins. Its offsets count from the data set's first byte.
    public private(set) var body: EncodedDataSetReader?
    public private(set) var warnings: [ReadWarning] = []

    private let options: DataSetReader.Options
    private let length: UInt64?
    private var headReader = FileHeadReader()

    /// - Parameter length: bytes of the file, where known.
    public init(length: UInt64? = nil, options: DataSetReader.Options = .init()) {
        self.length = length
        self.options = options
    }

    public var meta: FileMetaInformation? { head?.meta }
    public var transferSyntax: TransferSyntax? { head?.transferSyntax }
    public var dataSetOffset: UInt64 { head?.dataSetOffset ?? 0 }
    public var dataSet: DataSet { body?.reader.dataSet ?? DataSet() }
    public var isStopped: Bool { body?.reader.isStopped ?? false }

    public mutating func feed(_ bytes: [UInt8]) throws(ReadError) {
        if body != nil {
            try feedBody(bytes)
        } else if let (head, bytes, start) = try headReader.feed(bytes) {
            try begin(head, bytes, start)
        }
    }

    public mutating func finish() throws(ReadError) {
        if body == nil {
            let (head, bytes, start) = try headReader.finish()
            try begin(head, bytes, start)
        }
        do throws(ReadError) { try body?.finish() } catch { throw inFile(error) }
        warnings += (body?.reader.warnings ?? []).map { warning in
            var warning = warning
            warning.offset += dataSetOffset
            return warning
        }
    }

    /// Passes over what is left of a value that is not held, but for its last byte.
    /// - Returns: how many bytes need not be fed: the next ones follow them. 0 in most places.
    public mutating func skip() -> UInt64 { body?.skip() ?? 0 }

    private mutating func begin(_ head: FileHead, _ bytes: [UInt8], _ start: Int) throws(ReadError) {
        self.head = head
        warnings = head.warnings
        let bodyLength = length.map { $0 > head.dataSetOffset ? $0 - head.dataSetOffset : 0 }
        body = EncodedDataSetReader(transferSyntax: head.transferSyntax, length: bodyLength, options: options)
        headReader = FileHeadReader()
        try feedBody(bytes, from: start)
    }

    private mutating func feedBody(_ bytes: [UInt8], from start: Int = 0) throws(ReadError) {
        do throws(ReadError) { try body?.feed(bytes, from: start) } catch { throw inFile(error) }
    }

    /// Speaks of the place in the file.
    private func inFile(_ error: ReadError) -> ReadError {
        var error = error
        if transferSyntax?.isDeflated != true { error.offset += dataSetOffset }
        return error
    }
}

extension FileReader {
    /// Reads a whole file, or as much of it as `options` ask for, then finishes. Few bytes are asked for at first, for most
    /// headers are short, and twice as many each time; none of a value that is not held.
    ///
    /// - Parameter source: appends bytes of the file from `offset` on, as many as there is room for or fewer; none at the end.
    /// - Throws: `ReadError`, and what `source` throws.
    public mutating func read(from source: (_ offset: UInt64, inout OutputSpan<UInt8>) throws -> Void) throws {
        let smallest = 4 << 10, largest = 256 << 10
        var offset: UInt64 = 0
        var size = smallest
        while !isStopped {
            var count = 0
            try feed(upTo: size) { bytes in
                try source(offset, &bytes)
                count = bytes.count
            }
            guard count > 0 else { break }
            let skipped = skip()
            offset += UInt64(count) + skipped
            size = skipped > 0 ? smallest : min(2 * size, largest)
        }
        try finish()
    }

    private mutating func feed(upTo count: Int, from source: (inout OutputSpan<UInt8>) throws -> Void) throws {
        guard body != nil else { return try feed([UInt8](capacity: count, initializingWith: source)) }
        do { try body?.feed(upTo: count, from: source) } catch let error as ReadError { throw inFile(error) }
    }

    /// A file held in memory, with its pixel data unless told otherwise.
    public static func read(_ bytes: [UInt8], options: DataSetReader.Options = .init(keepsPixelData: true)) throws(ReadError) -> FileReader {
        var reader = FileReader(length: UInt64(bytes.count), options: options)
        try reader.feed(bytes)
        try reader.finish()
        return reader
    }
}
