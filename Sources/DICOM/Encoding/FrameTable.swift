/// Where each frame of an image lies in its encoded data set.
public enum FrameTable {
    /// Byte ranges of frame after frame, from the first byte of the data set; several ranges where a frame is cut into fragments.
    ///
    /// Native frames of 1 bit that do not begin at a byte include the bytes they share with their neighbours.
    /// Empty where the data set has no pixel data or its description does not tell where frames end:
    /// a guess would show one frame's pixels as another's.
    public static func frames(of dataSet: DataSet, at location: PixelDataLocation?) -> [[ByteRange]] {
        guard let location else { return [] }
        let count = dataSet.string(.numberOfFrames) == nil ? 1 : dataSet.integer(.numberOfFrames) ?? 0
        guard count > 0, count <= 1 << 24 else { return [] }
        return location.isEncapsulated
            ? encapsulated(count, dataSet, location) : native(count, dataSet, location)
    }

    private static func native(_ count: Int, _ dataSet: DataSet, _ location: PixelDataLocation) -> [[ByteRange]] {
        guard let bits = bitsPerFrame(dataSet) else { return [] }
        var result: [[ByteRange]] = []
        result.reserveCapacity(count)
        for index in 0..<UInt64(count) {
            let (start, overflow) = index.multipliedReportingOverflow(by: bits)
            let (end, overflowEnd) = start.addingReportingOverflow(bits)
            guard !overflow, !overflowEnd, (end + 7) / 8 <= location.value.length else { return [] }
            result.append([ByteRange(offset: location.value.offset + start / 8, length: (end + 7) / 8 - start / 8)])
        }
        return result
    }

    /// Bits of one native frame (PS3.5 §8.1.1); nil where an attribute is missing or nonsense.
    public static func bitsPerFrame(_ dataSet: DataSet) -> UInt64? {
        guard let rows = dataSet.integer(.rows), let columns = dataSet.integer(.columns),
            let bitsAllocated = dataSet.integer(.bitsAllocated), rows > 0, columns > 0, (1...64).contains(bitsAllocated)
        else { return nil }
        let samples = dataSet.integer(.samplesPerPixel) ?? 1
        guard (1...4).contains(samples) else { return nil }
        // PS3.3 §C.7.6.3.1.2: two chroma pairs are shared by two pixels.
        let isSubsampled = samples == 3 && dataSet.string(.photometricInterpretation).map { $0 == "YBR_FULL_422" || $0 == "YBR_PARTIAL_422" } == true
        return UInt64(rows) * UInt64(columns) * UInt64(isSubsampled ? 2 : samples) * UInt64(bitsAllocated)
    }

    private static func encapsulated(_ count: Int, _ dataSet: DataSet, _ location: PixelDataLocation) -> [[ByteRange]] {
        let fragments = location.fragments
        guard !fragments.isEmpty else { return [] }
        if count == 1 { return [fragments] }
        if fragments.count == count { return fragments.map { [$0] } }
        let starts = extendedOffsets(dataSet, count) ?? (location.basicOffsetTable.count == count ? location.basicOffsetTable.map(UInt64.init) : nil)
        guard let starts, let first = fragments.first else { return [] }
        return grouped(fragments, starts: starts.map { $0 + first.offset - 8 })
    }

    /// Extended Offset Table (PS3.3 §C.7.6.3.1.8).
    private static func extendedOffsets(_ dataSet: DataSet, _ count: Int) -> [UInt64]? {
        guard let bytes = dataSet.bytes(.extendedOffsetTable), bytes.count == count * 8 else { return nil }
        let offsets = LittleEndian.words(bytes, of: UInt64.self)
        return offsets.allSatisfy { $0 < 1 << 62 } ? offsets : nil
    }

    /// Fragments from one frame's start to the next; nothing where a start is not a fragment's.
    private static func grouped(_ fragments: [ByteRange], starts: [UInt64]) -> [[ByteRange]] {
        var result: [[ByteRange]] = []
        var next = 0
        for fragment in fragments {
            let itemStart = fragment.offset - 8
            if next < starts.count, itemStart == starts[next] {
                result.append([])
                next += 1
            } else if next < starts.count, itemStart > starts[next] {
                return []
            }
            guard !result.isEmpty else { return [] }
            result[result.count - 1].append(fragment)
        }
        return result.count == starts.count ? result : []
    }
}
