/// JPEG streams put together by hand (ISO/IEC 10918-1 Annex B): grey or coloured pictures of even 128, whose blocks cost a bit each for DC and AC.
struct JPEGStream {
    var bytes: [UInt8] = [0xFF, 0xD8]

    mutating func segment(_ marker: UInt8, _ content: [UInt8]) {
        bytes += [0xFF, marker, UInt8((content.count + 2) >> 8), UInt8((content.count + 2) & 255)] + content
    }

    /// Quantization by 1, and Huffman tables of one code of one bit: nothing, end of block.
    mutating func tables() {
        segment(0xDB, [0] + [UInt8](repeating: 1, count: 64))
        segment(0xC4, [0x00, 1] + [UInt8](repeating: 0, count: 15) + [0])
        segment(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0])
    }

    mutating func frame(_ marker: UInt8, precision: UInt8 = 8, rows: Int, columns: Int, components: [(id: UInt8, sampling: UInt8)]) {
        segment(
            marker,
            [precision, UInt8(rows >> 8), UInt8(rows & 255), UInt8(columns >> 8), UInt8(columns & 255), UInt8(truncatingIfNeeded: components.count)]
                + components.flatMap { [$0.id, $0.sampling, 0] })
    }

    mutating func scan(_ components: [UInt8], _ selection: [UInt8] = [0, 63, 0], data: [UInt8]) {
        segment(0xDA, [UInt8(components.count)] + components.flatMap { [$0, 0] } + selection)
        bytes += data
    }

    mutating func end() { bytes += [0xFF, 0xD9] }

    /// `bits` zeros, padded with ones.
    static func zeros(_ bits: Int) -> [UInt8] {
        let rest = bits % 8
        let last: [UInt8] = rest == 0 ? [] : [UInt8(truncatingIfNeeded: (1 << (8 - rest)) - 1)]
        return [UInt8](repeating: 0, count: bits / 8) + last
    }

    /// Baseline, one scan.
    static func baseline(rows: Int, columns: Int, ids: [UInt8] = [1], sampling: UInt8 = 0x11, segments: [(UInt8, [UInt8])] = []) -> [UInt8] {
        var stream = JPEGStream()
        for (marker, content) in segments { stream.segment(marker, content) }
        stream.tables()
        stream.frame(0xC0, rows: rows, columns: columns, components: ids.enumerated().map { ($1, $0 == 0 ? sampling : 0x11) })
        let horizontal = Int(sampling >> 4), vertical = Int(sampling & 15)
        let units = ((columns + 8 * horizontal - 1) / (8 * horizontal)) * ((rows + 8 * vertical - 1) / (8 * vertical))
        let blocks = ids.count == 1 ? ((columns + 7) / 8) * ((rows + 7) / 8) : units * (horizontal * vertical + ids.count - 1)
        stream.scan(ids, data: zeros(2 * blocks))
        stream.end()
        return stream.bytes
    }

    /// Progressive: DC, then one scan for each of the bands.
    static func progressive(rows: Int, columns: Int, bands: [ClosedRange<UInt8>]) -> [UInt8] {
        let blocks = ((columns + 7) / 8) * ((rows + 7) / 8)
        var stream = JPEGStream()
        stream.tables()
        stream.frame(0xC2, rows: rows, columns: columns, components: [(1, 0x11)])
        stream.scan([1], [0, 0, 0], data: zeros(blocks))
        for band in bands { stream.scan([1], [band.lowerBound, band.upperBound, 0], data: zeros(blocks)) }
        stream.end()
        return stream.bytes
    }

    /// Blocks side by side in restart intervals of one, whose markers are given.
    static func restarts(_ markers: [UInt8]) -> [UInt8] {
        var stream = JPEGStream()
        stream.tables()
        stream.frame(0xC0, rows: 8, columns: 8 * (markers.count + 1), components: [(1, 0x11)])
        stream.segment(0xDD, [0, 1])
        stream.scan([1], data: zeros(2) + markers.flatMap { [0xFF, $0] + zeros(2) })
        stream.end()
        return stream.bytes
    }
}
