import ImageCodecs
import Testing

@Suite("JPEG lossless: bad streams")
struct JPEGLosslessHostileTests {
    static let layout = try! FrameLayout(rows: 2, columns: 3, samples: 1, bitsAllocated: 8)
    static let differences = [-118, 10, 20, 20, -5, 25]

    static func stream(
        precision: Int = 8, rows: Int = 2, columns: Int = 3, components: [UInt8] = [1], sampling: UInt8 = 0x11, marker: UInt8 = 0xC3,
        before: (inout HandMadeStream) -> Void = { _ in }, table: Bool = true, selectionValue: UInt8 = 1, scanned: [UInt8] = [1], tables: [UInt8] = [0, 0, 0, 0],
        pointTransform: UInt8 = 0
    ) -> [UInt8] {
        var stream = HandMadeStream()
        before(&stream)
        stream.frame(precision: precision, rows: rows, columns: columns, components: components, sampling: sampling, marker: marker)
        if table { stream.table() }
        stream.scan(selectionValue, components: scanned, tables: tables, pointTransform: pointTransform)
        stream.bits(differences)
        return stream.bytes + [0xFF, 0xD9]
    }

    static let wrong: [(String, [UInt8], CodecError.Code)] = [
        ("nothing", [], .malformed),
        ("one byte", [0xFF], .malformed),
        ("PNG", Array("\u{89}PNG\r\n".utf8), .malformed),
        ("JPEG 2000", [0xFF, 0x4F, 0xFF, 0x51], .malformed),
        ("start only", [0xFF, 0xD8], .truncated),
        ("start and end", [0xFF, 0xD8, 0xFF, 0xD9], .truncated),
        ("no frame", [0xFF, 0xD8, 0xFF, 0xDA, 0, 8, 1, 1, 0, 1, 0, 0, 0], .malformed),
        ("segment without length", [0xFF, 0xD8, 0xFF, 0xC3], .truncated),
        ("segment of length 0", [0xFF, 0xD8, 0xFF, 0xC3, 0, 0], .malformed),
        ("segment of length 1", [0xFF, 0xD8, 0xFF, 0xE0, 0, 1], .malformed),
        ("segment over the end", [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF, 0], .truncated),
        ("frame header too short", [0xFF, 0xD8, 0xFF, 0xC3, 0, 5, 8, 0, 2], .malformed),
        ("baseline", stream(marker: 0xC0), .unsupported),
        ("extended", stream(marker: 0xC1), .unsupported),
        ("progressive", stream(marker: 0xC2), .unsupported),
        ("differential lossless", stream(marker: 0xC7), .unsupported),
        ("arithmetic coding", stream(marker: 0xCB), .unsupported),
        ("more rows", stream(rows: 3), .mismatch),
        ("65535 rows", stream(rows: 65535), .mismatch),
        ("fewer columns", stream(columns: 2), .mismatch),
        ("no columns", stream(columns: 0), .mismatch),
        ("65535 × 65535", stream(rows: 65535, columns: 65535), .mismatch),
        ("no component", stream(components: []), .mismatch),
        ("three components", stream(components: [1, 2, 3]), .mismatch),
        ("255 components", stream(components: [UInt8](1...255)), .mismatch),
        ("one bit", stream(precision: 1), .malformed),
        ("17 bits", stream(precision: 17), .malformed),
        ("12 bits where 8 are allocated", stream(precision: 12), .mismatch),
        ("two frames", stream(before: { $0.frame(precision: 8, rows: 2, columns: 3) }), .malformed),
        ("no table", stream(table: false), .malformed),
        ("another table", stream(tables: [1]), .malformed),
        ("table that there is not", stream(tables: [4]), .malformed),
        ("no prediction", stream(selectionValue: 0), .malformed),
        ("predictor 8", stream(selectionValue: 8), .malformed),
        ("point transform of all bits", stream(pointTransform: 8), .malformed),
        ("scan of no component", stream(scanned: []), .malformed),
        ("scan of another component", stream(scanned: [2]), .malformed),
        ("scan of a component twice", stream(scanned: [1, 1]), .malformed),
        ("restart within a row", stream(before: { $0.segment(0xDD, [0, 2]) }), .malformed),
        ("restart that does not come", stream(before: { $0.segment(0xDD, [0, 3]) }), .malformed),
        ("number of lines that differs", stream(before: { $0.segment(0xDC, [0, 9]) }), .mismatch),
        ("more codes than there are of a length", stream(before: { $0.segment(0xC4, [0, 3] + [UInt8](repeating: 0, count: 15) + [0, 1, 2]) }), .malformed),
        ("257 codes", stream(before: { $0.segment(0xC4, [0] + [UInt8](repeating: 0, count: 14) + [2, 255] + [UInt8](repeating: 0, count: 257)) }), .malformed),
        ("table shorter than its counts", stream(before: { $0.segment(0xC4, [0, 2] + [UInt8](repeating: 0, count: 15) + [0]) }), .malformed),
        ("fifth table", stream(before: { $0.segment(0xC4, [4, 1] + [UInt8](repeating: 0, count: 15) + [0]) }), .malformed),
    ]

    @Test("What is wrong is said", arguments: wrong)
    func refused(name: String, bytes: [UInt8], code: CodecError.Code) {
        let error = #expect(throws: CodecError.self) { try JPEGLossless.decode(bytes, Self.layout) }
        #expect(error?.code == code)
    }

    @Test("Components of different size are not done")
    func subsampled() throws {
        let layout = try FrameLayout(rows: 2, columns: 3, samples: 3, bitsAllocated: 8)
        let error = #expect(throws: CodecError.self) { try JPEGLossless.decode(Self.stream(components: [1, 2, 3], sampling: 0x22), layout) }
        #expect(error?.code == .unsupported)
    }

    @Test("Bits that are no code, and a category that is none")
    func noCode() throws {
        for (counts, values) in [([1, 0], [0]), ([1, 1], [0, 17])] as [([UInt8], [UInt8])] {
            var stream = HandMadeStream()
            stream.frame(precision: 8, rows: 2, columns: 3)
            stream.segment(0xC4, [0] + counts + [UInt8](repeating: 0, count: 14) + values)
            stream.scan(1)
            stream.bytes += [0b1010_1010, 0, 0, 0, 0, 0, 0, 0]
            let error = #expect(throws: CodecError.self) { try JPEGLossless.decode(stream.bytes, Self.layout) }
            #expect(error?.code == .malformed)
        }
    }

    @Test("A restart marker out of order")
    func restartOutOfOrder() {
        var stream = HandMadeStream()
        stream.segment(0xDD, [0, 3])
        stream.frame(precision: 8, rows: 2, columns: 3)
        stream.table()
        stream.scan(1)
        stream.bits([-118, 10, 20])
        stream.marker(0xD1)
        stream.bits([-98, -5, 25])
        let error = #expect(throws: CodecError.self) { try JPEGLossless.decode(stream.bytes, Self.layout) }
        #expect(error?.code == .malformed)
    }

    @Test("Cut anywhere is truncated, never a picture", arguments: [1, 3])
    func truncated(samples: Int) throws {
        let layout = try FrameLayout(rows: 40, columns: 50, samples: samples, bitsAllocated: 16)
        for restartRows in [0, 3] {
            let encoded = try JPEGLossless.encode(Samples.image.frame(layout), layout, .init(precision: 16, restartRows: restartRows))
            // The end of image may be missing; the last bits may not.
            for percent in 1..<100 {
                let cut = Array(encoded.prefix((encoded.count - 3) * percent / 100))
                #expect(throws: CodecError.self, "\(percent) %") { try JPEGLossless.decode(cut, layout) }
            }
            #expect(try JPEGLossless.decode(Array(encoded.dropLast(2)), layout).bytes == Samples.image.frame(layout))
        }
    }

    @Test("A large frame of few bytes ends at once", .timeLimit(.minutes(1)))
    func bomb() throws {
        let layout = try FrameLayout(rows: 16384, columns: 16384, samples: 1, bitsAllocated: 8)
        let begin = ContinuousClock.now
        let error = #expect(throws: CodecError.self) { try JPEGLossless.decode(Self.stream(rows: 16384, columns: 16384), layout) }
        #expect(error?.code == .truncated)
        #expect(ContinuousClock.now - begin < .seconds(5))
    }

    @Test("Every byte of a stream changed: an error or a picture", arguments: [1, 3])
    func changed(samples: Int) throws {
        let layout = try FrameLayout(rows: 6, columns: 7, samples: samples, bitsAllocated: 8)
        let encoded = try JPEGLossless.encode(Samples.image.frame(layout), layout, .init(precision: 8, selectionValue: 6, restartRows: 2, isInterleaved: samples == 1))
        var pictures = 0
        for index in encoded.indices {
            for change: UInt8 in [0x01, 0x80, 0xFF] {
                var bytes = encoded
                bytes[index] ^= change
                if let decoded = try? JPEGLossless.decode(bytes, layout) {
                    #expect(decoded.bytes.count == layout.bytes)
                    pictures += 1
                }
            }
        }
        #expect(pictures < encoded.count * 3)
    }
}
