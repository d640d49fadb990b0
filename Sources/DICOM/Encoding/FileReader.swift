/// Reads a PS3.10 file from bytes as they come; also files without preamble, and bare data sets whose encoding can be told.
public struct FileReader: Sendable {
    /// nil until the meta information has been read; stays nil for a bare data set.
    public private(set) var meta: FileMetaInformation?
    /// As the meta information says, or as the first bytes of a file without one show. nil until known.
    public private(set) var transferSyntax: TransferSyntax?
    /// First byte of the data set in the file; ranges of the data set count from there.
    public private(set) var dataSetOffset: UInt64 = 0
    public private(set) var warnings: [ReadWarning] = []
    /// The data set's reader; nil until it begins.
    public private(set) var body: EncodedDataSetReader?

    private let options: DataSetReader.Options
    private let length: UInt64?
    private var head: [UInt8] = []
    /// Enough to decide: a preamble, or a prefix, or elements at once.
    private static let headSize = 144
    private static let largestMeta = 1 << 20

    /// - Parameter length: bytes of the file, where known.
    public init(length: UInt64? = nil, options: DataSetReader.Options = .init()) {
        self.length = length
        self.options = options
    }

    public var dataSet: DataSet { body?.reader.dataSet ?? DataSet() }
    public var isStopped: Bool { body?.reader.isStopped ?? false }

    public mutating func feed(_ bytes: [UInt8]) throws(ReadError) {
        if body != nil {
            try feedBody(bytes)
            return
        }
        head += bytes
        if head.count >= Self.headSize { try readHead(isWhole: false) }
    }

    public mutating func finish() throws(ReadError) {
        if body == nil { try readHead(isWhole: true) }
        try inFile { (reader) throws(ReadError) in try reader.finish() }
        warnings += (body?.reader.warnings ?? []).map { warning in
            var warning = warning
            warning.offset += dataSetOffset
            return warning
        }
    }

    private mutating func feedBody(_ bytes: [UInt8]) throws(ReadError) {
        try inFile { (reader) throws(ReadError) in try reader.feed(bytes) }
    }

    /// Errors then speak of places in the file.
    private mutating func inFile(_ work: (inout EncodedDataSetReader) throws(ReadError) -> Void) throws(ReadError) {
        guard var reader = body else { return }
        body = nil
        defer { body = reader }
        do {
            try work(&reader)
        } catch {
            var error = error
            if transferSyntax?.isDeflated != true { error.offset += dataSetOffset }
            throw error
        }
    }

    private mutating func readHead(isWhole: Bool) throws(ReadError) {
        guard !head.isEmpty else { throw ReadError(.notDICOM, offset: 0, "the file is empty") }
        let prefix = Array("DICM".utf8)
        if head.count >= 132, Array(head[128..<132]) == prefix {
            try readMeta(at: 132, isWhole: isWhole)
        } else if head.starts(with: prefix) {
            warn(0, "the preamble is missing")
            try readMeta(at: 4, isWhole: isWhole)
        } else if head.count >= 8, head[0] == 2, head[1] == 0, VR(head[4], head[5]).isKnown {
            warn(0, "preamble and prefix are missing")
            try readMeta(at: 0, isWhole: isWhole)
        } else {
            try beginBareDataSet()
        }
    }

    private mutating func readMeta(at start: Int, isWhole: Bool) throws(ReadError) {
        // The group ends where another begins: the group length may be missing or wrong, and is only checked.
        var reader = DataSetReader(
            encoding: .explicitLittle, options: .init(onlyGroup: 0x0002))
        do {
            try reader.feed(Array(head[start...]))
            if isWhole || reader.isStopped { try reader.finish() }
        } catch {
            throw ReadError(.invalidFileMetaInformation, path: error.path, offset: error.offset + UInt64(start), "file meta information: \(error.message)")
        }
        guard isWhole || reader.isStopped else {
            guard head.count <= Self.largestMeta else {
                throw ReadError(.invalidFileMetaInformation, offset: UInt64(start), "file meta information is longer than \(Self.largestMeta) bytes")
            }
            return
        }
        // A transfer syntax other than explicit little endian begins here: only the headers of group 0002 were read.
        let end = start + Int(reader.headerLength)
        let meta = FileMetaInformation(dataSet: reader.dataSet)
        self.meta = meta
        if let stated = meta.dataSet.integer(.fileMetaInformationGroupLength) {
            let actual = Int(reader.headerLength) - 12
            if stated != actual { warn(UInt64(start), "group length of the file meta information is \(stated), not \(actual)") }
        } else {
            warn(UInt64(start), "group length of the file meta information is missing")
        }
        if let syntax = meta.transferSyntax {
            transferSyntax = syntax
        } else {
            warn(UInt64(start), "Transfer Syntax UID is missing")
            transferSyntax = try guessedSyntax(Array(head[end...]), at: UInt64(end))
        }
        try begin(at: end)
    }

    private mutating func beginBareDataSet() throws(ReadError) {
        transferSyntax = try guessedSyntax(head, at: 0)
        warn(0, "no file meta information: read as \(transferSyntax?.uid.text ?? "")")
        try begin(at: 0)
    }

    private mutating func begin(at offset: Int) throws(ReadError) {
        guard let transferSyntax else { return }
        dataSetOffset = UInt64(offset)
        let rest = Array(head[offset...])
        head = []
        body = EncodedDataSetReader(
            transferSyntax: transferSyntax, length: length.map { $0 > dataSetOffset ? $0 - dataSetOffset : 0 }, options: options)
        try feedBody(rest)
    }

    /// The encoding that the first element of a data set shows beyond doubt: group 0008 in a known attribute.
    private func guessedSyntax(_ bytes: [UInt8], at offset: UInt64) throws(ReadError) -> TransferSyntax {
        guard bytes.count >= 8 else { throw ReadError(.notDICOM, offset: offset, "too short for a DICOM data set") }
        let vr = VR(bytes[4], bytes[5])
        let little = Tag(UInt16(bytes[1]) << 8 | UInt16(bytes[0]), UInt16(bytes[3]) << 8 | UInt16(bytes[2]))
        let big = Tag(little.group.byteSwapped, little.element.byteSwapped)
        func isFirst(_ tag: Tag) -> Bool { tag.group == 8 && (tag.element == 0 || DataElementTable.entry(for: tag) != nil) }
        let length = UInt32(bytes[4]) | UInt32(bytes[5]) << 8 | UInt32(bytes[6]) << 16 | UInt32(bytes[7]) << 24
        if isFirst(little), vr.isKnown { return .explicitVRLittleEndian }
        if isFirst(little), length < 1 << 16 { return .implicitVRLittleEndian }
        if isFirst(big), vr.isKnown { return .explicitVRBigEndian }
        throw ReadError(.notDICOM, offset: offset, "neither the DICM prefix of PS3.10 nor a DICOM data set is here")
    }

    private mutating func warn(_ offset: UInt64, _ message: String) {
        warnings.append(ReadWarning(path: [], offset: offset, message: message))
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
