// Encapsulated pixel data (PS3.5 §A.4).
extension DataSetReader {
    struct FragmentReading {
        var tag: Tag
        var vr: VR
        /// Places are noted; otherwise contents are kept.
        var isLocated: Bool
        var start: UInt64
        var sawOffsetTable = false
        var offsetTable: ArraySlice<UInt8> = []
        var located: [ByteRange] = []
        var starts: [CodeStream?] = []
        var kept: [ArraySlice<UInt8>] = []
        /// Content of the item being read: nil between items.
        var content: (collected: [UInt8], missing: UInt64)?
    }

    /// True at the sequence delimiter.
    mutating func readFragments(_ reading: inout FragmentReading) throws(ReadError) -> Bool {
        while true {
            if reading.content != nil {
                guard readContent(&reading) else { return false }
                continue
            }
            guard self.content.storage.count - position >= 8 else { return false }
            let tag = level.encoding.tag(self.content.storage, at: position)
            let length = level.encoding.word32(self.content.storage, at: position + 4)
            switch tag {
            case .item where length != .max:
                position += 8
                try beginContent(&reading, UInt64(length))
            case .sequenceDelimitation:
                if length != 0 { warn(reading.tag, "sequence delimiter with length \(length)") }
                return true
            default:
                throw error(.unexpectedTag, reading.tag, "\(tag) with length \(length) stands where a fragment should")
            }
        }
    }

    private mutating func beginContent(_ reading: inout FragmentReading, _ length: UInt64) throws(ReadError) {
        let room = level.end == .max ? .max : level.end > offset ? level.end - offset : 0
        guard length <= room else {
            throw error(.lengthExceedsParent, reading.tag, "fragment length \(length) exceeds the \(room) bytes left")
        }
        if reading.sawOffsetTable, reading.isLocated {
            guard reading.located.count < options.limits.fragments else {
                throw error(.tooManyElements, reading.tag, "more than \(options.limits.fragments) fragments")
            }
            reading.located.append(ByteRange(offset: offset, length: length))
        } else {
            guard length <= options.limits.elementInMemory else {
                throw error(.tooLarge, reading.tag, "item of \(length) bytes is larger than may be held in memory")
            }
            try hold(length, reading.tag)
        }
        reading.content = ([], length)
    }

    /// True when the item's content is whole.
    private mutating func readContent(_ reading: inout FragmentReading) -> Bool {
        guard var content = reading.content else { return true }
        reading.content = nil
        let count = min(content.missing, UInt64(self.content.storage.count - position))
        let isTable = !reading.sawOffsetTable
        // Of a fragment that is not kept the first bytes are looked at.
        let wanted = isTable || !reading.isLocated ? Int(count) : min(Int(count), max(0, CodeStream.signatureLength - content.collected.count))
        content.collected.append(contentsOf: self.content.storage[position..<position + wanted])
        position += Int(count)
        content.missing -= count
        guard content.missing == 0 else {
            reading.content = content
            return false
        }
        if isTable {
            end(&reading, first: content.collected[...])
        } else if reading.isLocated {
            reading.starts.append(CodeStream(startingWith: content.collected))
        } else {
            reading.kept.append(content.collected[...])
        }
        return true
    }

    /// Passes over the content of a fragment whose beginning has been seen, but for its last byte.
    mutating func skipContent(_ reading: inout FragmentReading) -> UInt64 {
        guard var content = reading.content, reading.isLocated, reading.sawOffsetTable, content.collected.count >= CodeStream.signatureLength,
            content.missing > 1, position == self.content.storage.count
        else { return 0 }
        let skipped = content.missing - 1
        content.missing = 1
        reading.content = content
        mode = .fragments(reading)
        base &+= skipped
        return skipped
    }

    /// The first item is the offset table; some writers leave it out, and a code stream is none: tables begin with a 0.
    private mutating func end(_ reading: inout FragmentReading, first: ArraySlice<UInt8>) {
        reading.sawOffsetTable = true
        guard let start = CodeStream.first(first.prefix(CodeStream.signatureLength), length: UInt64(first.count)) else {
            reading.offsetTable = first
            return
        }
        warn(reading.tag, "the item of the basic offset table is missing")
        guard reading.isLocated else { return reading.kept.append(first) }
        reading.located.append(ByteRange(offset: offset - UInt64(first.count), length: UInt64(first.count)))
        reading.starts.append(start)
    }

    mutating func end(_ reading: FragmentReading) throws(ReadError) {
        let range = ByteRange(offset: reading.start, length: offset - reading.start)
        if self.content.storage.count - position >= 8 { position += 8 }
        mode = .structure
        guard reading.isLocated else {
            try append(reading.tag, reading.vr, .fragments(Fragments(offsetTable: reading.offsetTable, fragments: reading.kept)))
            return
        }
        pixelData = PixelDataLocation(
            tag: reading.tag, vr: reading.vr, value: range, isEncapsulated: true,
            basicOffsetTable: LittleEndian.words(reading.offsetTable, of: UInt32.self), fragments: reading.located, starts: reading.starts)
        try append(reading.tag, reading.vr, .external(range))
    }
}
