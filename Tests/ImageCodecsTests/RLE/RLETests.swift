import ImageCodecs
import Testing

@Suite("RLE Lossless, PS3.5 Annex G")
struct RLETests {
    static func frame(_ segments: [[UInt8]], count: Int? = nil, offsets: [Int]? = nil) -> [UInt8] {
        var header = [count ?? segments.count], offset = 64
        for segment in segments {
            header.append(offset)
            offset += segment.count
        }
        if let offsets { header = [header[0]] + offsets }
        header += [Int](repeating: 0, count: 16 - header.count)
        return header.flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) } } + segments.joined()
    }

    @Test("Literal runs, replicate runs and the byte that is neither (§G.3.2)")
    func packets() throws {
        // Three of AA, three as they are, four of AA, four as they are, ten of AA; -128 says nothing.
        let packed: [UInt8] = [0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0x80, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA]
        let layout = try FrameLayout(rows: 4, columns: 6, samples: 1, bitsAllocated: 8)
        let expected: [UInt8] = [0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22] + [UInt8](repeating: 0xAA, count: 10)
        #expect(try RLELossless.decode(Self.frame([packed]), layout) == expected)
    }

    @Test("Segments are byte planes, samples in order, the most significant byte first (§G.2)")
    func planes() throws {
        let grey = try FrameLayout(rows: 1, columns: 2, samples: 1, bitsAllocated: 16)
        #expect(try RLELossless.decode(Self.frame([[1, 0x12, 0x56], [1, 0x34, 0x78]]), grey) == [0x34, 0x12, 0x78, 0x56])
        let colour = try FrameLayout(rows: 1, columns: 2, samples: 3, bitsAllocated: 8)
        #expect(try RLELossless.decode(Self.frame([[1, 1, 4], [1, 2, 5], [1, 3, 6]]), colour) == [1, 2, 3, 4, 5, 6])
        let wide = try FrameLayout(rows: 1, columns: 1, samples: 2, bitsAllocated: 32)
        let eight = (1...8).map { [0, UInt8($0)] }
        #expect(try RLELossless.decode(Self.frame(eight), wide) == [4, 3, 2, 1, 8, 7, 6, 5])
    }

    @Test("Rows are packed by themselves, segments are of even length (§G.3.1)")
    func encoded() throws {
        let layout = try FrameLayout(rows: 2, columns: 3, samples: 1, bitsAllocated: 8)
        #expect(try RLELossless.encode([7, 7, 7, 7, 7, 7], layout) == Self.frame([[0xFE, 7, 0xFE, 7]]))
        #expect(try RLELossless.encode([1, 2, 3, 9, 9, 9], layout) == Self.frame([[2, 1, 2, 3, 0xFE, 9]]))
        let odd = try FrameLayout(rows: 1, columns: 2, samples: 1, bitsAllocated: 8)
        #expect(try RLELossless.encode([1, 2], odd) == Self.frame([[1, 1, 2, 0]]))
    }

    static let shapes: [(Int, Int)] = [(1, 1), (1, 7), (1, 1000), (3, 5), (1000, 1), (127, 129), (64, 128), (300, 257)]
    static let depths: [(bits: Int, samples: [Int])] = [(1, [1]), (8, [1, 2, 3, 4]), (16, [1, 3, 4]), (32, [1, 3]), (64, [1])]
    static let layouts: [FrameLayout] = depths.flatMap { depth in
        depth.samples.flatMap { samples in
            shapes.compactMap { try? FrameLayout(rows: $0.0, columns: $0.1, samples: samples, bitsAllocated: depth.bits) }
        }
    }

    @Test("What is encoded decodes to itself, whatever follows it", arguments: layouts)
    func roundTrip(layout: FrameLayout) throws {
        for samples in Samples.allCases {
            let frame = samples.frame(layout)
            let encoded = try RLELossless.encode(frame, layout)
            #expect(encoded.count % 2 == 0)
            #expect(try RLELossless.decode(encoded, layout) == frame, "\(samples)")
            #expect(try RLELossless.decode(encoded + [UInt8](repeating: 0x81, count: 500), layout) == frame, "\(samples)")
        }
    }

    static let wrong: [(String, [UInt8], CodecError.Code)] = [
        ("nothing", [], .truncated),
        ("half a header", [UInt8](repeating: 0, count: 63), .truncated),
        ("no segment", frame([]), .mismatch),
        ("one segment of two", frame([[5, 1, 2, 3, 4, 5, 6]]), .mismatch),
        ("three segments", frame([[0xFB, 1], [0xFB, 1], [0xFB, 1]]), .mismatch),
        ("2^32 - 1 segments", frame([[0xFB, 1], [0xFB, 1]], count: 0xFFFF_FFFF), .mismatch),
        ("offset within the header", frame([[0xFB, 1], [0xFB, 1]], offsets: [0, 66]), .malformed),
        ("offset beyond the end", frame([[0xFB, 1], [0xFB, 1]], offsets: [64, 69]), .malformed),
        ("offset of 2^32 - 1", frame([[0xFB, 1], [0xFB, 1]], offsets: [64, 0xFFFF_FFFF]), .malformed),
        ("offsets that fall", frame([[0xFB, 1], [0xFB, 1]], offsets: [66, 64]), .malformed),
        ("empty segment", frame([[], [0xFB, 1]]), .truncated),
        ("too few bytes in the last segment", frame([[0xFB, 1], [0xFC, 1]]), .truncated),
        ("literal run over the end", frame([[0xFB, 1], [5, 1, 2, 3]]), .truncated),
        ("replicate run without its byte", frame([[0xFB, 1], [0xFB]]), .truncated),
        ("only bytes that say nothing", frame([[0xFB, 1], [UInt8](repeating: 0x80, count: 4000)]), .truncated),
    ]

    @Test("What is wrong is said", arguments: wrong)
    func refused(name: String, encoded: [UInt8], code: CodecError.Code) throws {
        let layout = try FrameLayout(rows: 2, columns: 3, samples: 1, bitsAllocated: 16)
        let error = #expect(throws: CodecError.self) { try RLELossless.decode(encoded, layout) }
        #expect(error?.code == code)
    }

    @Test("A packet longer than what is left of the plane writes no further")
    func surplus() throws {
        let layout = try FrameLayout(rows: 1, columns: 3, samples: 3, bitsAllocated: 8)
        let long = [[UInt8]](repeating: [0x81, 5, 0x7F] + [UInt8](repeating: 1, count: 128), count: 3)
        #expect(try RLELossless.decode(Self.frame(long), layout) == [UInt8](repeating: 5, count: 9))
    }

    @Test("Cut anywhere: an error, or the frame where only padding is lost")
    func truncated() throws {
        let layout = try FrameLayout(rows: 40, columns: 50, samples: 1, bitsAllocated: 16)
        let frame = Samples.image.frame(layout), encoded = try RLELossless.encode(frame, layout)
        for percent in 0..<100 {
            let cut = Array(encoded.prefix(encoded.count * percent / 100))
            #expect(throws: CodecError.self, "\(percent) %") { try RLELossless.decode(cut, layout) }
        }
    }

    @Test("Every byte of a stream changed: an error or a picture")
    func changed() throws {
        let layout = try FrameLayout(rows: 6, columns: 7, samples: 3, bitsAllocated: 16)
        let encoded = try RLELossless.encode(Samples.image.frame(layout), layout)
        var refused = 0
        for index in encoded.indices {
            for change: UInt8 in [0x01, 0x80, 0xFF] {
                var bytes = encoded
                bytes[index] ^= change
                do { #expect(try RLELossless.decode(bytes, layout).count == layout.bytes) } catch is CodecError { refused += 1 }
            }
        }
        #expect(refused > 3 * 28)
    }

    @Test("More byte planes than 15 and single bits of colour are not done")
    func unsupported() throws {
        for (samples, bits) in [(2, 64), (4, 32), (3, 1)] {
            let layout = try FrameLayout(rows: 1, columns: 1, samples: samples, bitsAllocated: bits)
            let error = #expect(throws: CodecError.self) { try RLELossless.encode([UInt8](repeating: 0, count: 64), layout) }
            #expect(error?.code == .unsupported)
        }
        #expect(throws: CodecError.self) { try FrameLayout(rows: 0, columns: 1, samples: 1, bitsAllocated: 8) }
        #expect(throws: CodecError.self) { try FrameLayout(rows: 65536, columns: 1, samples: 1, bitsAllocated: 8) }
        #expect(throws: CodecError.self) { try FrameLayout(rows: 1, columns: 1, samples: 1, bitsAllocated: 12) }
    }
}
