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
    /// No further byte is needed: the stop was reached.
    public internal(set) var isStopped = false
    /// How the headers really are encoded: differs from what the transfer syntax says where a file lies about itself.
    public internal(set) var encoding: TransferSyntax.Encoding

    // MARK: Where we are

    let options: Options
    var buffer: [UInt8] = []
    var position = 0
    /// Offset in the data set of `buffer[0]`: wraps below zero where the data set begins later in the buffer.
    var base: UInt64 = 0
    var mode: Mode = .structure
    /// The data set or item being read, and those around it from the outside in.
    var level: Level
    var outer: [Level] = []
    var elementCount = 0
    var bytesHeld: UInt64 = 0
    var headerEnd: UInt64?

    enum Mode {
        case structure
        /// The value of an element, byte by byte until it is whole.
        case collecting(tag: Tag, vr: VR, bytes: [UInt8], missing: Int)
        /// A value that is not held.
        case skipping(UInt64)
        /// Inside encapsulated pixel data: item headers are read, contents noted or kept.
        case fragments(FragmentReading)
        /// Bytes of one value after the last element.
        case trailing(UInt8)
    }

    /// A data set or item, with the sequence being read in it.
    struct Level {
        var nodes: [DataSet.Node] = []
        /// The buffer in force when the level began: values in it are only noted, those in later buffers kept as slices of them.
        var storage: [UInt8]
        var storageBase: UInt64
        var values: [Value] = []
        /// First byte after it; `.max` where the length is undefined.
        var end: UInt64
        var encoding: TransferSyntax.Encoding
        var inherited: SpecificCharacterSet
        /// In force for the items below.
        var characterSet: SpecificCharacterSet
        var hasUndefinedLength = false
        /// Where each tag stands, once the order is found to be broken.
        var places: [Tag: Int]?
        var sequence: SequenceReading?
        var isEncodingChecked = false

        init(end: UInt64, encoding: TransferSyntax.Encoding, inherited: SpecificCharacterSet, hasUndefinedLength: Bool = false, storage: [UInt8], base: UInt64) {
            self.end = end
            self.encoding = encoding
            self.inherited = inherited
            characterSet = inherited
            self.hasUndefinedLength = hasUndefinedLength
            self.storage = storage
            storageBase = base
        }
    }

    struct SequenceReading {
        var tag: Tag
        var vr: VR
        var items: [Items.Item] = []
        var end: UInt64
        var encoding: TransferSyntax.Encoding

        var hasUndefinedLength: Bool { end == .max }
    }

    /// - Parameter length: bytes of the data set, where known: lengths are then checked against it at once.
    public init(encoding: TransferSyntax.Encoding, length: UInt64? = nil, options: Options = Options()) {
        self.encoding = encoding
        self.options = options
        level = Level(end: length ?? .max, encoding: encoding, inherited: .default, storage: [], base: 0)
    }

    /// Offset in the data set of the next byte to be read.
    public var offset: UInt64 { base &+ UInt64(position) }

    /// A top-level element that has been read, also while the data set is still coming.
    public func element(_ tag: Tag) -> DataElement? {
        let top = outer.first ?? level
        return top.nodes.first { $0.tag == tag }.map { DataElement(tag: tag, vr: $0.vr, value: top.value(of: $0)) }
    }

    // MARK: Feeding

    /// - Parameter start: index in `bytes` of the next byte of the data set.
    public mutating func feed(_ bytes: [UInt8], from start: Int = 0) throws(ReadError) {
        guard !isStopped, start < bytes.count else { return }
        let next = offset
        if position == buffer.count {
            if case .skipping(let missing) = mode, missing >= UInt64(bytes.count - start) {
                skip(UInt64(bytes.count - start), of: missing)
                return
            }
            buffer = bytes
            position = start
        } else {
            buffer = Array(buffer[position...]) + bytes[start...]
            position = 0
        }
        base = next &- UInt64(position)
        // Nothing read yet: the level's values will lie in this buffer.
        if outer.isEmpty, level.nodes.isEmpty { use(buffer) }
        try parse()
    }

    /// Feeds bytes that belong to someone else; what is skipped is not copied.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReadError) {
        guard !isStopped, !bytes.isEmpty else { return }
        var rest = bytes[...]
        if case .skipping(let missing) = mode, position == buffer.count {
            let count = min(missing, UInt64(rest.count))
            skip(count, of: missing)
            rest = rest.dropFirst(Int(count))
        }
        if !rest.isEmpty { try feed([UInt8](rest)) }
    }

    private mutating func skip(_ count: UInt64, of missing: UInt64) {
        base = offset &+ count
        position = 0
        buffer = []
        mode = count == missing ? .structure : .skipping(missing - count)
    }

    private mutating func use(_ buffer: [UInt8]) {
        level.storage = buffer
        level.storageBase = base
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
        dataSet = level.ordered
        buffer = []
        position = 0
    }

    private mutating func closeMode() throws(ReadError) {
        switch mode {
        case .structure:
            if position < buffer.count {
                throw error(.truncated, nil, "\(buffer.count - position) bytes are left, too few for an element")
            }
        case .trailing: break
        case .collecting(let tag, _, _, let missing):
            throw error(.truncated, tag, "the data set ends \(missing) bytes before the end of the value")
        case .skipping(let missing):
            throw error(.truncated, level.nodes.last?.tag, "the data set ends \(missing) bytes before the end of the value")
        case .fragments(let reading):
            // A missing delimiter after whole fragments has one meaning; a cut fragment has none.
            guard reading.content == nil, position == buffer.count, reading.sawOffsetTable else {
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
                try readPlainElements()
                guard try readStructure() else { return }
            case .collecting(let tag, let vr, var bytes, let missing):
                mode = .structure
                let count = min(missing, buffer.count - position)
                bytes.append(contentsOf: buffer[position..<position + count])
                position += count
                guard count == missing else {
                    mode = .collecting(tag: tag, vr: vr, bytes: bytes, missing: missing - count)
                    return
                }
                try append(tag, vr, .bytes(littleEndian(bytes[...], vr)))
            case .skipping(let missing):
                let count = min(missing, UInt64(buffer.count - position))
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
                guard buffer[position...].allSatisfy({ $0 == padding }) else {
                    throw error(.trailingBytes, nil, "bytes that are no element follow the data set")
                }
                position = buffer.count
                return
            }
        }
    }
}

extension DataSetReader.Level {
    func value(of node: DataSet.Node) -> Value {
        node.isInStorage ? .bytes(storage[node.offset..<node.offset + node.length]) : values[node.offset]
    }

    var ordered: DataSet {
        DataSet(
            nodes: places == nil ? nodes : nodes.sorted { $0.tag < $1.tag }, storage: storage, values: values, inherited: inherited)
    }
}
