extension JPEGLossless {
    /// The four tables a lossless stream may define (T.81 §B.2.4.2), ready to decode with.
    struct HuffmanTables: ~Copyable {
        /// Bits looked at in one step: most codes with all bits of their difference.
        static let lookupBits = 12
        static let lookupSize = 1 << lookupBits
        static let count = 4

        /// What `lookupBits` of the stream mean. Bits 0–7: bits to take; 8–15: what else is needed (see below); 16–31: the difference.
        typealias Entry = UInt32
        /// Bits 8–15 of an entry: nothing else, or the category whose bits follow, or this one.
        static let codeIsLonger: Entry = 0xFF << 8

        /// Four tables of `lookupSize` entries.
        let lookup: UnsafeMutablePointer<Entry>
        private(set) var codes: [Codes?] = [nil, nil, nil, nil]

        /// A table as the stream defines it: codes in rising order, the shortest first (T.81 Annex C).
        struct Codes {
            /// First code after those of each length, shifted up to 16 bits; 17 entries, the first one unused.
            var limits: [UInt32] = []
            /// What to add to a code of each length to find its value.
            var offsets: [Int] = []
            var values: [UInt8] = []
        }

        /// Category 16 is followed by bits, and its code may be absent from the table: see ``JPEGLossless/decode(_:_:into:)``.
        let sixteenHasBits: Bool

        /// Entries of a table are set when it is defined; nobody looks into one that is not in `codes`.
        init(sixteenHasBits: Bool) {
            lookup = .allocate(capacity: Self.count * Self.lookupSize)
            self.sixteenHasBits = sixteenHasBits
        }

        deinit { lookup.deallocate() }

        /// - Parameters:
        ///   - counts: 16, number of codes of each length.
        ///   - values: as many as `counts` say; those that are no category are an error only once they are met.
        mutating func define(_ index: Int, counts: [Int], values: [UInt8], at offset: Int) throws(CodecError) {
            var codes = Codes(limits: [0], offsets: [0], values: values)
            let entries = lookup + index * Self.lookupSize
            entries.initialize(repeating: Self.codeIsLonger, count: Self.lookupSize)
            var code = 0, value = 0
            for length in 1...16 {
                codes.offsets.append(value - code)
                for _ in 0..<counts[length - 1] {
                    // A code of all ones is against the standard, but written and unambiguous.
                    guard code < 1 << length else { throw CodecError(.malformed, "Huffman table has more codes than their length allows", at: offset) }
                    if length <= Self.lookupBits { fill(entries, code: code, length: length, category: Int(values[value])) }
                    code += 1
                    value += 1
                }
                codes.limits.append(UInt32(code) << UInt32(16 - length))
                code <<= 1
            }
            self.codes[index] = codes
        }

        /// Every entry that begins with this code; in bounds because `code < 2^length` and `length <= lookupBits`.
        private func fill(_ entries: UnsafeMutablePointer<Entry>, code: Int, length: Int, category: Int) {
            guard category < Difference.categories else { return }
            let free = Self.lookupBits - length
            let first = code << free
            let extra = category
            for rest in 0..<1 << free {
                let entry: Entry
                if category == Difference.last, !sixteenHasBits {
                    entry = 0x8000 << 16 | Entry(length)
                } else if extra == 0 {
                    entry = Entry(length)
                } else if extra <= free {
                    let difference = Difference.extended(UInt32(rest >> (free - extra)), category: extra)
                    entry = Entry(difference) << 16 | Entry(length + extra)
                } else {
                    entry = Entry(extra) << 8 | Entry(length)
                }
                entries[first + rest] = entry
            }
        }

        /// The category named by the code at the top of 16 bits, and the code's length; nil for bits that are no code.
        func category(_ index: Int, bits: UInt32) -> (category: Int, length: Int)? {
            guard let codes = codes[index] else { return nil }
            for length in 1...16 where bits < codes.limits[length] {
                let value = Int(bits >> UInt32(16 - length)) + codes.offsets[length]
                // A code below the limit of its length that belongs to a shorter one was found there.
                guard value >= 0, value < codes.values.count else { return nil }
                let category = Int(codes.values[value])
                return category < Difference.categories ? (category, length) : nil
            }
            return nil
        }
    }
}
