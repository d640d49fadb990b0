import DICOM

/// A table from integers to integers, as modality, VOI and palette tables are encoded (PS3.3 §C.11.1.1.1, §C.11.2.1.1, §C.7.6.3.1.5).
struct LookupTable: Sendable, Equatable {
    /// Input that the first entry answers; what lies below gets the first entry, what lies above the last one.
    let first: Int
    /// 8 to 16.
    let bits: Int
    let entries: [UInt16]

    func callAsFunction(_ input: Int) -> UInt16 { entries[min(max(input &- first, 0), entries.count - 1)] }

    /// The same entries from input 0 on: all that a presentation table may begin with (PS3.3 §C.11.4).
    var startingAtZero: LookupTable { LookupTable(first: 0, bits: bits, entries: entries) }

    private init(first: Int, bits: Int, entries: [UInt16]) {
        self.first = first
        self.bits = bits
        self.entries = entries
    }

    /// Highest value that `bits` can say.
    var top: Double { Double((1 << bits) - 1) }

    /// - Parameters:
    ///   - isSigned: the inputs may be negative: the first value of the descriptor is then read as signed whatever its VR says.
    ///   - segmented: where the entries are given as segments instead.
    init(descriptor: Tag, data: Tag, segmented: Tag? = nil, in dataSet: DataSet, isSigned: Bool) throws(ImageError) {
        let numbers = dataSet.integers(descriptor)
        guard numbers.count == 3 else { throw ImageError(.invalid, descriptor, "has \(numbers.count) values, not 3") }
        let stated = numbers[0] & 0xFFFF
        let count = stated == 0 ? 65536 : stated
        first = isSigned ? Int(Int16(truncatingIfNeeded: numbers[1])) : numbers[1] & 0xFFFF
        bits = numbers[2] & 0xFFFF
        guard (8...16).contains(bits) else { throw ImageError(.invalid, descriptor, "its entries have \(bits) bits, not 8 to 16") }
        if let segmented, dataSet[data] == nil, let bytes = dataSet.bytes(segmented) {
            entries = try SegmentedTable.expanded(bytes, bits: bits, count: count, segmented)
            return
        }
        guard let bytes = dataSet.bytes(data) else { throw ImageError(.missing, data, "is needed for a table of \(count) entries") }
        entries = try Self.entries(bytes, count: count, bits: bits, data)
    }

    /// Words; or, for entries of 8 bits, bytes packed two in a word.
    private static func entries(_ bytes: ArraySlice<UInt8>, count: Int, bits: Int, _ tag: Tag) throws(ImageError) -> [UInt16] {
        let mask = UInt16(truncatingIfNeeded: (1 << bits) - 1)
        let start = bytes.startIndex
        if bytes.count >= count * 2 {
            return (0..<count).map { (UInt16(bytes[start + 2 * $0]) | UInt16(bytes[start + 2 * $0 + 1]) << 8) & mask }
        }
        guard bits == 8, bytes.count >= count else {
            throw ImageError(.truncated, tag, "\(bytes.count) bytes are too few for \(count) entries of \(bits) bits")
        }
        return (0..<count).map { UInt16(bytes[start + $0]) }
    }
}
