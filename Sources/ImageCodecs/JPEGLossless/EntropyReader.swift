extension JPEGLossless {
    /// The bits between two markers (T.81 §F.1.2.3): stuffed zeros taken out, up to the marker that ends them.
    ///
    /// Bytes wait in `reserve` from its end downwards, so that eight of them, read as one little endian word, are the next 64
    /// bits of the stream with the first one on top, without a swap.
    struct EntropyReader: ~Copyable {
        /// Samples decoded between two looks at what is left.
        static let block = 1024
        /// Of a sample: a code of 17 and a difference of 16.
        static let mostBits = 33
        private static let capacity = 16384
        /// A word is read at the last byte too.
        private static let slack = 16

        private let source: UnsafeRawPointer
        private let end: Int
        /// Next byte of the stream; a marker's first one once the bits have ended.
        private(set) var next: Int
        private var hasEnded = false

        private let reserve: UnsafeMutableRawPointer
        /// Bytes put into the reserve, zeros after the end among them.
        private var filled = 0
        /// The first byte after the end of the bits, once that is known; below 0 where it has left the reserve.
        private var realEnd = 0

        /// First byte of the reserve that is not yet in `accumulator`.
        var taken = 0
        /// Next bits of the stream, the first one on top; `bits` of them are counted.
        var accumulator: UInt64 = 0
        var bits = 0

        init(_ source: UnsafeRawPointer, count: Int, from offset: Int) {
            self.source = source
            end = count
            next = offset
            reserve = .allocate(byteCount: Self.capacity + Self.slack, alignment: 8)
        }

        deinit { reserve.deallocate() }

        /// Begins anew at `offset`, after a marker.
        mutating func restart(at offset: Int) {
            next = offset
            hasEnded = false
            filled = 0
            realEnd = 0
            taken = 0
            accumulator = 0
            bits = 0
        }

        /// What ``place(_:)`` counts from.
        var words: UnsafeRawPointer { UnsafeRawPointer(reserve) }

        /// First of the eight bytes that have byte `index` on top; in bounds for `0 <= index <= capacity`.
        @inline(__always)
        static func place(_ index: Int) -> Int { capacity &+ slack &- 8 &- index }

        /// Makes sure that `samples`, at most ``block``, can be decoded without a look at the end: zeros follow the last bit.
        ///
        /// Samples take at most `5 * samples` bytes, the accumulator holds at most 8 more and a word of 8 is read there:
        /// `taken + 5 * samples + 16 <= filled <= capacity` keeps every one of them within what is filled.
        mutating func prepare(samples: Int) {
            let needed = samples * ((Self.mostBits + 7) / 8) + 16
            if filled - taken >= needed { return }
            let rest = filled - taken
            (reserve + (Self.capacity + Self.slack - rest)).copyMemory(from: reserve + (Self.capacity + Self.slack - filled), byteCount: rest)
            realEnd -= taken
            filled = rest
            taken = 0
            if !hasEnded { fill() }
            if filled < needed {
                let zeros = needed - filled
                (reserve + (Self.capacity + Self.slack - filled - zeros)).initializeMemory(as: UInt8.self, repeating: 0, count: zeros)
                filled += zeros
            }
        }

        /// Bits not yet decoded, at least; below 0 where more were taken than there are.
        var bitsLeft: Int { (hasEnded ? realEnd : filled) * 8 - (taken * 8 - bits) }

        /// No byte is left between the last bit taken and the marker.
        mutating func isAtEnd() -> Bool {
            prepare(samples: Self.block)
            return hasEnded && bitsLeft < 8
        }

        /// Until the reserve is full or a marker is met.
        private mutating func fill() {
            let ones: UInt64 = 0x0101_0101_0101_0101, tops: UInt64 = 0x8080_8080_8080_8080
            while filled &+ 8 <= Self.capacity, !hasEnded {
                if next &+ 8 <= end {
                    let word = source.loadUnaligned(fromByteOffset: next, as: UInt64.self)
                    // No byte is FF: none of the inverse is 0.
                    if (~word &- ones) & word & tops == 0 {
                        reserve.storeBytes(of: word.byteSwapped, toByteOffset: Self.place(filled), as: UInt64.self)
                        filled &+= 8
                        next &+= 8
                        continue
                    }
                }
                fillSlowly()
            }
        }

        /// At most eight bytes; `filled + 8 <= capacity`.
        private mutating func fillSlowly() {
            for _ in 0..<8 {
                guard next < end else { return finish() }
                let byte = source.load(fromByteOffset: next, as: UInt8.self)
                if byte == 0xFF {
                    guard next + 1 < end, source.load(fromByteOffset: next + 1, as: UInt8.self) == 0 else { return finish() }
                    next += 1
                }
                reserve.storeBytes(of: byte, toByteOffset: Self.place(filled) + 7, as: UInt8.self)
                filled += 1
                next += 1
            }
        }

        private mutating func finish() {
            hasEnded = true
            realEnd = filled
        }
    }
}
