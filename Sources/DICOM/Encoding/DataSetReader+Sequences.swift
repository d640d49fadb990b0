// Sequences and their items (PS3.5 §7.5).
extension DataSetReader {
    mutating func beginSequence(_ tag: Tag, _ vr: VR, end: UInt64, encoding: TransferSyntax.Encoding) throws(ReadError) {
        guard outer.count < options.limits.nesting else {
            throw error(.nestingTooDeep, tag, "sequences nest deeper than \(options.limits.nesting)")
        }
        level.sequence = SequenceReading(tag: tag, vr: vr, first: open.count, end: end, encoding: encoding)
    }

    mutating func readItem() throws(ReadError) -> Bool {
        guard let sequence = level.sequence else { return true }
        let tag = sequence.encoding.tag(content.storage, at: position)
        let length = sequence.encoding.word32(content.storage, at: position + 4)
        switch tag {
        case .item:
            if sequence.tag == .directoryRecordSequence, outer.isEmpty { recordOffsets.append(offset) }
            position += 8
            var end = UInt64.max
            if length != .max {
                let limit = min(sequence.end, level.end)
                let room = limit == .max ? .max : limit > offset ? limit - offset : 0
                guard UInt64(length) <= room else {
                    throw error(.lengthExceedsParent, sequence.tag, "item length \(length) exceeds the \(room) bytes left in the sequence")
                }
                end = offset + UInt64(length)
            }
            try hold(8, sequence.tag)
            elementCount += 1
            outer.append(level)
            level = Level(first: open.count, end: end, encoding: sequence.encoding, hasUndefinedLength: length == .max)
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

    mutating func readDelimiter(_ tag: Tag) throws(ReadError) -> Bool {
        let length = level.encoding.word32(content.storage, at: position + 4)
        if tag == .itemDelimitation, !outer.isEmpty {
            position += 8
            if !level.hasUndefinedLength { warn(tag, "item delimiter in an item of defined length") }
            if length != 0 { warn(tag, "item delimiter with length \(length)") }
            endItem()
            return true
        }
        if tag == .sequenceDelimitation, let sequence = outer.last?.sequence, level.hasUndefinedLength, sequence.hasUndefinedLength {
            warn(sequence.tag, "item not ended before the end of its sequence")
            endItem()
            return true
        }
        guard tag != .item, length == 0 else { throw error(.unexpectedTag, tag, "an item stands outside a sequence") }
        warn(tag, "stray delimiter")
        position += 8
        return true
    }

    mutating func endItem() {
        sortLevel()
        guard let parent = outer.popLast() else { return }
        let item = nest(.item, VR(rawValue: 0), from: level.first, hasUndefinedLength: level.hasUndefinedLength)
        level = parent
        open.append(item)
    }

    mutating func endSequence() throws(ReadError) {
        guard let sequence = level.sequence else { return }
        level.sequence = nil
        try append(nest(sequence.tag, sequence.vr, from: sequence.first, hasUndefinedLength: sequence.hasUndefinedLength))
    }

    /// What is open from `first` on becomes the content of one node.
    private mutating func nest(_ tag: Tag, _ vr: VR, from first: Int, hasUndefinedLength: Bool) -> DataSet.Node {
        let node = DataSet.Node(
            tag: tag, vr: vr, place: .nested, hasUndefinedLength: hasUndefinedLength, offset: content.nested.count, length: open.count - first)
        if content.nested.isEmpty { content.nested.reserveCapacity(40) }
        // One by one: most items have few elements, for which the ways to move many are slower.
        for index in first..<open.count { content.nested.append(open[index]) }
        for _ in 0..<node.length { open.removeLast() }
        return node
    }
}
