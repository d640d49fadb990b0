/// Reads an encoded data set from bytes as they come: from a socket, a file, an upload (PS3.5 §7).
///
/// Feed it chunks of any size, then `finish()`. Values are held in memory up to the limits; pixel data is not (unless asked
/// for): its place is noted. After an error the reader is spent.
public struct DataSetReader: Sendable {
    public struct Options: Sendable {
        /// Stop before the first top-level element with this tag or a later one.
        public var stopBefore: Tag?
        /// Stop before the first top-level element of another group: how file meta information ends (PS3.10 §7.1).
        public var onlyGroup: UInt16?
        /// Hold top-level pixel data in memory too (within `limits`).
        public var keepsPixelData = false
        public var limits = ReadLimits()

        public init(stopBefore: Tag? = nil, onlyGroup: UInt16? = nil, keepsPixelData: Bool = false, limits: ReadLimits = ReadLimits()) {
            self.stopBefore = stopBefore
            self.onlyGroup = onlyGroup
            self.keepsPixelData = keepsPixelData
            self.limits = limits
        }
    }

    // MARK: Results

    /// Complete after `finish()`.
    public internal(set) var dataSet = DataSet()
    public internal(set) var pixelData: PixelDataLocation?
    public internal(set) var warnings: [ReadWarning] = []
    /// First byte of the pixel data's element or of the element the reader stopped before; the data set's length where there is neither.
    public internal(set) var headerLength: UInt64 = 0
    /// First bytes of the items of Directory Record Sequence (0004,1220): what its records refer to each other by (PS3.3 §F.3.2.2).
    public internal(set) var recordOffsets: [UInt64] = []
    /// No further byte is needed: the stop was reached.
    public internal(set) var isStopped = false
    /// How the headers really are encoded: differs from what the transfer syntax says where a file lies about itself.
    public internal(set) var encoding: TransferSyntax.Encoding

    // MARK: Where we are

    let options: Options
    /// What has been read and is held, and behind it what has come and is still to be read.
    var content = DataSet.Content()
    /// In `content.storage`: the next byte to be read.
    var position = 0
    /// In `content.storage`: the end of the last value that is held.
    var kept = 0
    /// Offset in the data set of `content.storage[0]`, had nothing been left out: wraps below zero where the data set begins
    /// later in the storage.
    var base: UInt64 = 0
    var mode: Mode = .structure
    /// The data set or item being read, and those around it from the outside in.
    var level: Level
    var outer: [Level] = []
    /// Of each open level, from the outside in: its elements, then the items of the sequence being read in it.
    var open: [DataSet.Node] = []
    /// By nesting: where in `open` each tag stands, in a level whose order is broken.
    var places: [Int: [Tag: Int]] = [:]
    var elementCount = 0
    var bytesHeld: UInt64 = 0
    var headerEnd: UInt64?

    enum Mode {
        case structure
        /// Inside a value, from `start` in the storage, until it is whole.
        case collecting(tag: Tag, vr: VR, start: Int, missing: Int)
        /// A value that is not held.
        case skipping(UInt64)
        /// Inside encapsulated pixel data: item headers are read, contents noted or kept.
        case fragments(FragmentReading)
        /// Bytes of one value after the last element.
        case trailing(UInt8)
    }

    /// A data set or item, with the sequence being read in it.
    struct Level {
        /// In `open`: its first element.
        var first: Int
        /// First byte after it; `.max` where the length is undefined.
        var end: UInt64
        var encoding: TransferSyntax.Encoding
        var hasUndefinedLength = false
        var isOrdered = true
        var isEncodingChecked = false
        var sequence: SequenceReading?
    }

    struct SequenceReading {
        var tag: Tag
        var vr: VR
        /// In `open`: its first item.
        var first: Int
        var end: UInt64
        var encoding: TransferSyntax.Encoding

        var hasUndefinedLength: Bool { end == .max }
    }

    /// - Parameter length: bytes of the data set, where known: lengths are then checked against it at once.
    public init(encoding: TransferSyntax.Encoding, length: UInt64? = nil, options: Options = Options()) {
        self.encoding = encoding
        self.options = options
        level = Level(first: 0, end: length ?? .max, encoding: encoding)
    }

    /// Offset in the data set of the next byte to be read.
    public var offset: UInt64 { base &+ UInt64(position) }

    /// A top-level element that has been read, also while the data set is still coming.
    public func element(_ tag: Tag) -> DataElement? {
        let nodes = nodes(of: outer.first ?? level)
        return nodes.first { $0.tag == tag }.map { node in
            let value = content.value(of: node, characterSet: DataSet(nodes: nodes, content: content).statedCharacterSet)
            return DataElement(tag: tag, vr: node.vr, value: value)
        }
    }

    /// All top-level elements before the pixel data; nil until that begins, or where they are not in order until all is read.
    public var header: DataSet? {
        let top = outer.first ?? level
        return headerEnd == nil || !top.isOrdered ? nil : DataSet(nodes: nodes(of: top), content: content)
    }

    /// Elements of an open level.
    func nodes(of level: Level) -> ArraySlice<DataSet.Node> { open[level.first..<(level.sequence?.first ?? open.count)] }

    /// The top-level elements up to this tag have been read: what is not there by now will not come (in ascending order).
    public func hasPassed(_ tag: Tag) -> Bool { nodes(of: outer.first ?? level).last.map { $0.tag > tag } ?? false }

    // MARK: Feeding

    /// - Parameter start: index in `bytes` of the next byte of the data set.
    public mutating func feed(_ bytes: [UInt8], from start: Int = 0) throws(ReadError) {
        guard !isStopped, start < bytes.count else { return }
        let start = start + skip(bytes.count - start)
        guard start < bytes.count else { return }
        if content.storage.isEmpty {
            base = offset &- UInt64(start)
            position = start
            content.storage = bytes
        } else {
            dropWhatWasRead()
            content.storage += bytes[start...]
        }
        try parse()
    }

    /// Feeds bytes that belong to someone else; what is skipped is not copied.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReadError) {
        guard !isStopped else { return }
        let rest = bytes.dropFirst(skip(bytes.count))
        guard !rest.isEmpty else { return }
        dropWhatWasRead()
        content.storage += rest
        try parse()
    }

    /// Takes in up to `count` bytes that `source` appends, right where they are kept.
    mutating func feed(upTo count: Int, from source: (inout OutputSpan<UInt8>) throws -> Void) throws {
        dropWhatWasRead()
        try content.storage.append(addingCapacity: count, initializingWith: source)
        try parse()
    }

    /// Passes over what is left of a value that is not held, but for its last byte: that one shows that the value is whole.
    /// - Returns: how many bytes need not be fed.
    mutating func skip() -> UInt64 {
        switch mode {
        case .skipping(let missing): return UInt64(skip(Int(clamping: missing - 1)))
        case .fragments(var reading): return skipContent(&reading)
        default: return 0
        }
    }

    /// How many of `count` bytes belong to a value that is not held, and need not even be taken in.
    private mutating func skip(_ count: Int) -> Int {
        guard case .skipping(let missing) = mode, position == content.storage.count else { return 0 }
        let skipped = min(missing, UInt64(count))
        mode = skipped == missing ? .structure : .skipping(missing - skipped)
        base &+= skipped
        return Int(skipped)
    }

    private mutating func dropWhatWasRead() {
        guard kept < position else { return }
        content.storage.removeSubrange(kept..<position)
        base &+= UInt64(position - kept)
        position = kept
    }

    /// Says that no byte follows: everything open must be complete.
    public mutating func finish() throws(ReadError) {
        if !isStopped {
            try parse()
            try closeMode()
            try closeLevels()
            // A known length that was not reached means bytes are missing at the end.
            if level.end != .max, offset < level.end {
                throw error(.truncated, nil, "\(level.end - offset) bytes are missing at the end of the data set")
            }
        }
        headerLength = headerEnd ?? offset
        sortLevel()
        dataSet.nodes = open[...]
        dataSet.content = content
    }

    private mutating func closeMode() throws(ReadError) {
        switch mode {
        case .structure:
            if position < content.storage.count {
                throw error(.truncated, nil, "\(content.storage.count - position) bytes are left, too few for an element")
            }
        case .trailing: break
        case .collecting(let tag, _, _, let missing):
            throw error(.truncated, tag, "the data set ends \(missing) bytes before the end of the value")
        case .skipping(let missing):
            throw error(.truncated, lastTag, "the data set ends \(missing) bytes before the end of the value")
        case .fragments(let reading):
            // A missing delimiter after whole fragments has one meaning; a cut fragment has none.
            guard reading.content == nil, position == content.storage.count, reading.sawOffsetTable else {
                throw error(.truncated, reading.tag, "the data set ends inside a fragment")
            }
            warn(reading.tag, "sequence delimiter missing after the last fragment")
            try end(reading)
        }
    }

    private mutating func closeLevels() throws(ReadError) {
        while !outer.isEmpty || level.sequence != nil {
            let isUndefined = level.sequence?.hasUndefinedLength ?? level.hasUndefinedLength
            let tag = level.sequence?.tag ?? outer.last?.sequence?.tag
            guard isUndefined else { throw error(.truncated, tag, "the data set ends inside a sequence") }
            warn(tag, "sequence not ended before the end of the data set")
            if level.sequence != nil { try endSequence() } else { endItem() }
        }
    }

    private mutating func parse() throws(ReadError) {
        while true {
            switch mode {
            case .structure:
                if level.sequence == nil { try readPlainElements() }
                guard try readStructure() else { return }
            case .collecting(let tag, let vr, let start, let missing):
                let count = min(missing, content.storage.count - position)
                position += count
                kept = position
                guard count == missing else {
                    mode = .collecting(tag: tag, vr: vr, start: start, missing: missing - count)
                    return
                }
                mode = .structure
                try append(tag, vr, held: start..<position)
            case .skipping(let missing):
                let count = min(missing, UInt64(content.storage.count - position))
                position += Int(count)
                mode = count == missing ? .structure : .skipping(missing - count)
                if count != missing { return }
            case .fragments(var reading):
                mode = .structure
                let isDone = try readFragments(&reading)
                guard isDone else {
                    mode = .fragments(reading)
                    return
                }
                try end(reading)
            case .trailing(let padding):
                guard content.storage[position...].allSatisfy({ $0 == padding }) else {
                    throw error(.trailingBytes, nil, "bytes that are no element follow the data set")
                }
                position = content.storage.count
                return
            }
        }
    }
}
