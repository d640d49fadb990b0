extension JPEGLossless {
    public struct Parameters: Equatable, Sendable {
        /// Bits of a sample, 2 to 16; those above are not written.
        public var precision: Int
        /// Predictor, 1 to 7 (T.81 Table H.1). 1 is what 1.2.840.10008.1.2.4.70 asks for.
        public var selectionValue: Int
        /// Low bits that are left out: lossless only with 0.
        public var pointTransform: Int
        /// Rows between two restart markers; 0 for none.
        public var restartRows: Int
        /// All components in one scan, or a scan each.
        public var isInterleaved: Bool

        public init(precision: Int, selectionValue: Int = 1, pointTransform: Int = 0, restartRows: Int = 0, isInterleaved: Bool = true) {
            self.precision = precision
            self.selectionValue = selectionValue
            self.pointTransform = pointTransform
            self.restartRows = restartRows
            self.isInterleaved = isInterleaved
        }
    }

    /// - Parameter samples: `layout.bytes` of a frame of 8 or 16 bits allocated and 1 to 4 samples.
    /// - Throws: `unsupported` for what JPEG cannot say, `truncated` where bytes of the frame are missing.
    public static func encode(_ samples: UnsafeRawBufferPointer, _ layout: FrameLayout, _ parameters: Parameters) throws(CodecError) -> [UInt8] {
        guard layout.bitsAllocated == 8 || layout.bitsAllocated == 16, layout.samples <= 4 else {
            throw CodecError(.unsupported, "JPEG has 1 to 4 samples of 8 or 16 bits allocated", at: 0)
        }
        guard parameters.precision >= 2, parameters.precision <= layout.bitsAllocated, (1...7).contains(parameters.selectionValue),
            parameters.pointTransform >= 0, parameters.pointTransform < parameters.precision,
            parameters.restartRows >= 0, parameters.restartRows <= 0xFFFF / layout.columns
        else { throw CodecError(.unsupported, "parameters out of their range", at: 0) }
        guard samples.count >= layout.bytes, let source = samples.baseAddress else {
            throw CodecError(.truncated, "fewer bytes than a frame", at: samples.count)
        }

        let rows = DifferenceRows(source, layout, parameters)
        var writer = Writer()
        writer.marker(Marker.startOfImage)
        writer.segment(Marker.startOfFrameLossless, frameHeader(layout, parameters))
        if parameters.restartRows > 0 {
            writer.segment(Marker.defineRestartInterval, Writer.word(parameters.restartRows * layout.columns))
        }
        let scans = parameters.isInterleaved ? [Array(0..<layout.samples)] : (0..<layout.samples).map { [$0] }
        for components in scans { write(components, rows, layout, parameters, to: &writer) }
        writer.marker(Marker.endOfImage)
        return writer.bytes
    }

    private static func frameHeader(_ layout: FrameLayout, _ parameters: Parameters) -> [UInt8] {
        var header = [UInt8(parameters.precision)] + Writer.word(layout.rows) + Writer.word(layout.columns) + [UInt8(layout.samples)]
        for component in 1...layout.samples { header += [UInt8(component), 0x11, 0] }
        return header
    }

    /// Tables, header and bits of one scan; each component has a table of its own.
    private static func write(_ components: [Int], _ rows: borrowing DifferenceRows, _ layout: FrameLayout, _ parameters: Parameters, to writer: inout Writer) {
        var codes: [HuffmanCode] = []
        for component in components {
            var frequencies = [Int](repeating: 0, count: Difference.categories)
            for row in 0..<layout.rows {
                rows.make(row, component)
                rows.count(into: &frequencies)
            }
            codes.append(HuffmanCode(frequencies: frequencies))
        }
        for (table, code) in codes.enumerated() {
            writer.segment(Marker.defineHuffmanTables, [UInt8(table)] + code.counts.map { UInt8($0) } + code.values.map { UInt8($0) })
        }
        var header = [UInt8(components.count)]
        for (table, component) in components.enumerated() { header += [UInt8(component + 1), UInt8(table << 4)] }
        writer.segment(Marker.startOfScan, header + [UInt8(parameters.selectionValue), 0, UInt8(parameters.pointTransform)])

        var bits = BitWriter(samplesPerRow: layout.columns * components.count)
        var restarts: UInt8 = 0
        for row in 0..<layout.rows {
            if parameters.restartRows > 0, row > 0, row % parameters.restartRows == 0 {
                bits.finish(into: &writer.bytes)
                writer.marker(Marker.restart0 + restarts)
                restarts = (restarts + 1) & 7
            }
            for (place, component) in components.enumerated() { rows.make(row, component, at: place, of: components.count) }
            bits.put(rows.differences, layout.columns, codes)
            bits.flush(into: &writer.bytes)
        }
        bits.finish(into: &writer.bytes)
    }

    /// Markers and their segments (T.81 §B.1.1.4).
    private struct Writer {
        var bytes: [UInt8] = []

        static func word(_ number: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: number >> 8), UInt8(truncatingIfNeeded: number)] }

        mutating func marker(_ code: UInt8) {
            bytes.append(0xFF)
            bytes.append(code)
        }

        mutating func segment(_ code: UInt8, _ parameters: [UInt8]) {
            marker(code)
            bytes += Self.word(parameters.count + 2)
            bytes += parameters
        }
    }
}
