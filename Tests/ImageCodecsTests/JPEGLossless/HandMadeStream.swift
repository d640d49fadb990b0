/// A JPEG lossless stream put together marker by marker (ITU-T T.81 Annex B), by other means than the encoder's.
///
/// Its Huffman table has a code of five bits for each category 0 to 16: the category itself.
struct HandMadeStream {
    var bytes: [UInt8] = [0xFF, 0xD8]

    mutating func segment(_ marker: UInt8, _ parameters: [UInt8]) {
        bytes += [0xFF, marker, UInt8((parameters.count + 2) >> 8), UInt8(truncatingIfNeeded: parameters.count + 2)] + parameters
    }

    mutating func frame(precision: Int, rows: Int, columns: Int, components: [UInt8] = [1], sampling: UInt8 = 0x11, marker: UInt8 = 0xC3) {
        segment(marker, [UInt8(precision), UInt8(rows >> 8), UInt8(rows & 0xFF), UInt8(columns >> 8), UInt8(columns & 0xFF), UInt8(components.count)]
            + components.flatMap { [$0, sampling, 0] })
    }

    mutating func table(_ selector: UInt8 = 0, categories: UInt8 = 17) {
        segment(0xC4, [selector, 0, 0, 0, 0, categories] + [UInt8](repeating: 0, count: 11) + (0..<categories).map { $0 })
    }

    mutating func scan(_ selectionValue: UInt8, components: [UInt8] = [1], tables: [UInt8] = [0, 0, 0, 0], pointTransform: UInt8 = 0) {
        segment(0xDA, [UInt8(components.count)] + zip(components, tables).flatMap { [$0, $1 << 4] } + [selectionValue, 0, pointTransform])
    }

    /// Codes of five bits, then the bits of the difference; ones at the end, zeros after FF.
    ///
    /// - Parameters:
    ///   - sixteen: what is written for category 16, as code and its length.
    ///   - extra: bits after category 16, of which the standard knows none.
    mutating func bits(_ differences: [Int], sixteen: (Int, Int) = (16, 5), extra: Int? = nil) {
        var bits: [Bool] = []
        func add(_ number: Int, _ count: Int) {
            for bit in stride(from: count - 1, through: 0, by: -1) { bits.append(number >> bit & 1 == 1) }
        }
        for difference in differences {
            var category = 0
            while abs(difference) >= 1 << category { category += 1 }
            if category == 16 {
                add(sixteen.0, sixteen.1)
                if let extra { add(extra, 16) }
            } else {
                add(category, 5)
            }
            if category < 16 { add(difference < 0 ? difference + (1 << category) - 1 : difference, category) }
        }
        while bits.count % 8 != 0 { bits.append(true) }
        for start in stride(from: 0, to: bits.count, by: 8) {
            let byte = bits[start..<start + 8].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
            bytes.append(UInt8(byte))
            if byte == 0xFF { bytes.append(0) }
        }
    }

    mutating func marker(_ code: UInt8) { bytes += [0xFF, code] }

    /// A whole stream of one component.
    static func grey(precision: Int, rows: Int, columns: Int, selectionValue: UInt8, _ differences: [Int]) -> HandMadeStream {
        var stream = HandMadeStream()
        stream.frame(precision: precision, rows: rows, columns: columns)
        stream.table()
        stream.scan(selectionValue)
        stream.bits(differences)
        stream.marker(0xD9)
        return stream
    }
}

func words(_ numbers: [Int]) -> [UInt8] { numbers.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] } }
