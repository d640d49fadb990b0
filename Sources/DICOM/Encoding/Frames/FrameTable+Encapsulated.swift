// Which fragments are which frame (PS3.5 §A.4): offset tables are believed only where the code streams do not contradict them.
extension FrameTable {
    static func encapsulated(
        _ count: Int, _ location: PixelDataLocation, _ extendedOffsets: [UInt64]?, _ transferSyntax: TransferSyntax
    ) -> Layout {
        let fragments = location.fragments
        guard let whole = FrameLocation(fragments[...]) else { return .unclear("there are no fragments") }
        if transferSyntax.isVideo { return .stream(whole) }
        if count == 1 { return .listed([whole]) }
        // Each frame has a fragment of its own: with as many of them there is only one way.
        if fragments.count == count { return .listed(fragments.map { FrameLocation(range: $0) }) }
        let tables = [extendedOffsets, location.basicOffsetTable.map(UInt64.init)].compactMap { $0 }
        let first = fragments[0].offset - 8
        if fragments.count < count {
            for table in tables {
                if let frames = beginning(fragments, offsets: table, from: first, count: count) { return .listed(frames) }
            }
            return .unresolved
        }
        let starts = fragments.indices.filter { $0 < location.starts.count && transferSyntax.isStart(location.starts[$0]) }
        if starts.count == count, starts[0] == fragments.firstIndex(where: { $0.length > 0 }) {
            return .listed(grouped(fragments, at: [0] + starts.dropFirst()))
        }
        for table in tables {
            guard let groups = groups(fragments, offsets: table, from: first, count: count) else { continue }
            // Where frames do show how they begin, each must.
            guard !transferSyntax.showsStarts || location.starts.isEmpty || Set(starts).isSuperset(of: groups) else { continue }
            return .listed(grouped(fragments, at: groups))
        }
        let tableWords = tables.contains { !$0.isEmpty } ? "the offset table does not fit them" : "there is no offset table"
        let shown = transferSyntax.showsStarts && !location.starts.isEmpty ? " of which \(starts.count) begin a code stream" : ""
        return .unclear("\(fragments.count) fragments\(shown) for \(count) frames, and \(tableWords)")
    }

    /// Extended Offset Table (PS3.3 §C.7.6.3.1.8).
    static func extendedOffsets(_ dataSet: DataSet) -> [UInt64]? {
        dataSet.bytes(.extendedOffsetTable).map { LittleEndian.words($0, of: UInt64.self) }
    }

    /// The first fragment of each frame; nil where an offset is no fragment's, not above the one before, or their number is not `count`.
    private static func groups(_ fragments: [ByteRange], offsets: [UInt64], from first: UInt64, count: Int) -> [Int]? {
        guard offsets.count == count, offsets.first == 0 else { return nil }
        let indices = matched(fragments, offsets, from: first)
        return indices.count == count ? indices : nil
    }

    /// The fragments whose item begins at the offsets, as far as these are fragments in ascending order.
    private static func matched(_ fragments: [ByteRange], _ offsets: [UInt64], from first: UInt64) -> [Int] {
        var result: [Int] = []
        var index = 0
        for offset in offsets {
            let (start, overflow) = offset.addingReportingOverflow(first)
            while index < fragments.count, fragments[index].offset - 8 < start { index += 1 }
            guard !overflow, index < fragments.count, fragments[index].offset - 8 == start, result.last != index else { break }
            result.append(index)
        }
        return result
    }

    /// A table of all frames whose first entries are all the fragments there are, the others lying behind the end: what is here is certain.
    private static func beginning(_ fragments: [ByteRange], offsets: [UInt64], from first: UInt64, count: Int) -> [FrameLocation]? {
        guard offsets.count == count, offsets.first == 0, let last = fragments.last else { return nil }
        let indices = matched(fragments, offsets, from: first)
        guard indices == Array(fragments.indices) else { return nil }
        let end = last.offset + last.length - first
        guard offsets[indices.count...].allSatisfy({ $0 >= end }) else { return nil }
        return grouped(fragments, at: indices)
    }

    private static func grouped(_ fragments: [ByteRange], at starts: [Int]) -> [FrameLocation] {
        starts.indices.compactMap { index in
            FrameLocation(fragments[starts[index]..<(index + 1 < starts.count ? starts[index + 1] : fragments.count)])
        }
    }
}
