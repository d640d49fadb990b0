// Element headers and values (PS3.5 §7.1).
extension DataSetReader {
    /// The common case in one tight loop: little endian elements in order, of known VR and length, whole in the buffer.
    /// Stops before the first element that needs more thought, which `readStructure` then gives it.
    mutating func readPlainElements() throws(ReadError) {
        guard level.isOrdered else { return }
        // Not more than may be held.
        let room = options.limits.dataSetInMemory - min(bytesHeld, options.limits.dataSetInMemory)
        let end = Int(min(UInt64(content.storage.count), level.end == .max ? .max : level.end &- base, UInt64(position) + min(room, 1 << 40)))
        guard end - position >= 8 else { return }
        if !level.isEncodingChecked { checkEncoding() }
        guard !level.encoding.isBigEndian else { return }
        let (after, before) = outer.isEmpty ? plainTopLevelTags : (0, 0xFFFE_0000)
        let largest = Int(min(options.limits.elementInMemory, 1 << 30))
        let isExplicit = level.encoding.isExplicit
        var previous = lastTag?.rawValue ?? after
        var position = position
        let start = position
        let count = open.count
        // More than most data sets and groups have; where there are more, `parse` comes back.
        let capacity = open.capacity > count ? open.capacity - count : options.onlyGroup == nil ? 128 : 16
        content.storage.withUnsafeBytes { bytes in
            open.append(addingCapacity: max(0, min(capacity, options.limits.elements - elementCount))) { nodes in
                while nodes.freeCapacity > 0, end - position >= 8 {
                    let word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: UInt32.self))
                    let tag = word << 16 | word >> 16
                    guard tag > previous, tag < before else { break }
                    var vr = VR(rawValue: UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt16.self)))
                    var length: Int
                    var value = position + 8
                    if !isExplicit {
                        guard let only = DataElementTable.onlyVR(of: Tag(rawValue: tag)), only != .SQ else { break }
                        vr = only
                        length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 4, as: UInt32.self)))
                    } else if vr.hasShortLength {
                        length = Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 6, as: UInt16.self)))
                    } else {
                        guard vr.isLetters, vr != .SQ, end - position >= 12 else { break }
                        length = Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: position + 8, as: UInt32.self)))
                        value = position + 12
                    }
                    guard length <= end - value, length <= largest, length & 1 == 0 else { break }
                    nodes.append(DataSet.Node(tag: Tag(rawValue: tag), vr: vr, place: .storage, offset: value, length: length))
                    previous = tag
                    position = value + length
                }
            }
        }
        guard position > start else { return }
        self.position = position
        kept = position
        elementCount += open.count - count
        try hold(UInt64(position - start), lastTag)
    }

    /// Tags between these two are passed; the others are stopped at, are pixel data, or no data elements.
    private var plainTopLevelTags: (after: UInt32, before: UInt32) {
        let end = min(options.stopBefore?.rawValue ?? .max, 0x7FE0_0000)
        guard let group = options.onlyGroup else { return (0, end) }
        return (max(UInt32(group) << 16, 1) - 1, min(end, UInt32(group) << 16 | 0xFFFF))
    }

    /// One element header, item or delimiter. False: more bytes are needed, or the stop was reached.
    mutating func readStructure() throws(ReadError) -> Bool {
        if let sequence = level.sequence {
            if offset >= sequence.end { try endSequence(); return true }
        } else if offset >= level.end {
            guard !outer.isEmpty else {
                if position < content.storage.count { throw error(.trailingBytes, nil, "bytes follow the data set's end") }
                return false
            }
            endItem()
            return true
        }
        guard content.storage.count - position >= 8 else { return false }
        if level.sequence != nil { return try readItem() }
        if !level.isEncodingChecked { checkEncoding() }
        return try readElement()
    }

    private mutating func readElement() throws(ReadError) -> Bool {
        let encoding = level.encoding
        let isTop = outer.isEmpty
        let tag = encoding.tag(content.storage, at: position)
        if tag.group == 0xFFFE { return try readDelimiter(tag) }
        if isTop, options.stopBefore.map({ tag >= $0 }) == true || options.onlyGroup.map({ tag.group != $0 }) == true {
            isStopped = true
            headerEnd = headerEnd ?? offset
            return false
        }
        if isTop, startsTrailing(tag) { return true }
        let vr = encoding.isExplicit ? encoding.vr(content.storage, at: position) : implicitVR(of: tag)
        guard vr.isLetters else {
            throw error(.invalidVR, tag, "\(Tag(0, vr.rawValue.byteSwapped).hex.suffix(4))H stands where a value representation should")
        }
        guard let (length, headerSize) = encoding.length(of: vr, content.storage, at: position) else { return false }
        elementCount += 1
        guard elementCount <= options.limits.elements else {
            throw error(.tooManyElements, tag, "more than \(options.limits.elements) elements")
        }
        checkOrder(tag)

        let valueOffset = offset + UInt64(headerSize)
        let isPixelData = tag == .pixelData || tag == .floatPixelData || tag == .doubleFloatPixelData
        if isPixelData, isTop, headerEnd == nil { headerEnd = offset }
        if length == .max {
            position += headerSize
            try beginUndefinedLength(tag, vr, isPixelData: isPixelData)
            return true
        }
        let room = level.end == .max ? .max : level.end > valueOffset ? level.end - valueOffset : 0
        guard UInt64(length) <= room else {
            throw error(.lengthExceedsParent, tag, "length \(length) exceeds the \(room) bytes left in the \(isTop ? "data set" : "item")")
        }
        if length & 1 == 1 { warn(tag, "odd length \(length)") }
        position += headerSize
        if vr == .SQ {
            try beginSequence(tag, vr, end: valueOffset + UInt64(length), encoding: encoding)
        } else if isPixelData, isTop, !options.keepsPixelData {
            try locateNative(tag, vr, ByteRange(offset: valueOffset, length: UInt64(length)))
        } else if UInt64(length) > options.limits.elementInMemory {
            try append(tag, vr, .external(ByteRange(offset: valueOffset, length: UInt64(length))))
            mode = .skipping(UInt64(length))
        } else {
            try hold(UInt64(length) + UInt64(headerSize), tag)
            try readValue(tag, vr, Int(length))
        }
        return true
    }

    private mutating func readValue(_ tag: Tag, _ vr: VR, _ length: Int) throws(ReadError) {
        let start = position
        guard content.storage.count - start >= length else {
            mode = .collecting(tag: tag, vr: vr, start: start, missing: length)
            return
        }
        position += length
        try append(tag, vr, held: start..<position)
    }

    private mutating func beginUndefinedLength(_ tag: Tag, _ vr: VR, isPixelData: Bool) throws(ReadError) {
        switch vr {
        case .SQ:
            try beginSequence(tag, vr, end: .max, encoding: level.encoding)
        case .UN where !isPixelData:
            // PS3.5 §6.2.2 Note 2: the content is implicit VR little endian, whatever surrounds it.
            try beginSequence(tag, level.encoding.isExplicit ? .UN : .SQ, end: .max, encoding: .implicitLittle)
        case .OB, .OW, .UN:
            let isLocated = outer.isEmpty && tag == .pixelData && !options.keepsPixelData
            mode = .fragments(FragmentReading(tag: tag, vr: vr, isLocated: isLocated, start: offset))
        default:
            throw error(.invalidUndefinedLength, tag, "undefined length is not allowed for \(vr)")
        }
    }

    private mutating func locateNative(_ tag: Tag, _ vr: VR, _ range: ByteRange) throws(ReadError) {
        pixelData = PixelDataLocation(tag: tag, vr: vr, value: range, isEncapsulated: false, basicOffsetTable: [], fragments: [])
        try append(tag, vr, .external(range))
        mode = range.length == 0 ? .structure : .skipping(range.length)
    }
}

// Element headers (PS3.5 §7.1.2, §7.1.3); a place outside the bytes traps.
extension TransferSyntax.Encoding {
    func tag(_ bytes: [UInt8], at position: Int) -> Tag {
        let word = word32(bytes, at: position)
        return Tag(rawValue: isBigEndian ? word : word << 16 | word >> 16)
    }

    /// What stands where explicit encodings have the VR.
    func vr(_ bytes: [UInt8], at position: Int) -> VR { VR(bytes[position + 4], bytes[position + 5]) }

    /// Value length and size of the element header; nil while the header is not whole.
    func length(of vr: VR, _ bytes: [UInt8], at position: Int) -> (value: UInt32, header: Int)? {
        if !isExplicit { return (word32(bytes, at: position + 4), 8) }
        if vr.hasShortLength { return (UInt32(word16(bytes, at: position + 6)), 8) }
        return bytes.count - position >= 12 ? (word32(bytes, at: position + 8), 12) : nil
    }

    func word16(_ bytes: [UInt8], at position: Int) -> UInt16 {
        let word = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt16.self)
        return isBigEndian ? UInt16(bigEndian: word) : UInt16(littleEndian: word)
    }

    func word32(_ bytes: [UInt8], at position: Int) -> UInt32 {
        let word = bytes.span.bytes.unsafeLoadUnaligned(fromByteOffset: position, as: UInt32.self)
        return isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
    }
}

enum ByteOrder {
    /// Whole words turned round; a rest that is no word stays.
    static func swapped(_ bytes: ArraySlice<UInt8>, wordSize: Int) -> ArraySlice<UInt8> {
        var result = Array(bytes)
        swap(&result, in: result.indices, wordSize: wordSize)
        return result[...]
    }

    static func swap(_ bytes: inout [UInt8], in range: Range<Int>, wordSize: Int) {
        guard wordSize > 1 else { return }
        for start in stride(from: range.lowerBound, to: range.upperBound - wordSize + 1, by: wordSize) {
            bytes[start..<start + wordSize].reverse()
        }
    }
}
