/// What stands before the data set of a file (PS3.10 §7.1), and how the data set is encoded.
public struct FileHead: Sendable {
    /// nil for a bare data set.
    public var meta: FileMetaInformation?
    /// As the meta information says, or as the first bytes of a file without one show.
    public var transferSyntax: TransferSyntax
    /// First byte of the data set in the file.
    public var dataSetOffset: UInt64
    public var warnings: [ReadWarning]
}

/// Reads a file's head from bytes as they come; also of files without preamble, and of bare data sets whose encoding can be told.
public struct FileHeadReader: Sendable {
    private var head: [UInt8] = []
    private var warnings: [ReadWarning] = []
    /// Enough to decide: a preamble, or a prefix, or elements at once.
    private static let headSize = 144
    private static let largestMeta = 1 << 20

    public init() {}

    /// The head, and the bytes that came with it, of which the data set's begin at `start`; nil while more bytes are needed.
    public mutating func feed(_ bytes: [UInt8]) throws(ReadError) -> (head: FileHead, bytes: [UInt8], start: Int)? {
        if head.isEmpty { head = bytes } else { head += bytes }
        return head.count >= Self.headSize ? try readHead(isWhole: false) : nil
    }

    /// For a file that has ended before `feed` gave a head.
    public mutating func finish() throws(ReadError) -> (head: FileHead, bytes: [UInt8], start: Int) {
        guard let result = try readHead(isWhole: true) else {
            throw ReadError(.invalidFileMetaInformation, offset: 0, "file meta information does not end")
        }
        return result
    }

    private mutating func readHead(isWhole: Bool) throws(ReadError) -> (FileHead, [UInt8], Int)? {
        guard !head.isEmpty else { throw ReadError(.notDICOM, offset: 0, "the file is empty") }
        let prefix = Array("DICM".utf8)
        if head.count >= 132, head[128..<132] == prefix[...] {
            return try readMeta(at: 132, isWhole: isWhole)
        } else if head.starts(with: prefix) {
            warn(0, "the preamble is missing")
            return try readMeta(at: 4, isWhole: isWhole)
        } else if head.count >= 8, head[0] == 2, head[1] == 0, VR(head[4], head[5]).isKnown {
            warn(0, "preamble and prefix are missing")
            return try readMeta(at: 0, isWhole: isWhole)
        } else {
            return try bareDataSet()
        }
    }

    private mutating func readMeta(at start: Int, isWhole: Bool) throws(ReadError) -> (FileHead, [UInt8], Int)? {
        // The group ends where another begins: the group length may be missing or wrong, and is only checked.
        var reader = DataSetReader(
            encoding: .explicitLittle, options: .init(onlyGroup: 0x0002))
        do {
            try reader.feed(head, from: start)
            if isWhole || reader.isStopped { try reader.finish() }
        } catch {
            throw ReadError(.invalidFileMetaInformation, path: error.path, offset: error.offset + UInt64(start), "file meta information: \(error.message)")
        }
        guard isWhole || reader.isStopped else {
            guard head.count <= Self.largestMeta else {
                throw ReadError(.invalidFileMetaInformation, offset: UInt64(start), "file meta information is longer than \(Self.largestMeta) bytes")
            }
            return nil
        }
        // A transfer syntax other than explicit little endian begins here: only the headers of group 0002 were read.
        let end = start + Int(reader.headerLength)
        let meta = FileMetaInformation(dataSet: reader.dataSet)
        if let stated = meta.dataSet.integer(.fileMetaInformationGroupLength) {
            let actual = Int(reader.headerLength) - 12
            if stated != actual { warn(UInt64(start), "group length of the file meta information is \(stated), not \(actual)") }
        } else {
            warn(UInt64(start), "group length of the file meta information is missing")
        }
        let stated = meta.transferSyntax
        if stated == nil { warn(UInt64(start), "Transfer Syntax UID is missing") }
        let syntax = if let stated { stated } else { try guessedSyntax(Array(head[end...].prefix(8)), at: UInt64(end)) }
        return (FileHead(meta: meta, transferSyntax: syntax, dataSetOffset: UInt64(end), warnings: warnings), head, end)
    }

    private mutating func bareDataSet() throws(ReadError) -> (FileHead, [UInt8], Int) {
        let syntax = try guessedSyntax(head, at: 0)
        warn(0, "no file meta information: read as \(syntax.uid)")
        return (FileHead(meta: nil, transferSyntax: syntax, dataSetOffset: 0, warnings: warnings), head, 0)
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
