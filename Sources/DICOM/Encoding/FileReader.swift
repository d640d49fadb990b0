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
        try inFile { (reader) throws(ReadError) in try reader?.finish() }
        warnings += (body?.reader.warnings ?? []).map { warning in
            var warning = warning
            warning.offset += dataSetOffset
            return warning
        }
    }

    private mutating func begin(_ head: FileHead, _ bytes: [UInt8], _ start: Int) throws(ReadError) {
        self.head = head
        warnings = head.warnings
        let bodyLength = length.map { $0 > head.dataSetOffset ? $0 - head.dataSetOffset : 0 }
        body = EncodedDataSetReader(transferSyntax: head.transferSyntax, length: bodyLength, options: options)
        headReader = FileHeadReader()
        try feedBody(bytes, from: start)
    }

    private mutating func feedBody(_ bytes: [UInt8], from start: Int = 0) throws(ReadError) {
        try inFile { (reader) throws(ReadError) in try reader?.feed(bytes, from: start) }
    }

    /// Errors then speak of places in the file.
    private mutating func inFile(_ work: (inout EncodedDataSetReader?) throws(ReadError) -> Void) throws(ReadError) {
        do {
            try work(&body)
        } catch {
            var error = error
            if transferSyntax?.isDeflated != true { error.offset += dataSetOffset }
            throw error
        }
    }
}

extension FileReader {
    /// A file held in memory, with its pixel data unless told otherwise.
    public static func read(_ bytes: [UInt8], options: DataSetReader.Options = .init(keepsPixelData: true)) throws(ReadError) -> FileReader {
        var reader = FileReader(length: UInt64(bytes.count), options: options)
        try reader.feed(bytes)
        try reader.finish()
        return reader
    }
}
