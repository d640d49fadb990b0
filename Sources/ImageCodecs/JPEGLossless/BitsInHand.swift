extension JPEGLossless {
    /// What an ``EntropyReader`` holds, in registers while a block is decoded.
    struct BitsInHand {
        private var accumulator: UInt64
        private var bits: Int
        private var taken: Int
        /// No bits were met that are no code.
        private(set) var isWhole = true

        /// After ``refill(_:)`` there are 56 bits, and a difference that the lookup gives takes at most 12 of them.
        static let samplesPerRefill = 4

        @inline(__always)
        init(_ reader: borrowing EntropyReader) {
            accumulator = reader.accumulator
            bits = reader.bits
            taken = reader.taken
        }

        @inline(__always)
        func putBack(into reader: inout EntropyReader) {
            reader.accumulator = accumulator
            reader.bits = bits
            reader.taken = taken
        }

        /// At least 56 bits afterwards. Those above `bits` in the accumulator are right already and are set to the same again.
        @inline(__always)
        mutating func refill(_ words: UnsafeRawPointer) {
            accumulator |= words.loadUnaligned(fromByteOffset: EntropyReader.place(taken), as: UInt64.self) &>> UInt64(truncatingIfNeeded: bits)
            taken &+= (63 &- bits) &>> 3
            bits |= 56
        }

        /// The next difference; `words` and what `table` says of it are asked only where the lookup does not give it.
        @inline(__always)
        mutating func difference(
            _ lookup: UnsafePointer<HuffmanTables.Entry>, _ table: Int, _ tables: borrowing HuffmanTables, _ words: UnsafeRawPointer
        ) -> UInt16 {
            let entry = lookup[next(HuffmanTables.lookupBits)]
            if entry & 0xFF00 != 0 { return longDifference(entry, table, tables, words) }
            drop(entry & 0xFF)
            return UInt16(truncatingIfNeeded: entry &>> 16)
        }

        @inline(__always)
        private func next(_ count: Int) -> Int { Int(truncatingIfNeeded: accumulator &>> UInt64(truncatingIfNeeded: 64 &- count)) }

        @inline(__always)
        private mutating func drop(_ count: UInt32) {
            accumulator &<<= UInt64(truncatingIfNeeded: count)
            bits &-= Int(truncatingIfNeeded: count)
        }

        /// Takes at most ``EntropyReader/mostBits``, and leaves as many as after a refill.
        @inline(never)
        private mutating func longDifference(
            _ entry: HuffmanTables.Entry, _ table: Int, _ tables: borrowing HuffmanTables, _ words: UnsafeRawPointer
        ) -> UInt16 {
            refill(words)
            var category = Int(entry &>> 8 & 0xFF)
            if entry & 0xFF00 == HuffmanTables.codeIsLonger {
                if let found = tables.category(table, bits: UInt32(next(16))) {
                    category = found.category
                    drop(UInt32(found.length))
                } else if tables.sixteenHasBits {
                    category = Difference.last
                    drop(17)
                } else {
                    isWhole = false
                    return 0
                }
            } else {
                drop(entry & 0xFF)
            }
            defer { refill(words) }
            if category == 0 { return 0 }
            if category == Difference.last {
                // 32768 or -32768 in 16 bits, as of any other category.
                if tables.sixteenHasBits, next(16) == 0x7FFF || next(16) == 0x8000 { drop(16) }
                return 0x8000
            }
            let rest = UInt32(next(category))
            drop(UInt32(category))
            return Difference.extended(rest, category: category)
        }
    }
}
