extension JPEGLossless {
    /// What an ``EntropyReader`` holds, in registers while a block is decoded.
    struct BitsInHand {
        private var accumulator: UInt64
        private var bits: Int
        private var taken: Int

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

        @inline(__always)
        func next(_ count: Int) -> Int { Int(truncatingIfNeeded: accumulator &>> UInt64(truncatingIfNeeded: 64 &- count)) }

        @inline(__always)
        mutating func drop(_ count: UInt32) {
            accumulator &<<= UInt64(truncatingIfNeeded: count)
            bits &-= Int(truncatingIfNeeded: count)
        }

        /// A difference that an entry alone does not give; nil for bits that are no code.
        @inline(never)
        mutating func longDifference(_ entry: HuffmanTables.Entry, _ table: Int, _ tables: inout HuffmanTables) -> UInt16? {
            var category = Int(entry &>> 8 & 0xFF)
            if entry & 0xFF00 == HuffmanTables.codeIsLonger {
                guard let found = tables.category(table, bits: UInt32(next(16))) else { return nil }
                category = found.category
                drop(UInt32(found.length))
            } else {
                drop(entry & 0xFF)
            }
            if category == 0 { return 0 }
            if category == Difference.last { return 0x8000 }
            let rest = UInt32(next(category))
            drop(UInt32(category))
            return Difference.extended(rest, category: category)
        }
    }
}
