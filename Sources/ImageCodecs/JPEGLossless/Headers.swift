extension JPEGLossless {
    /// Frame header (T.81 §B.2.2), compared with what the caller expects.
    struct FrameHeader {
        let precision: Int
        /// Identifiers in order; those of a scan are found here.
        let components: [Component]

        struct Component {
            let identifier: Int
            let sampling: Int
        }

        init(_ segment: inout Segment, _ layout: FrameLayout) throws(CodecError) {
            let start = segment.position
            precision = try segment.byte()
            guard precision >= 2, precision <= 16 else { throw CodecError(.malformed, "precision must be 2 to 16 bits", at: start) }
            guard precision <= layout.bitsAllocated else { throw CodecError(.mismatch, "samples have more bits than are allocated", at: start) }
            // 0 lines: said after the first scan (§B.2.5), there to be compared.
            let lines = try segment.word()
            guard lines == layout.rows || lines == 0 else { throw CodecError(.mismatch, "number of lines is not that of the image", at: start + 1) }
            guard try segment.word() == layout.columns else { throw CodecError(.mismatch, "samples per line are not the columns of the image", at: start + 3) }
            let count = try segment.byte()
            guard count == layout.samples else { throw CodecError(.mismatch, "number of components is not that of the image", at: start + 5) }
            guard count <= 4 else { throw CodecError(.unsupported, "more than four components", at: start + 5) }
            var components: [Component] = []
            for _ in 0..<count {
                components.append(Component(identifier: try segment.byte(), sampling: try segment.byte()))
                _ = try segment.byte()
            }
            for component in components where component.sampling != components[0].sampling {
                throw CodecError(.unsupported, "components of different size", at: start + 6)
            }
            // One component alone is not interleaved, whatever its factors (§A.2.2).
            guard count == 1 || components[0].sampling == 0x11 else { throw CodecError(.unsupported, "sampling factors above 1", at: start + 6) }
            self.components = components
        }
    }

    /// Scan header (T.81 §B.2.3, Table B.3).
    struct ScanHeader {
        /// Index of each component in the frame, and the Huffman table of its differences.
        let components: [(index: Int, table: Int)]
        let selectionValue: Int
        let pointTransform: Int

        /// - Parameter done: which components of the frame have had their scan.
        init(_ segment: inout Segment, _ frame: FrameHeader, done: [Bool]) throws(CodecError) {
            let start = segment.position
            let count = try segment.byte()
            guard count >= 1, count <= frame.components.count else { throw CodecError(.malformed, "number of components in a scan", at: start) }
            var components: [(index: Int, table: Int)] = [], done = done
            for _ in 0..<count {
                let identifier = try segment.byte()
                let table = try segment.byte() >> 4
                guard table < HuffmanTables.count else { throw CodecError(.malformed, "there are four Huffman tables", at: segment.position - 1) }
                // Of components with the same identifier each is taken once, in order.
                var found: Int?
                for index in 0..<frame.components.count where found == nil && !done[index] && frame.components[index].identifier == identifier { found = index }
                guard let found else { throw CodecError(.malformed, "scan of a component that is not in the frame, or again", at: segment.position - 2) }
                done[found] = true
                components.append((found, table))
            }
            self.components = components
            selectionValue = try segment.byte()
            // 0 belongs to the differential frames of hierarchical processes.
            guard selectionValue >= 1, selectionValue <= 7 else { throw CodecError(.malformed, "predictor selection value must be 1 to 7", at: segment.position - 1) }
            _ = try segment.byte()
            pointTransform = try segment.byte() & 0x0F
            guard pointTransform < frame.precision else { throw CodecError(.malformed, "point transform leaves no bit", at: segment.position - 1) }
        }
    }

    /// Every table of a DHT segment (T.81 §B.2.4.2).
    static func define(_ segment: inout Segment, in tables: inout HuffmanTables) throws(CodecError) {
        while segment.left > 0 {
            let start = segment.position
            let selector = try segment.byte()
            var counts: [Int] = [], total = 0
            for _ in 0..<16 {
                counts.append(try segment.byte())
                total += counts[counts.count - 1]
            }
            guard total <= 256 else { throw CodecError(.malformed, "Huffman table has more than 256 codes", at: start) }
            let values = try segment.bytes(total)
            // Tables for AC coefficients have no meaning here, but are written.
            if selector >> 4 == 1 { continue }
            guard selector < HuffmanTables.count else { throw CodecError(.malformed, "Huffman table has no such place", at: start) }
            try tables.define(selector, counts: counts, values: values, at: start)
        }
    }

    /// What an APP14 segment says of three components; nil where it is not Adobe's.
    static func adobeColour(_ segment: Segment) throws(CodecError) -> Colour? {
        var segment = segment
        guard segment.left >= 12, try segment.bytes(5) == [0x41, 0x64, 0x6F, 0x62, 0x65] else { return nil }
        _ = try segment.bytes(6)
        switch try segment.byte() {
        case 0: return .rgb
        case 1: return .yCbCr
        default: return nil
        }
    }
}
