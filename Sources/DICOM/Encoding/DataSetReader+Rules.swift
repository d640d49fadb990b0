// What bytes mean where the standard leaves a choice or the sender broke it, and how that is told.
extension DataSetReader {
    /// At the first element of a data set or item: do the bytes agree with the encoding they should have?
    mutating func checkEncoding() {
        level.isEncodingChecked = true
        let encoding = level.encoding
        let tag = encoding.tag(content.storage, at: position)
        guard tag.group != 0xFFFE else { return }
        let vr = encoding.vr(content.storage, at: position)
        // Nearly always all is well, and little work shows it.
        let isWell = encoding.isExplicit ? vr.isLetters && (!outer.isEmpty || DataElementTable.onlyVR(of: tag) == vr) : !vr.isLetters
        if isWell { return }
        let actual: TransferSyntax.Encoding
        if encoding.isExplicit, !vr.isLetters {
            let implicit = TransferSyntax.Encoding.implicitLittle
            let little = implicit.tag(content.storage, at: position)
            let length = implicit.word32(content.storage, at: position + 4)
            let room = level.end == .max ? UInt64(1 << 20) : level.end - offset
            // Only an element that the dictionary knows and that fits has a certain meaning.
            guard DataElementTable.entry(for: little) != nil || little.isPrivate, length == .max || UInt64(length) + 8 <= room else { return }
            actual = .implicitLittle
        } else if !encoding.isExplicit, vr.isKnown, DataElementTable.entry(for: tag)?.vrs.contains(vr) == true {
            actual = .explicitLittle
        } else if outer.isEmpty, !tag.isPrivate, vr.isKnown, DataElementTable.entry(for: tag) == nil,
            DataElementTable.entry(for: Tag(tag.group.byteSwapped, tag.element.byteSwapped))?.vrs.contains(vr) == true {
            actual = encoding.isBigEndian ? .explicitLittle : .explicitBig
        } else {
            return
        }
        warn(tag, "encoded with \(actual.isExplicit ? "explicit" : "implicit") VR \(actual.isBigEndian ? "big" : "little") endian, not as the transfer syntax says")
        level.encoding = actual
        if outer.isEmpty { self.encoding = actual }
    }

    /// Tag of the element read last in this level.
    var lastTag: Tag? { open.count > level.first ? open.last?.tag : nil }

    mutating func checkOrder(_ tag: Tag) {
        guard level.isOrdered, let last = lastTag, tag <= last else { return }
        warn(tag, tag == last ? "the element stands twice" : "follows \(last): elements are not in ascending order")
        level.isOrdered = false
        places[outer.count] = Dictionary(uniqueKeysWithValues: (level.first..<open.count).map { (open[$0].tag, $0) })
    }

    /// At the end of a level.
    mutating func sortLevel() {
        guard !level.isOrdered else { return }
        open[level.first...].sort { $0.tag < $1.tag }
        places[outer.count] = nil
    }

    mutating func append(_ tag: Tag, _ vr: VR, _ value: Value) throws(ReadError) {
        content.values.append(value)
        try append(DataSet.Node(tag: tag, vr: vr, place: .values, offset: content.values.count - 1, length: 0))
    }

    /// A value that lies whole in the storage.
    mutating func append(_ tag: Tag, _ vr: VR, held range: Range<Int>) throws(ReadError) {
        kept = range.upperBound
        if level.encoding.isBigEndian { ByteOrder.swap(&content.storage, in: range, wordSize: vr.wordSize) }
        try append(DataSet.Node(tag: tag, vr: vr, place: .storage, offset: range.lowerBound, length: range.count))
    }

    /// Each tag once: of repeated equal elements one stays, of different ones none can be trusted.
    mutating func append(_ node: DataSet.Node) throws(ReadError) {
        if !level.isOrdered {
            if let place = places[outer.count]?[node.tag] {
                // Padding means nothing, however often it stands (PS3.10 §7.2).
                guard isEqual(open[place], node) || node.tag == .dataSetTrailingPadding else {
                    throw error(.duplicateElement, node.tag, "the element stands twice with different values")
                }
                return
            }
            places[outer.count]?[node.tag] = open.count
        }
        open.append(node)
    }

    private func isEqual(_ a: DataSet.Node, _ b: DataSet.Node) -> Bool {
        a.vr == b.vr && content.value(of: a) == content.value(of: b)
    }

    /// After the last element some systems fill up with one byte value.
    mutating func startsTrailing(_ tag: Tag) -> Bool {
        guard tag.rawValue == 0 || tag.rawValue == .max, lastTag != nil else { return false }
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
        if let only = DataElementTable.onlyVR(of: tag) { return only }
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
            if let value = bytes(.pixelRepresentation, in: level) {
                return LittleEndian.first(value, of: UInt16.self) == 1
            }
        }
        return false
    }

    private func bytes(_ tag: Tag, in level: Level) -> ArraySlice<UInt8>? {
        nodes(of: level).first { $0.tag == tag }.flatMap { content.bytes(of: $0) }
    }

    private func privateVR(of tag: Tag) -> VR {
        guard let creatorTag = tag.privateCreator, let creator = bytes(creatorTag, in: level) else { return .UN }
        let name = String(decoding: Text.trim(creator.prefix { $0 != Text.backslash }), as: UTF8.self)
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
