import ImageCodecs
import Testing

@Suite("JPEG lossless, ITU-T T.81 Annex H: decoding")
struct JPEGLosslessDecodeTests {
    static let small = try! FrameLayout(rows: 2, columns: 3, samples: 1, bitsAllocated: 8)

    /// Differences of the samples 10 20 40 / 30 25 50, reckoned by hand from Table H.1.
    static let predictors: [(UInt8, [Int])] = [
        (1, [-118, 10, 20, 20, -5, 25]),
        (2, [-118, 10, 20, 20, 5, 10]),
        (3, [-118, 10, 20, 20, 15, 30]),
        (4, [-118, 10, 20, 20, -15, 5]),
        (5, [-118, 10, 20, 20, -10, 15]),
        (6, [-118, 10, 20, 20, -5, 8]),
        (7, [-118, 10, 20, 20, 0, 18]),
    ]

    @Test("Each predictor of Table H.1", arguments: predictors)
    func predictor(selectionValue: UInt8, differences: [Int]) throws {
        let stream = HandMadeStream.grey(precision: 8, rows: 2, columns: 3, selectionValue: selectionValue, differences)
        let (bytes, delivered) = try JPEGLossless.decode(stream.bytes, Self.small)
        #expect(bytes == [10, 20, 40, 30, 25, 50])
        #expect(delivered == .init(precision: 8, selectionValue: Int(selectionValue), pointTransform: 0, colour: nil))
    }

    @Test("Bit for bit: 128 129 / 127 128 with codes of two bits")
    func literal() throws {
        // 00 | 01 1 | 01 0 | 01 1, then ones: differences 0, 1, -1, 1.
        let stream: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC3, 0, 11, 8, 0, 2, 0, 2, 1, 1, 0x11, 0, 0xFF, 0xC4, 0, 22, 0, 0, 3]
            + [UInt8](repeating: 0, count: 14) + [0, 1, 2, 0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0, 0x1A, 0x7F, 0xFF, 0xD9]
        let layout = try FrameLayout(rows: 2, columns: 2, samples: 1, bitsAllocated: 8)
        #expect(try JPEGLossless.decode(stream, layout).bytes == [128, 129, 127, 128])
    }

    @Test("16 bits: differences wrap, and 32768 is the category without bits (Table H.2)")
    func sixteenBits() throws {
        let layout = try FrameLayout(rows: 2, columns: 3, samples: 1, bitsAllocated: 16)
        // 0 32768 65535 / 65535 0 1 with the first predicted as 32768.
        let stream = HandMadeStream.grey(precision: 16, rows: 2, columns: 3, selectionValue: 1, [32768, 32768, 32767, -1, 1, 1])
        #expect(try JPEGLossless.decode(stream.bytes, layout).bytes == words([0, 32768, 65535, 65535, 0, 1]))
    }

    @Test("Encoders that write 16 bits after category 16, or a code that is in no table", arguments: [0x7FFF, 0x8000], [true, false])
    func bitsOfCategorySixteen(extra: Int, isInTable: Bool) throws {
        let layout = try FrameLayout(rows: 8, columns: 32, samples: 1, bitsAllocated: 16)
        // Two grey levels half the range apart, in turn for a while on each row.
        let samples = (0..<256).map { $0 % 32 < 20 && $0 % 3 == 0 ? 40000 : 7232 }
        let differences = (0..<256).map { index in
            let before = index == 0 ? 32768 : index % 32 == 0 ? samples[index - 32] : samples[index - 1]
            let difference = samples[index] - before
            return difference == -32768 ? 32768 : difference
        }
        var stream = HandMadeStream()
        stream.frame(precision: 16, rows: 8, columns: 32)
        stream.table(categories: isInTable ? 17 : 16)
        stream.scan(1)
        stream.bits(differences, sixteen: isInTable ? (16, 5) : (0x1FFFF, 17), extra: extra)
        #expect(try JPEGLossless.decode(stream.bytes + [0xFF, 0xD9], layout).bytes == words(samples))
    }

    @Test("Bytes that are left over do not matter where the stream is right")
    func leftOver() throws {
        let layout = try FrameLayout(rows: 2, columns: 3, samples: 1, bitsAllocated: 16)
        var stream = HandMadeStream()
        stream.frame(precision: 16, rows: 2, columns: 3)
        stream.table()
        stream.scan(1)
        stream.bits([32768, 32768, 32767, -1, 1, 1])
        #expect(try JPEGLossless.decode(stream.bytes + [0, 0, 0, 0, 0xFF, 0xD9], layout).bytes == words([0, 32768, 65535, 65535, 0, 1]))
    }

    @Test("Samples of few bits in wide words, and shifted by the point transform")
    func precision() throws {
        let layout = try FrameLayout(rows: 1, columns: 3, samples: 1, bitsAllocated: 16)
        #expect(try JPEGLossless.decode(HandMadeStream.grey(precision: 2, rows: 1, columns: 3, selectionValue: 1, [-2, 1, 2]).bytes, layout).bytes == words([0, 1, 3]))
        #expect(try JPEGLossless.decode(HandMadeStream.grey(precision: 8, rows: 1, columns: 3, selectionValue: 1, [-118, 10, 20]).bytes, layout).bytes == words([10, 20, 40]))
        var shifted = HandMadeStream()
        shifted.frame(precision: 12, rows: 1, columns: 3)
        shifted.table()
        shifted.scan(1, pointTransform: 4)
        shifted.bits([-128, 1, 254])
        #expect(try JPEGLossless.decode(shifted.bytes, layout).bytes == words([0, 16, 4080]))
    }

    @Test("Components side by side, or a scan each with tables of their own")
    func components() throws {
        let layout = try FrameLayout(rows: 1, columns: 2, samples: 3, bitsAllocated: 8)
        var together = HandMadeStream()
        together.table(2)
        together.frame(precision: 8, rows: 1, columns: 2, components: [0x52, 0x47, 0x42])
        together.scan(1, components: [0x52, 0x47, 0x42], tables: [2, 2, 2])
        together.bits([-127, -126, -125, 3, 3, 3])
        #expect(try JPEGLossless.decode(together.bytes, layout).bytes == [1, 2, 3, 4, 5, 6])

        var apart = HandMadeStream()
        apart.frame(precision: 8, rows: 1, columns: 2, components: [1, 2, 3])
        for (component, first) in zip([3, 1, 2] as [UInt8], [-125, -127, -126]) {
            apart.table(component)
            apart.scan(1, components: [component], tables: [component])
            apart.bits([first, 3])
        }
        #expect(try JPEGLossless.decode(apart.bytes, layout).bytes == [1, 2, 3, 4, 5, 6])
    }

    @Test("Prediction begins anew after a restart marker (§H.1.2.1)")
    func restart() throws {
        var stream = HandMadeStream()
        stream.segment(0xDD, [0, 3])
        stream.frame(precision: 8, rows: 2, columns: 3)
        stream.table()
        stream.scan(4)
        stream.bits([-118, 10, 20])
        stream.marker(0xD0)
        stream.bits([-98, -5, 25])
        #expect(try JPEGLossless.decode(stream.bytes, Self.small).bytes == [10, 20, 40, 30, 25, 50])
    }

    /// What writers add and leave out, all of it without harm.
    static let odd: [(String, @Sendable (inout HandMadeStream) -> Void)] = [
        ("JFIF, comment and private segments", { $0.segment(0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0]); $0.segment(0xFE, Array("by hand".utf8)); $0.segment(0xEB, []) }),
        ("quantization table", { $0.segment(0xDB, [0] + [UInt8](repeating: 1, count: 64)) }),
        ("table of AC coefficients", { $0.segment(0xC4, [0x10, 1] + [UInt8](repeating: 0, count: 15) + [0]) }),
        ("table of 256 values", { $0.segment(0xC4, [3] + [UInt8](repeating: 0, count: 7) + [255, 1] + [UInt8](repeating: 0, count: 7) + (0...255).map { UInt8($0) }) }),
        ("code of all ones", { $0.segment(0xC4, [1, 2] + [UInt8](repeating: 0, count: 15) + [0, 1]) }),
        ("fill bytes before a marker", { $0.bytes += [0xFF, 0xFF, 0xFF] }),
        ("bytes between segments", { $0.bytes += [0, 0] }),
        ("restart interval of 0", { $0.segment(0xDD, [0, 0]) }),
        ("number of lines", { $0.segment(0xDC, [0, 2]) }),
    ]

    @Test("Segments without meaning here are passed over", arguments: odd.indices)
    func oddities(index: Int) throws {
        var stream = HandMadeStream()
        Self.odd[index].1(&stream)
        stream.frame(precision: 8, rows: 2, columns: 3)
        Self.odd[index].1(&stream)
        stream.table()
        stream.scan(1)
        stream.bits(Self.predictors[0].1)
        for end in [[], [0xFF, 0xD9], [0xFF, 0xD9, 0, 0, 0], [0xFF, 0xFF, 0xD9]] as [[UInt8]] {
            #expect(try JPEGLossless.decode(stream.bytes + end, Self.small).bytes == [10, 20, 40, 30, 25, 50], "\(Self.odd[index].0)")
        }
    }

    @Test("No lines in the frame header: as many as the image has rows (§B.2.5)")
    func numberOfLines() throws {
        var stream = HandMadeStream()
        stream.frame(precision: 8, rows: 0, columns: 3)
        stream.table()
        stream.scan(1)
        stream.bits(Self.predictors[0].1)
        #expect(try JPEGLossless.decode(stream.bytes, Self.small).bytes == [10, 20, 40, 30, 25, 50])
    }

    @Test("Colour of three components is what an Adobe marker says", arguments: [(0, JPEGLossless.Colour.rgb), (1, .yCbCr), (2, nil)] as [(UInt8, JPEGLossless.Colour?)])
    func colour(transform: UInt8, colour: JPEGLossless.Colour?) throws {
        var stream = HandMadeStream()
        stream.segment(0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform])
        stream.frame(precision: 8, rows: 1, columns: 1, components: [1, 2, 3])
        stream.table()
        stream.scan(1, components: [1, 2, 3])
        stream.bits([0, 0, 0])
        let layout = try FrameLayout(rows: 1, columns: 1, samples: 3, bitsAllocated: 8)
        #expect(try JPEGLossless.decode(stream.bytes, layout).delivered.colour == colour)
    }
}
