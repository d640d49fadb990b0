extension JPEGLossless {
    /// Decodes one scan (T.81 §H.2) into its components' places in `target`, which has `layout.bytes`.
    /// - Returns: where its bits end, and whether every byte of them was needed.
    static func scan(
        _ header: ScanHeader, _ frame: FrameHeader, _ layout: FrameLayout, _ tables: inout HuffmanTables, _ restartInterval: Int,
        _ source: UnsafeRawPointer, _ count: Int, from offset: Int, into target: UnsafeMutableRawPointer
    ) throws(CodecError) -> (end: Int, isExact: Bool) {
        let components = header.components.count, columns = layout.columns
        for component in header.components where tables.codes[component.table] == nil {
            throw CodecError(.malformed, "scan without its Huffman table", at: offset)
        }
        // Prediction begins anew with a row (§H.1.2.1), so that a restart within one has no meaning.
        guard restartInterval % columns == 0 else { throw CodecError(.malformed, "restart interval is not a number of rows", at: offset) }
        let rowsPerInterval = restartInterval / columns

        var reader = EntropyReader(source, count: count, from: offset)
        let differences = UnsafeMutablePointer<UInt16>.allocate(capacity: columns * components)
        // Two rows of each component: the one above and its own, in turn.
        let lines = UnsafeMutablePointer<UInt16>.allocate(capacity: columns * components * 2)
        defer {
            differences.deallocate()
            lines.deallocate()
        }
        lines.initialize(repeating: 0, count: columns * components * 2)

        var sinceRestart = 0, restarts: UInt8 = 0, isExact = true
        for row in 0..<layout.rows {
            if rowsPerInterval > 0, sinceRestart == rowsPerInterval {
                var markers = MarkerReader(source: source, count: count, position: reader.next)
                let code = try markers.next()
                guard code == Marker.restart0 + restarts else { throw CodecError(.malformed, "restart marker is absent or out of order", at: markers.position - 2) }
                restarts = (restarts + 1) & 7
                isExact = isExact && reader.isAtEnd()
                reader.restart(at: markers.position)
                sinceRestart = 0
            }
            try decodeRow(columns, header, &tables, &reader, into: differences)
            for (place, component) in header.components.enumerated() {
                let pair = lines + place * columns * 2
                let line = pair + row % 2 * columns
                reconstruct(
                    header.selectionValue, differences + place, stride: components, above: sinceRestart == 0 ? nil : pair + (row + 1) % 2 * columns, into: line,
                    count: columns, first: 1 << UInt16(frame.precision - header.pointTransform - 1))
                store(line, columns, shiftedBy: header.pointTransform, layout, row: row, component: component.index, into: target)
            }
            sinceRestart += 1
        }
        isExact = reader.isAtEnd() && isExact
        return (reader.next, isExact)
    }

    /// Differences of a row, those of a pixel's components side by side; `columns` times as many.
    private static func decodeRow(
        _ columns: Int, _ header: ScanHeader, _ tables: inout HuffmanTables, _ reader: inout EntropyReader, into differences: UnsafeMutablePointer<UInt16>
    ) throws(CodecError) {
        let components = header.components.count
        let perBlock = EntropyReader.block / components
        var column = 0
        while column < columns {
            let count = min(perBlock, columns - column)
            reader.prepare(samples: count * components)
            let isWhole: Bool
            if components == 1 {
                isWhole = decode(count, header.components[0].table, &tables, &reader, into: differences + column)
            } else {
                isWhole = decodeInterleaved(count, header, &tables, &reader, into: differences + column * components)
            }
            // The ones that fill the last byte are no code either.
            let left = reader.bitsLeft
            guard left >= (isWhole ? 0 : 16) else { throw CodecError(.truncated, "ends before the last sample", at: reader.next) }
            guard isWhole else { throw CodecError(.malformed, "bits that are no Huffman code", at: reader.next) }
            column += count
        }
    }

    /// - Returns: false where bits were no code; what follows them means nothing.
    ///
    /// In bounds: `prepare` has made room for `count` samples of ``EntropyReader/mostBits``.
    private static func decode(
        _ count: Int, _ table: Int, _ tables: inout HuffmanTables, _ reader: inout EntropyReader, into differences: UnsafeMutablePointer<UInt16>
    ) -> Bool {
        let words = reader.words, lookup = UnsafePointer(tables.lookup + table * HuffmanTables.lookupSize)
        var bits = BitsInHand(reader)
        var index = 0
        while index < count {
            bits.refill(words)
            for _ in 0..<min(BitsInHand.samplesPerRefill, count &- index) {
                differences[index] = bits.difference(lookup, table, tables, words)
                index &+= 1
            }
        }
        bits.putBack(into: &reader)
        return bits.isWhole
    }

    /// The same for a pixel's components in turn, at most four, each with its own table.
    private static func decodeInterleaved(
        _ count: Int, _ header: ScanHeader, _ tables: inout HuffmanTables, _ reader: inout EntropyReader, into differences: UnsafeMutablePointer<UInt16>
    ) -> Bool {
        let words = reader.words, lookup = UnsafePointer(tables.lookup), components = header.components.count
        let table = (0..<4).map { $0 < components ? header.components[$0].table : 0 }
        let (first, second, third, fourth) = (table[0], table[1], table[2], table[3])
        let size = HuffmanTables.lookupSize
        var bits = BitsInHand(reader)
        var at = differences
        for _ in 0..<count {
            bits.refill(words)
            at[0] = bits.difference(lookup + first &* size, first, tables, words)
            at[1] = bits.difference(lookup + second &* size, second, tables, words)
            if components > 2 { at[2] = bits.difference(lookup + third &* size, third, tables, words) }
            if components > 3 { at[3] = bits.difference(lookup + fourth &* size, fourth, tables, words) }
            at += components
        }
        bits.putBack(into: &reader)
        return bits.isWhole
    }

    /// A row's samples to their places in the frame. In bounds: `row < rows`, `component < samples`, `target` has `layout.bytes`.
    private static func store(
        _ line: UnsafePointer<UInt16>, _ count: Int, shiftedBy pointTransform: Int, _ layout: FrameLayout, row: Int, component: Int,
        into target: UnsafeMutableRawPointer
    ) {
        let samples = layout.samples, shift = UInt16(pointTransform)
        let first = row * layout.columns * samples + component
        if layout.bitsAllocated == 8 {
            let bytes = target.assumingMemoryBound(to: UInt8.self) + first
            if samples == 1 {
                for index in 0..<count { bytes[index] = UInt8(truncatingIfNeeded: line[index] &<< shift) }
            } else {
                for index in 0..<count { bytes[index &* samples] = UInt8(truncatingIfNeeded: line[index] &<< shift) }
            }
        } else if samples == 1 {
            let words = target + first * 2
            for index in 0..<count { words.storeBytes(of: line[index] &<< shift, toByteOffset: index &* 2, as: UInt16.self) }
        } else {
            let words = target + first * 2
            for index in 0..<count { words.storeBytes(of: line[index] &<< shift, toByteOffset: index &* samples &* 2, as: UInt16.self) }
        }
    }
}
