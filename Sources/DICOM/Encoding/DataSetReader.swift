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

    /// What has been read so far; complete after `finish()`.
    public private(set) var dataSet = DataSet()
    public private(set) var pixelData: PixelDataLocation?
    public private(set) var warnings: [ReadWarning] = []
    /// First byte of the pixel data's element or of the element the reader stopped before; the data set's length where there is neither.
    public private(set) var headerLength: UInt64 = 0
    /// No further byte is needed: the stop tag was reached.
    public private(set) var isStopped = false
    /// How the headers really are encoded: differs from what the transfer syntax says where a file lies about itself.
    public private(set) var encoding: TransferSyntax.Encoding

    // MARK: Where we are

    private let options: Options
    private var buffer: [UInt8] = []
    private var position = 0
    /// Offset in the data set of `buffer[0]`.
    private var base: UInt64 = 0
    private var mode: Mode = .structure
    /// Containers from the data set inwards.
    private var levels: [Level]
    private var elementCount = 0
    private var bytesHeld: UInt64 = 0
    private var headerEnd: UInt64?

    private enum Mode {
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

    private struct FragmentReading {
        var tag: Tag
        var vr: VR
        var isLocated: Bool
        var start: UInt64
        var sawOffsetTable = false
        var offsetTable: ArraySlice<UInt8> = []
        var located: [ByteRange] = []
        var kept: [ArraySlice<UInt8>] = []
        /// Content of the item being read: nil between items.
        var content: (collected: [UInt8], missing: UInt64)?
    }

    /// A data set (or item), with the sequence being read in it.
    private struct Level {
        var elements: [DataElement] = []
        /// First byte after it; `.max` where the length is undefined.
        var end: UInt64
        var encoding: TransferSyntax.Encoding
        var inherited: SpecificCharacterSet
        /// In force for the items below.
        var characterSet: SpecificCharacterSet
        var hasUndefinedLength = false
        /// Of the item's tag.
        var start: UInt64?
        /// Where each tag stands, once the order is found to be broken.
        var places: [Tag: Int]?
        var sequence: SequenceReading?
        var isEncodingChecked = false

        init(
            end: UInt64, encoding: TransferSyntax.Encoding, inherited: SpecificCharacterSet, hasUndefinedLength: Bool = false, start: UInt64? = nil
        ) {
            self.end = end
            self.encoding = encoding
            self.inherited = inherited
            characterSet = inherited
            self.hasUndefinedLength = hasUndefinedLength
            self.start = start
        }
    }

    private struct SequenceReading {
        var tag: Tag
        var vr: VR
        var items: [Items.Item] = []
        var end: UInt64
        var hasUndefinedLength: Bool
        var encoding: TransferSyntax.Encoding
        var offset: UInt64
    }

    /// - Parameter length: bytes of the data set, where known: lengths are then checked against it at once.
    public init(encoding: TransferSyntax.Encoding, length: UInt64? = nil, options: Options = Options()) {
        self.encoding = encoding
        self.options = options
        levels = [Level(end: length ?? .max, encoding: encoding, inherited: .default)]
    }

    /// Offset in the data set of the next byte to be read.
    public var offset: UInt64 { base + UInt64(position) }

    /// A top-level element that has been read, also while the data set is still coming.
    public func element(_ tag: Tag) -> DataElement? { levels.first?.elements.first { $0.tag == tag } }

    // MARK: Feeding

    public mutating func feed(_ bytes: [UInt8]) throws(ReadError) {
        guard !isStopped, !bytes.isEmpty else { return }
        if case .skipping(let missing) = mode, position == buffer.count, missing >= UInt64(bytes.count) {
            advance(UInt64(bytes.count))
            mode = missing == UInt64(bytes.count) ? .structure : .skipping(missing - UInt64(bytes.count))
            return
        }
        if position == buffer.count {
            base += UInt64(position)
            buffer = bytes
        } else {
            base += UInt64(position)
            buffer = Array(buffer[position...]) + bytes
        }
        position = 0
        try parse()
    }

    /// Feeds bytes that belong to someone else; what is skipped is not copied.
    public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReadError) {
        guard !isStopped, !bytes.isEmpty else { return }
        var rest = bytes[...]
        if case .skipping(let missing) = mode, position == buffer.count {
            let count = min(missing, UInt64(rest.count))
            advance(count)
            mode = missing == count ? .structure : .skipping(missing - count)
            rest = rest.dropFirst(Int(count))
        }
        if !rest.isEmpty { try feed([UInt8](rest)) }
    }

    private mutating func advance(_ count: UInt64) {
        base += UInt64(position) + count
        position = 0
        buffer = []
    }

    /// Says that no byte follows: everything open must be complete.
    public mutating func finish() throws(ReadError) {
        if !isStopped {
            try parse()
            switch mode {
            case .structure: break
            case .trailing: break
            case .collecting(let tag, _, _, let missing):
                throw error(.truncated, tag, "the data set ends \(missing) bytes before the end of the value")
            case .skipping(let missing):
                throw error(.truncated, levels.last?.elements.last?.tag, "the data set ends \(missing) bytes before the end of the value")
            case .fragments(let reading):
                // A missing delimiter after whole fragments has one meaning; a cut fragment has none.
                guard reading.content == nil, position == buffer.count, reading.sawOffsetTable else {
                    throw error(.truncated, reading.tag, "the data set ends inside a fragment")
                }
                warn(reading.tag, "sequence delimiter missing after the last fragment")
                try end(reading)
            }
            if case .structure = mode, position < buffer.count {
                throw error(.truncated, nil, "\(buffer.count - position) bytes are left, too few for an element")
            }
            while levels.count > 1 || levels[0].sequence != nil {
                let open = levels.last?.sequence ?? levels.dropLast().last?.sequence
                guard (levels.last?.sequence?.hasUndefinedLength ?? levels.last?.hasUndefinedLength) == true else {
                    throw error(.truncated, open?.tag, "the data set ends inside a sequence")
                }
                warn(open?.tag, "sequence not ended before the end of the data set")
                if levels[levels.count - 1].sequence != nil { try endSequence() } else { endItem() }
            }
            // A known length that was not reached means bytes are missing at the end.
            if levels[0].end != .max, offset < levels[0].end {
                throw error(.truncated, nil, "\(levels[0].end - offset) bytes are missing at the end of the data set")
            }
        }
        headerLength = headerEnd ?? offset
        dataSet = ordered(levels[0])
    }

    // MARK: Parsing

    private mutating func parse() throws(ReadError) {
        while true {
            switch mode {
            case .structure:
                guard try readStructure() else { return }
            case .collecting(let tag, let vr, var bytes, let missing):
                mode = .structure
                let count = min(missing, buffer.count - position)
                bytes.append(contentsOf: buffer[position..<position + count])
                position += count
                if count == missing {
                    try append(DataElement(tag: tag, vr: vr, value: .bytes(littleEndian(bytes[...], vr))))
                } else {
                    mode = .collecting(tag: tag, vr: vr, bytes: bytes, missing: missing - count)
                    return
                }
            case .skipping(let missing):
                let count = min(missing, UInt64(buffer.count - position))
                position += Int(count)
                mode = count == missing ? .structure : .skipping(missing - count)
                if count != missing { return }
            case .fragments(var reading):
                mode = .structure
                let isDone = try readFragments(&reading)
                if isDone { try end(reading) } else { mode = .fragments(reading); return }
            case .trailing(let padding):
                guard buffer[position...].allSatisfy({ $0 == padding }) else {
                    throw error(.trailingBytes, nil, "bytes that are no element follow the data set")
                }
                position = buffer.count
                return
            }
        }
    }

    /// One element header, item or delimiter. False: more bytes are needed, or the stop was reached.
    private mutating func readStructure() throws(ReadError) -> Bool {
        let top = levels.count - 1
        if let sequence = levels[top].sequence {
            if offset >= sequence.end { try endSequence(); return true }
        } else if offset >= levels[top].end {
            guard top > 0 else {
                if position < buffer.count { throw error(.trailingBytes, nil, "bytes follow the data set's end") }
                return false
            }
            endItem()
            return true
        }
        guard buffer.count - position >= 8 else { return false }
        if levels[top].sequence != nil { return try readItem() }
        if !levels[top].isEncodingChecked { try checkEncoding() }
        return try readElement()
    }

    private mutating func readElement() throws(ReadError) -> Bool {
        let top = levels.count - 1
        let encoding = levels[top].encoding
        let tag = Tag(word16(0, encoding), word16(2, encoding))
        var headerSize = 8
        var vr: VR
        var length: UInt32
        if tag.group == 0xFFFE { return try readDelimiter(tag) }
        if top == 0, options.stopBefore.map({ tag >= $0 }) == true || options.onlyGroup.map({ tag.group != $0 }) == true {
            isStopped = true
            headerEnd = headerEnd ?? offset
            return false
        }
        if top == 0, try startsTrailing(tag) { return true }
        if encoding.isExplicit {
            vr = VR(buffer[position + 4], buffer[position + 5])
            guard vr.isLetters else {
                throw error(.invalidVR, tag, "\(Self.hex(vr.rawValue.byteSwapped)) stands where a value representation should")
            }
            if vr.hasShortLength {
                length = UInt32(word16(6, encoding))
            } else {
                headerSize = 12
                guard buffer.count - position >= 12 else { return false }
                length = word32(8, encoding)
            }
        } else {
            length = word32(4, encoding)
            vr = implicitVR(of: tag)
        }
        elementCount += 1
        guard elementCount <= options.limits.elements else {
            throw error(.tooManyElements, tag, "more than \(options.limits.elements) elements")
        }
        try checkOrder(tag)

        let valueOffset = offset + UInt64(headerSize)
        let isPixelData = tag == .pixelData || tag == .floatPixelData || tag == .doubleFloatPixelData
        if isPixelData, top == 0, headerEnd == nil { headerEnd = offset }
        if length == .max {
            position += headerSize
            try beginUndefinedLength(tag, vr, isPixelData: isPixelData)
            return true
        }
        let limit = levels[top].end
        guard limit == .max || valueOffset <= limit && UInt64(length) <= limit - valueOffset else {
            throw error(.lengthExceedsParent, tag, "length \(length) exceeds the \(limit > valueOffset ? limit - valueOffset : 0) bytes left in the \(top == 0 ? "data set" : "item")")
        }
        if length & 1 == 1 { warn(tag, "odd length \(length)") }
        if vr == .SQ {
            position += headerSize
            try beginSequence(tag, vr, end: valueOffset + UInt64(length), encoding: encoding)
            return true
        }
        if isPixelData, top == 0, !options.keepsPixelData {
            position += headerSize
            try locateNative(tag, vr, ByteRange(offset: valueOffset, length: UInt64(length)))
            return true
        }
        guard UInt64(length) <= options.limits.elementInMemory else {
            position += headerSize
            try append(DataElement(tag: tag, vr: vr, value: .external(ByteRange(offset: valueOffset, length: UInt64(length)))))
            mode = .skipping(UInt64(length))
            return true
        }
        try hold(UInt64(length) + UInt64(headerSize), tag)
        position += headerSize
        let available = buffer.count - position
        if available >= Int(length) {
            let bytes = buffer[position..<position + Int(length)]
            position += Int(length)
            try append(DataElement(tag: tag, vr: vr, value: .bytes(littleEndian(bytes, vr))))
        } else {
            let bytes = Array(buffer[position...])
            position = buffer.count
            mode = .collecting(tag: tag, vr: vr, bytes: bytes, missing: Int(length) - bytes.count)
        }
        return true
    }

    private mutating func beginUndefinedLength(_ tag: Tag, _ vr: VR, isPixelData: Bool) throws(ReadError) {
        let encoding = levels[levels.count - 1].encoding
        switch vr {
        case .SQ:
            try beginSequence(tag, vr, end: .max, encoding: encoding)
        case .UN where !isPixelData:
            // PS3.5 §6.2.2 Note 2: the content is implicit VR little endian, whatever surrounds it.
            try beginSequence(tag, encoding.isExplicit ? .UN : .SQ, end: .max, encoding: .implicitLittle)
        case .OB, .OW, .UN:
            mode = .fragments(FragmentReading(tag: tag, vr: vr, isLocated: levels.count == 1 && tag == .pixelData && !options.keepsPixelData, start: offset))
        default:
            throw error(.invalidUndefinedLength, tag, "undefined length is not allowed for \(vr)")
        }
    }

    private mutating func locateNative(_ tag: Tag, _ vr: VR, _ range: ByteRange) throws(ReadError) {
        pixelData = PixelDataLocation(tag: tag, vr: vr, value: range, isEncapsulated: false, basicOffsetTable: [], fragments: [])
        try append(DataElement(tag: tag, vr: vr, value: .external(range)))
        mode = range.length == 0 ? .structure : .skipping(range.length)
    }

    // MARK: Sequences

    private mutating func beginSequence(_ tag: Tag, _ vr: VR, end: UInt64, encoding: TransferSyntax.Encoding) throws(ReadError) {
        guard levels.count < options.limits.nesting else {
            throw error(.nestingTooDeep, tag, "sequences nest deeper than \(options.limits.nesting)")
        }
        levels[levels.count - 1].sequence = SequenceReading(
            tag: tag, vr: vr, end: end, hasUndefinedLength: end == .max, encoding: encoding, offset: offset)
    }

    private mutating func readItem() throws(ReadError) -> Bool {
        let top = levels.count - 1
        guard let sequence = levels[top].sequence else { return true }
        let tag = Tag(word16(0, sequence.encoding), word16(2, sequence.encoding))
        let length = word32(4, sequence.encoding)
        switch tag {
        case .item:
            let start = offset
            position += 8
            let end: UInt64
            if length == .max {
                end = .max
            } else {
                let limit = min(sequence.end, levels[top].end)
                guard limit == .max || offset <= limit && UInt64(length) <= limit - offset else {
                    throw error(.lengthExceedsParent, sequence.tag, "item length \(length) exceeds the \(limit > offset ? limit - offset : 0) bytes left in the sequence")
                }
                end = offset + UInt64(length)
            }
            try hold(8, sequence.tag)
            elementCount += 1
            levels.append(Level(
                end: end, encoding: sequence.encoding, inherited: levels[top].characterSet, hasUndefinedLength: length == .max, start: start))
        case .sequenceDelimitation:
            position += 8
            if !sequence.hasUndefinedLength { warn(sequence.tag, "delimiter in a sequence of defined length") }
            if length != 0 { warn(sequence.tag, "sequence delimiter with length \(length)") }
            try endSequence()
        default:
            throw error(.unexpectedTag, sequence.tag, "\(tag) stands where an item should")
        }
        return true
    }

    private mutating func readDelimiter(_ tag: Tag) throws(ReadError) -> Bool {
        let top = levels.count - 1
        let length = word32(4, levels[top].encoding)
        if tag == .itemDelimitation, top > 0 {
            position += 8
            if !levels[top].hasUndefinedLength { warn(tag, "item delimiter in an item of defined length") }
            if length != 0 { warn(tag, "item delimiter with length \(length)") }
            endItem()
            return true
        }
        if tag == .sequenceDelimitation, top > 0, levels[top].hasUndefinedLength, levels[top - 1].sequence?.hasUndefinedLength == true {
            warn(levels[top - 1].sequence?.tag, "item not ended before the end of its sequence")
            endItem()
            return true
        }
        guard tag != .item, length == 0 else { throw error(.unexpectedTag, tag, "an item stands outside a sequence") }
        warn(tag, "stray delimiter")
        position += 8
        return true
    }

    private mutating func endItem() {
        guard levels.count > 1 else { return }
        let item = levels.removeLast()
        let whole = Items.Item(ordered(item), hasUndefinedLength: item.hasUndefinedLength, offset: item.start)
        levels[levels.count - 1].sequence?.items.append(whole)
    }

    private mutating func endSequence() throws(ReadError) {
        let top = levels.count - 1
        guard let sequence = levels[top].sequence else { return }
        levels[top].sequence = nil
        try append(DataElement(tag: sequence.tag, vr: sequence.vr, value: .items(Items(sequence.items, hasUndefinedLength: sequence.hasUndefinedLength))))
    }

    // MARK: Encapsulated pixel data

    /// True at the sequence delimiter.
    private mutating func readFragments(_ reading: inout FragmentReading) throws(ReadError) -> Bool {
        while true {
            if var content = reading.content {
                let count = min(content.missing, UInt64(buffer.count - position))
                let isTable = !reading.sawOffsetTable
                if isTable || !reading.isLocated { content.collected.append(contentsOf: buffer[position..<position + Int(count)]) }
                position += Int(count)
                content.missing -= count
                guard content.missing == 0 else { reading.content = content; return false }
                reading.content = nil
                if isTable {
                    reading.sawOffsetTable = true
                    reading.offsetTable = content.collected[...]
                } else if !reading.isLocated {
                    reading.kept.append(content.collected[...])
                }
                continue
            }
            guard buffer.count - position >= 8 else { return false }
            let encoding = levels[levels.count - 1].encoding
            let tag = Tag(word16(0, encoding), word16(2, encoding))
            let length = word32(4, encoding)
            switch tag {
            case .item where length != .max:
                position += 8
                let limit = levels[levels.count - 1].end
                guard limit == .max || offset <= limit && UInt64(length) <= limit - offset else {
                    throw error(.lengthExceedsParent, reading.tag, "fragment length \(length) exceeds the \(limit > offset ? limit - offset : 0) bytes left")
                }
                if !reading.sawOffsetTable || !reading.isLocated {
                    guard UInt64(length) <= options.limits.elementInMemory else {
                        throw error(.tooLarge, reading.tag, "item of \(length) bytes is larger than may be held in memory")
                    }
                    try hold(UInt64(length), reading.tag)
                }
                if reading.sawOffsetTable, reading.isLocated {
                    guard reading.located.count < options.limits.fragments else {
                        throw error(.tooManyElements, reading.tag, "more than \(options.limits.fragments) fragments")
                    }
                    reading.located.append(ByteRange(offset: offset, length: UInt64(length)))
                }
                reading.content = ([], UInt64(length))
            case .sequenceDelimitation:
                if length != 0 { warn(reading.tag, "sequence delimiter with length \(length)") }
                return true
            default:
                throw error(.unexpectedTag, reading.tag, "\(tag) with length \(length) stands where a fragment should")
            }
        }
    }

    private mutating func end(_ reading: FragmentReading) throws(ReadError) {
        let range = ByteRange(offset: reading.start, length: offset - reading.start)
        if buffer.count - position >= 8 { position += 8 }
        mode = .structure
        if reading.isLocated {
            pixelData = PixelDataLocation(
                tag: reading.tag, vr: reading.vr, value: range, isEncapsulated: true,
                basicOffsetTable: LittleEndian.words(reading.offsetTable, of: UInt32.self), fragments: reading.located)
            try append(DataElement(tag: reading.tag, vr: reading.vr, value: .external(range)))
        } else {
            let fragments = Fragments(offsetTable: reading.offsetTable, fragments: reading.kept)
            try append(DataElement(tag: reading.tag, vr: reading.vr, value: .fragments(fragments)))
        }
    }

    // MARK: Rules

    /// At the first element of a data set or item: do the bytes agree with the encoding they should have?
    private mutating func checkEncoding() throws(ReadError) {
        let top = levels.count - 1
        levels[top].isEncodingChecked = true
        let encoding = levels[top].encoding
        let tag = Tag(word16(0, encoding), word16(2, encoding))
        guard tag.group != 0xFFFE else { return }
        let vr = VR(buffer[position + 4], buffer[position + 5])
        let actual: TransferSyntax.Encoding
        if encoding.isExplicit, !vr.isLetters {
            let little = Tag(word16(0, .implicitLittle), word16(2, .implicitLittle))
            let length = word32(4, .implicitLittle)
            let room = levels[top].end == .max ? UInt64(1 << 20) : levels[top].end - offset
            // Only an element that the dictionary knows and that fits has a certain meaning.
            guard DataElementTable.entry(for: little) != nil || little.isPrivate, length == .max || UInt64(length) + 8 <= room else { return }
            actual = .implicitLittle
        } else if !encoding.isExplicit, vr.isKnown, DataElementTable.entry(for: tag)?.vrs.contains(vr) == true {
            actual = .explicitLittle
        } else if top == 0, DataElementTable.entry(for: tag) == nil, !tag.isPrivate,
            DataElementTable.entry(for: Tag(tag.group.byteSwapped, tag.element.byteSwapped)) != nil, vr.isKnown {
            actual = encoding.isBigEndian ? .explicitLittle : .explicitBig
        } else {
            return
        }
        warn(tag, "encoded with \(actual.isExplicit ? "explicit" : "implicit") VR \(actual.isBigEndian ? "big" : "little") endian, not as the transfer syntax says")
        levels[top].encoding = actual
        if top == 0 { self.encoding = actual }
    }

    private mutating func checkOrder(_ tag: Tag) throws(ReadError) {
        let top = levels.count - 1
        guard levels[top].places == nil, let last = levels[top].elements.last?.tag, tag <= last else { return }
        warn(tag, tag == last ? "the element stands twice" : "follows \(last): elements are not in ascending order")
        levels[top].places = Dictionary(uniqueKeysWithValues: levels[top].elements.enumerated().map { ($1.tag, $0) })
    }

    /// Each tag once: of repeated equal elements one stays, of different ones none can be trusted.
    private mutating func append(_ element: DataElement) throws(ReadError) {
        let top = levels.count - 1
        let next = levels[top].elements.count
        if let place = levels[top].places?.updateValue(next, forKey: element.tag) {
            guard levels[top].elements[place] == element else {
                throw error(.duplicateElement, element.tag, "the element stands twice with different values")
            }
            levels[top].places?[element.tag] = place
            return
        }
        levels[top].elements.append(element)
        if element.tag == .specificCharacterSet {
            levels[top].characterSet = DataSet(ascending: [element], inherited: levels[top].inherited).characterSet
        }
    }

    private func ordered(_ level: Level) -> DataSet {
        let elements = level.places != nil ? level.elements.sorted { $0.tag < $1.tag } : level.elements
        return DataSet(ascending: elements, inherited: level.inherited)
    }

    /// After the last element some systems fill up with one byte value.
    private mutating func startsTrailing(_ tag: Tag) throws(ReadError) -> Bool {
        guard tag.rawValue == 0 || tag.rawValue == .max, !levels[0].elements.isEmpty else { return false }
        warn(nil, "bytes \(tag.rawValue == 0 ? "00" : "FF")H follow the last element")
        mode = .trailing(tag.rawValue == 0 ? 0 : 0xFF)
        return true
    }

    private mutating func hold(_ count: UInt64, _ tag: Tag) throws(ReadError) {
        bytesHeld += count
        guard bytesHeld <= options.limits.dataSetInMemory else {
            throw error(.tooLarge, tag, "attributes take more than \(options.limits.dataSetInMemory >> 20) MiB")
        }
    }

    /// VR of an element that says none (PS3.5 §A.1); where the standard leaves a choice, by the attributes that decide it.
    private func implicitVR(of tag: Tag) -> VR {
        if tag.isGroupLength { return .UL }
        if tag.isPrivateCreator { return .LO }
        if tag.isPrivate { return privateVR(of: tag) }
        guard let entry = DataElementTable.entry(for: tag), let first = entry.vrs.first else { return .UN }
        guard entry.vrs.count > 1 else { return first }
        if entry.vrs.contains(.OW) { return .OW }
        return isSigned ? .SS : .US
    }

    /// Pixel Representation of this data set or of one around it.
    private var isSigned: Bool {
        for level in levels.reversed() {
            if let element = level.elements.first(where: { $0.tag == .pixelRepresentation }) { return element.integers.first == 1 }
        }
        return false
    }

    private func privateVR(of tag: Tag) -> VR {
        guard let creatorTag = tag.privateCreator,
            let creator = levels[levels.count - 1].elements.first(where: { $0.tag == creatorTag }),
            let name = creator.strings(in: .default).first
        else { return .UN }
        return PrivateElementTable.vr(of: tag, creator: name) ?? .UN
    }

    // MARK: Bytes

    private func word16(_ at: Int, _ encoding: TransferSyntax.Encoding) -> UInt16 {
        let a = UInt16(buffer[position + at]), b = UInt16(buffer[position + at + 1])
        return encoding.isBigEndian ? a << 8 | b : b << 8 | a
    }

    private func word32(_ at: Int, _ encoding: TransferSyntax.Encoding) -> UInt32 {
        let a = UInt32(word16(at, encoding)), b = UInt32(word16(at + 2, encoding))
        return encoding.isBigEndian ? a << 16 | b : b << 16 | a
    }

    private func littleEndian(_ bytes: ArraySlice<UInt8>, _ vr: VR) -> ArraySlice<UInt8> {
        guard levels[levels.count - 1].encoding.isBigEndian, vr.wordSize > 1 else { return bytes }
        return ByteOrder.swapped(bytes, wordSize: vr.wordSize)
    }

    private static func hex(_ word: UInt16) -> String { Tag(0, word).hex.suffix(4) + "H" }

    // MARK: Telling

    private func path(_ tag: Tag?) -> [Tag] {
        var path = levels.compactMap { $0.sequence?.tag }
        if let tag, path.last != tag { path.append(tag) }
        return path
    }

    private func error(_ code: ReadError.Code, _ tag: Tag?, _ message: String) -> ReadError {
        ReadError(code, path: path(tag), offset: offset, message)
    }

    private mutating func warn(_ tag: Tag?, _ message: String) {
        // One line a kind is enough for a person; a hostile file must not fill memory with them.
        guard warnings.count < 100 else { return }
        warnings.append(ReadWarning(path: path(tag), offset: offset, message: message))
    }
}

enum ByteOrder {
    /// Whole words turned round; a rest that is no word stays.
    static func swapped(_ bytes: ArraySlice<UInt8>, wordSize: Int) -> ArraySlice<UInt8> {
        var result = Array(bytes)
        for start in stride(from: 0, to: result.count - wordSize + 1, by: wordSize) {
            result[start..<start + wordSize].reverse()
        }
        return result[...]
    }
}
