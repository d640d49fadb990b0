// What bytes mean where the standard leaves a choice or the sender broke it, and how that is told.
extension DataSetReader {
    /// At the first element of a data set or item: do the bytes agree with the encoding they should have?
    mutating func checkEncoding() {
        level.isEncodingChecked = true
        let encoding = level.encoding
        let tag = Tag(word16(0, encoding), word16(2, encoding))
        guard tag.group != 0xFFFE else { return }
        let vr = VR(buffer[position + 4], buffer[position + 5])
        let actual: TransferSyntax.Encoding
        if encoding.isExplicit, !vr.isLetters {
            let little = Tag(word16(0, .implicitLittle), word16(2, .implicitLittle))
            let length = word32(4, .implicitLittle)
            let room = level.end == .max ? UInt64(1 << 20) : level.end - offset
            // Only an element that the dictionary knows and that fits has a certain meaning.
            guard DataElementTable.entry(for: little) != nil || little.isPrivate, length == .max || UInt64(length) + 8 <= room else { return }
            actual = .implicitLittle
        } else if !encoding.isExplicit, vr.isKnown, DataElementTable.entry(for: tag)?.vrs.contains(vr) == true {
            actual = .explicitLittle
        } else if outer.isEmpty, !tag.isPrivate, vr.isKnown, DataElementTable.entry(for: tag) == nil,
            DataElementTable.entry(for: Tag(tag.group.byteSwapped, tag.element.byteSwapped)) != nil {
            actual = encoding.isBigEndian ? .explicitLittle : .explicitBig
        } else {
            return
        }
        warn(tag, "encoded with \(actual.isExplicit ? "explicit" : "implicit") VR \(actual.isBigEndian ? "big" : "little") endian, not as the transfer syntax says")
        level.encoding = actual
        if outer.isEmpty { self.encoding = actual }
    }

    mutating func checkOrder(_ tag: Tag) {
        guard level.places == nil, let last = level.nodes.last?.tag, tag <= last else { return }
        warn(tag, tag == last ? "the element stands twice" : "follows \(last): elements are not in ascending order")
        level.places = Dictionary(uniqueKeysWithValues: level.nodes.enumerated().map { ($1.tag, $0) })
    }

    /// Each tag once: of repeated equal elements one stays, of different ones none can be trusted.
    mutating func append(_ tag: Tag, _ vr: VR, _ value: Value) throws(ReadError) {
        guard try isNew(tag, vr, value) else { return }
        level.nodes.append(DataSet.Node(tag: tag, vr: vr, isInStorage: false, offset: level.values.count, length: 0))
        level.values.append(value)
        if tag == .specificCharacterSet { level.characterSet = DataSet([DataElement(tag: tag, vr: vr, value: value)]).characterSet }
    }

    /// A value that lies whole in the buffer: only its place is noted where the level still reads from its first buffer.
    mutating func append(_ tag: Tag, _ vr: VR, inBuffer range: Range<Int>) throws(ReadError) {
        guard isBufferStorage, !level.encoding.isBigEndian || vr.wordSize == 1, tag != .specificCharacterSet else {
            return try append(tag, vr, .bytes(littleEndian(buffer[range], vr)))
        }
        guard try isNew(tag, vr, .bytes(buffer[range])) else { return }
        level.nodes.append(DataSet.Node(tag: tag, vr: vr, isInStorage: true, offset: range.lowerBound, length: range.count))
    }

    /// The level's storage and the buffer hold the same bytes of the data set.
    var isBufferStorage: Bool { level.storageBase == base && level.storage.count == buffer.count }

    private mutating func isNew(_ tag: Tag, _ vr: VR, _ value: Value) throws(ReadError) -> Bool {
        let next = level.nodes.count
        guard let place = level.places?.updateValue(next, forKey: tag) else { return true }
        // Padding means nothing, however often it stands (PS3.10 §7.2).
        guard level.nodes[place].vr == vr && level.value(of: level.nodes[place]) == value || tag == .dataSetTrailingPadding else {
            throw error(.duplicateElement, tag, "the element stands twice with different values")
        }
        level.places?[tag] = place
        return false
    }

    /// After the last element some systems fill up with one byte value.
    mutating func startsTrailing(_ tag: Tag) -> Bool {
        guard tag.rawValue == 0 || tag.rawValue == .max, !level.nodes.isEmpty else { return false }
        warn(nil, "bytes \(tag.rawValue == 0 ? "00" : "FF")H follow the last element")
        mode = .trailing(tag.rawValue == 0 ? 0 : 0xFF)
        return true
    }

    mutating func hold(_ count: UInt64, _ tag: Tag?) throws(ReadError) {
        bytesHeld += count
        guard bytesHeld <= options.limits.dataSetInMemory else {
            throw error(.tooLarge, tag, "attributes take more than \(options.limits.dataSetInMemory >> 20) MiB")
        }
    }

    // MARK: Implicit VR

    /// VR of an element that says none (PS3.5 §A.1); where the standard leaves a choice, by the attributes that decide it.
    func implicitVR(of tag: Tag) -> VR {
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
        for level in [level] + outer.reversed() {
            if let node = level.nodes.first(where: { $0.tag == .pixelRepresentation }) {
                return DataElement(tag: node.tag, vr: .US, value: level.value(of: node)).integers.first == 1
            }
        }
        return false
    }

    private func privateVR(of tag: Tag) -> VR {
        guard let creatorTag = tag.privateCreator, let node = level.nodes.first(where: { $0.tag == creatorTag }),
            let name = DataElement(tag: creatorTag, vr: .LO, value: level.value(of: node)).strings(in: .default).first
        else { return .UN }
        return PrivateElementTable.vr(of: tag, creator: name) ?? .UN
    }

    // MARK: Telling

    func error(_ code: ReadError.Code, _ tag: Tag?, _ message: String) -> ReadError {
        ReadError(code, path: path(tag), offset: offset, message)
    }

    mutating func warn(_ tag: Tag?, _ message: String) {
        // A hostile file must not fill memory with warnings.
        guard warnings.count < 100 else { return }
        warnings.append(ReadWarning(path: path(tag), offset: offset, message: message))
    }

    private func path(_ tag: Tag?) -> [Tag] {
        var path = (outer + [level]).compactMap { $0.sequence?.tag }
        if let tag, path.last != tag { path.append(tag) }
        return path
    }
}
