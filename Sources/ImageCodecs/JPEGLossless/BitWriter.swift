extension JPEGLossless {
    /// Codes and differences to bytes, a zero stuffed after each FF (T.81 §F.1.2.3).
    struct BitWriter: ~Copyable {
        /// Bits not yet written, the last one lowest; fewer than 32 between two samples.
        private var accumulator: UInt64 = 0
        private var bits: UInt64 = 0
        /// Bytes of one row: at most 32 bits a sample, each byte stuffed, and the bits from before.
        private let row: UnsafeMutablePointer<UInt8>
        private var count = 0

        init(samplesPerRow: Int) { row = .allocate(capacity: samplesPerRow * 8 + 16) }

        deinit { row.deallocate() }

        /// Writes `columns` pixels of as many components as there are codes.
        mutating func put(_ differences: UnsafePointer<UInt16>, _ columns: Int, _ codes: [HuffmanCode]) {
            for component in 0..<codes.count where codes.count == 1 { putRow(differences, columns, codes[component]) }
            guard codes.count > 1 else { return }
            var at = differences
            for _ in 0..<columns {
                for component in 0..<codes.count { put(at[component], codes[component].codes) }
                at += codes.count
            }
        }

        private mutating func putRow(_ differences: UnsafePointer<UInt16>, _ columns: Int, _ code: HuffmanCode) {
            let codes = code.codes
            for column in 0..<columns { put(differences[column], codes) }
        }

        /// In bounds: a sample adds at most 32 bits; see `row`.
        @inline(__always)
        private mutating func put(_ difference: UInt16, _ codes: [(code: UInt32, length: UInt32)]) {
            let category = Difference.category(difference)
            let (code, length) = codes[category]
            let extra: UInt64 = category == Difference.last ? 0 : UInt64(truncatingIfNeeded: category)
            // Of a negative difference the low bits of itself less 1 (T.81 §F.1.2.1).
            let value = difference &- difference &>> 15
            let rest = UInt64(value) & (1 &<< extra &- 1)
            let added = UInt64(length) &+ extra
            accumulator = accumulator &<< added | UInt64(code) &<< extra | rest
            bits &+= added
            if bits >= 32 {
                bits &-= 32
                write(UInt32(truncatingIfNeeded: accumulator &>> bits))
            }
        }

        @inline(__always)
        private mutating func write(_ word: UInt32) {
            if (~word &- 0x0101_0101) & word & 0x8080_8080 == 0 {
                UnsafeMutableRawPointer(row + count).storeBytes(of: word.byteSwapped, as: UInt32.self)
                count &+= 4
            } else {
                for shift in [UInt32(24), 16, 8, 0] { write(UInt8(truncatingIfNeeded: word &>> shift)) }
            }
        }

        private mutating func write(_ byte: UInt8) {
            row[count] = byte
            count &+= 1
            if byte == 0xFF {
                row[count] = 0
                count &+= 1
            }
        }

        /// What is whole goes to `bytes`, up to the next row.
        mutating func flush(into bytes: inout [UInt8]) {
            bytes.append(contentsOf: UnsafeBufferPointer(start: row, count: count))
            count = 0
        }

        /// Ones up to the next byte.
        mutating func finish(into bytes: inout [UInt8]) {
            while bits > 0 {
                let used = min(bits, 8)
                let byte = UInt8(truncatingIfNeeded: (accumulator &>> (bits &- used)) &<< (8 &- used)) | UInt8(truncatingIfNeeded: 0xFF &>> used)
                write(byte)
                bits -= used
            }
            flush(into: &bytes)
        }
    }
}
