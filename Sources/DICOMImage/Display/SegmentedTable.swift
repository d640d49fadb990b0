import DICOM

/// Palette tables given as pieces: single values, straight lines, and repetitions of pieces given before (PS3.3 §C.7.9.2).
struct SegmentedTable {
    private let words: [UInt16]
    /// Bytes of an offset that one word makes up.
    private let wordSize: Int
    private let count: Int
    private let tag: Tag
    private var entries: [UInt16] = []

    /// - Returns: exactly `count` entries.
    /// - Throws: `invalid` where the pieces give more or fewer, or are none of the three kinds.
    static func expanded(_ bytes: ArraySlice<UInt8>, bits: Int, count: Int, _ tag: Tag) throws(ImageError) -> [UInt16] {
        var table = SegmentedTable(bytes, isBytes: bits <= 8, count: count, tag)
        try table.expand()
        guard table.entries.count == count else {
            throw ImageError(.invalid, tag, "its segments give \(table.entries.count) entries, not \(count)")
        }
        return table.entries
    }

    private init(_ bytes: ArraySlice<UInt8>, isBytes: Bool, count: Int, _ tag: Tag) {
        let bytes = Array(bytes)
        words = isBytes
            ? bytes.map(UInt16.init) : stride(from: 0, to: bytes.count - 1, by: 2).map { UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8 }
        wordSize = isBytes ? 1 : 2
        self.count = count
        self.tag = tag
    }

    private mutating func expand() throws(ImageError) {
        var at = 0
        // A byte that makes the length even may follow the last piece.
        while entries.count < count, at < words.count {
            if words[at] == 2 {
                try repeatSegments(Int(try word(at + 1)), from: try offset(at + 2))
                at += wordSize == 1 ? 6 : 4
            } else {
                at = try expandSegment(at)
            }
        }
    }

    /// A discrete or a linear segment.
    /// - Returns: where the next one begins.
    private mutating func expandSegment(_ at: Int) throws(ImageError) -> Int {
        let length = Int(try word(at + 1))
        guard length <= count - entries.count else { throw ImageError(.invalid, tag, "its segments give more than \(count) entries") }
        switch try word(at) {
        case 0:
            for index in 0..<length { entries.append(try word(at + 2 + index)) }
            return at + 2 + length
        case 1:
            guard let start = entries.last.map(Int.init) else { throw ImageError(.invalid, tag, "begins with a line that has no start") }
            let end = Int(try word(at + 2))
            for step in stride(from: 1, through: length, by: 1) {
                let way = (Double(end - start) * Double(step) / Double(length)).rounded()
                entries.append(UInt16(clamping: start + Int(way)))
            }
            return at + 3
        case let kind: throw ImageError(.invalid, tag, "a segment of kind \(kind), not 0, 1 or 2")
        }
    }

    private mutating func repeatSegments(_ number: Int, from offset: Int) throws(ImageError) {
        var at = offset / wordSize
        for _ in 0..<number {
            guard try word(at) != 2 else { throw ImageError(.invalid, tag, "a repetition repeats a repetition") }
            at = try expandSegment(at)
        }
    }

    /// Byte offset from the start of the data: two words, or four bytes, the lowest first.
    private func offset(_ at: Int) throws(ImageError) -> Int {
        var result = 0
        for index in 0..<4 / wordSize { result |= Int(try word(at + index)) << (8 * wordSize * index) }
        return result
    }

    private func word(_ at: Int) throws(ImageError) -> UInt16 {
        guard words.indices.contains(at) else { throw ImageError(.truncated, tag, "ends within a segment") }
        return words[at]
    }
}
