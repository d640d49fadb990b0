import DICOM
import DICOMImage
import Testing

@Suite("JPEG")
struct JPEGTests {
    static let baseline = TransferSyntax(UID("1.2.840.10008.1.2.4.50")!)

    static func description(rows: Int, columns: Int, _ photometric: String = "MONOCHROME2", bits: Int = 8) throws -> PixelDescription {
        let allocated = bits > 8 ? 16 : 8
        return try PixelDescription(Image.header(
            rows: rows, columns: columns, Image.us(.bitsAllocated, allocated), Image.us(.bitsStored, bits), Image.us(.highBit, bits - 1),
            Image.us(.samplesPerPixel, photometric.hasPrefix("MONO") ? 1 : 3), Image.cs(.photometricInterpretation, photometric)))
    }

    static func decode(_ stream: [UInt8], _ description: PixelDescription) throws -> NativeFrame {
        try DirectFrameCoding().decode(stream, baseline, description)
    }

    static let jfif: (UInt8, [UInt8]) = (0xE0, Array("JFIF\0".utf8) + [1, 1, 0, 0, 1, 0, 1, 0, 0])
    static func adobe(_ transform: UInt8) -> (UInt8, [UInt8]) { (0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform]) }

    /// What the label says, what the stream shows, what comes out.
    static let colours: [(label: String, ids: [UInt8], sampling: UInt8, segments: [(UInt8, [UInt8])], delivered: PhotometricInterpretation)] = [
        ("RGB", [1, 2, 3], 0x11, [], .rgb),
        ("RGB", [1, 2, 3], 0x21, [], .ybrFull),
        ("RGB", [1, 2, 3], 0x22, [], .ybrFull),
        ("RGB", [1, 2, 3], 0x11, [jfif], .ybrFull),
        ("RGB", [0, 1, 2], 0x11, [adobe(0)], .rgb),
        ("RGB", [1, 2, 3], 0x11, [adobe(1)], .ybrFull),
        ("YBR_FULL", [1, 2, 3], 0x11, [], .ybrFull),
        ("YBR_FULL", [82, 71, 66], 0x11, [], .rgb),
        ("YBR_FULL", [1, 2, 3], 0x11, [adobe(0)], .rgb),
        ("YBR_FULL_422", [1, 2, 3], 0x21, [], .ybrFull),
        ("YBR_FULL_422", [1, 2, 3], 0x11, [jfif], .ybrFull),
        ("YBR_FULL_422", [1, 2, 3], 0x11, [adobe(2)], .ybrFull),
        ("MONOCHROME1", [1], 0x11, [jfif], .monochrome1),
        ("MONOCHROME2", [1], 0x22, [], .monochrome2),
    ]

    @Test("Colours are what the stream delivers, whatever the label says", arguments: colours.indices)
    func colour(index: Int) throws {
        let (label, ids, sampling, segments, delivered) = Self.colours[index]
        let stream = JPEGStream.baseline(rows: 24, columns: 40, ids: ids, sampling: sampling, segments: segments)
        let frame = try Self.decode(stream, Self.description(rows: 24, columns: 40, label))
        #expect(frame.description.photometricInterpretation == delivered)
        #expect(frame.bytes.allSatisfy { $0 == 128 })
        #expect(frame.bytes.count == 24 * 40 * ids.count)
    }

    @Test("Restart markers in order; out of order they tell damage")
    func restarts() throws {
        let description = try Self.description(rows: 8, columns: 80)
        let good = JPEGStream.restarts((0..<9).map { 0xD0 + UInt8($0 % 8) })
        #expect(try Self.decode(good, description).bytes.allSatisfy { $0 == 128 })
        for bad in [[0xD1, 0xD0] + [UInt8](repeating: 0xD2, count: 7), [UInt8](repeating: 0xD0, count: 9)] {
            #expect(throws: ImageError(.invalid, .pixelData, "")) { try Self.decode(JPEGStream.restarts(bad), description) }
        }
    }

    @Test("Progressive frames of one scan for each coefficient; more scans than any frame needs are refused")
    func scans() throws {
        let description = try Self.description(rows: 64, columns: 64)
        let bands: [ClosedRange<UInt8>] = (1...63).map { $0...$0 }
        #expect(try Self.decode(JPEGStream.progressive(rows: 64, columns: 64, bands: bands), description).bytes.allSatisfy { $0 == 128 })
        let bomb = JPEGStream.progressive(rows: 64, columns: 64, bands: [ClosedRange<UInt8>](repeating: 1...63, count: 10_000))
        #expect(throws: ImageError(.tooLarge, .pixelData, "")) { try Self.decode(bomb, description) }
    }

    @Test("Scans of single components; one without a scan, or a last scan without end, is told")
    func components() throws {
        let description = try Self.description(rows: 8, columns: 8, "YBR_FULL")
        func stream(_ scans: [UInt8], ends: Bool = true) -> [UInt8] {
            var stream = JPEGStream()
            stream.tables()
            stream.frame(0xC0, rows: 8, columns: 8, components: [(1, 0x11), (2, 0x11), (3, 0x11)])
            for id in scans { stream.scan([id], data: JPEGStream.zeros(2)) }
            if ends { stream.end() }
            return stream.bytes
        }
        #expect(try Self.decode(stream([1, 2, 3]), description).bytes == [UInt8](repeating: 128, count: 192))
        #expect(throws: ImageError(.truncated, .pixelData, "")) { try Self.decode(stream([1, 3]), description) }
        #expect(throws: ImageError(.truncated, .pixelData, "")) { try Self.decode(stream([1, 2, 3], ends: false), description) }
    }

    @Test("Bytes behind the image and a missing end do no harm to one that is whole")
    func trailing() throws {
        let description = try Self.description(rows: 16, columns: 16)
        let stream = JPEGStream.baseline(rows: 16, columns: 16)
        for changed in [stream + [0], stream + [1, 2, 3, 4, 5], Array(stream.dropLast(2))] {
            #expect(try Self.decode(changed, description).bytes.allSatisfy { $0 == 128 })
        }
    }

    static let contradictions: [(name: String, stream: [UInt8], code: ImageError.Code)] = [
        ("empty", [], .invalid),
        ("start only", [0xFF, 0xD8], .truncated),
        ("other columns", JPEGStream.baseline(rows: 16, columns: 17), .invalid),
        ("other rows", JPEGStream.baseline(rows: 15, columns: 16), .invalid),
        ("largest", JPEGStream.baseline(rows: 65535, columns: 65535), .invalid),
        ("rows told later", JPEGStream.baseline(rows: 0, columns: 16), .unsupported),
        ("no columns", JPEGStream.baseline(rows: 16, columns: 0), .invalid),
        ("three components", JPEGStream.baseline(rows: 16, columns: 16, ids: [1, 2, 3]), .invalid),
        ("no components", withFrame(0xC0, 8, []), .invalid),
        ("255 components", withFrame(0xC0, 8, (0..<255).map { UInt8($0) }), .invalid),
        ("12 bits in bytes", withFrame(0xC1, 12, [1]), .invalid),
        ("2 bits", withFrame(0xC0, 2, [1]), .unsupported),
        ("hierarchical", withFrame(0xC5, 8, [1]), .unsupported),
        ("arithmetic, cut", withFrame(0xC9, 8, [1]), .truncated),
        ("segment too long", [0xFF, 0xD8, 0xFF, 0xE0, 0xFF, 0xFF, 0], .truncated),
        ("segment of no length", [0xFF, 0xD8, 0xFF, 0xE0, 0, 0, 0, 0], .invalid),
        ("two frames", withFrame(0xC0, 8, [1], twice: true), .invalid),
    ]

    private static func withFrame(_ marker: UInt8, _ precision: UInt8, _ ids: [UInt8], twice: Bool = false) -> [UInt8] {
        var stream = JPEGStream()
        stream.tables()
        for _ in 0..<(twice ? 2 : 1) { stream.frame(marker, precision: precision, rows: 16, columns: 16, components: ids.map { ($0, 0x11) }) }
        stream.scan([ids.first ?? 1], data: [0xFF, 0xFF])
        return stream.bytes
    }

    @Test("A header that contradicts the data set", arguments: contradictions.indices)
    func contradiction(index: Int) throws {
        let (name, stream, code) = Self.contradictions[index]
        #expect(throws: ImageError(code, .pixelData, ""), "\(name)") { try Self.decode(stream, Self.description(rows: 16, columns: 16)) }
    }

    @Test("Samples of 8 bits in wider words")
    func widened() throws {
        let frame = try Self.decode(JPEGStream.baseline(rows: 16, columns: 16), Self.description(rows: 16, columns: 16, bits: 12))
        #expect(try Frame(frame).samples == .unsigned16([UInt16](repeating: 128, count: 256)))
    }

    @Test("12 bits are no baseline")
    func baselineOf12() throws {
        let description = try Self.description(rows: 8, columns: 8, bits: 12)
        let frame = try NativeFrame(description: description, bytes: [UInt8](repeating: 0, count: 128))
        #expect(throws: ImageError(.unsupported, .bitsAllocated, "")) { try DirectFrameCoding().encode(frame, Self.baseline, EncodingParameters()) }
    }
}
