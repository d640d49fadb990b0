import DICOM
import DICOMImage
import Testing

@Suite("Colours")
struct ColourTests {
    private func colours(_ header: DataSet, _ bytes: [UInt8]) throws -> [UInt8] {
        let frame = try Frame(native: bytes, description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let picture = try Render.picture(of: frame, dataSet: header, frameIndex: 0)
        #expect(picture.channels == 3)
        guard case .eight(let levels) = picture.levels else { return [] }
        return levels
    }

    private func header(_ photometric: String, samples: Int, bits: Int = 8) -> DataSet {
        Image.header(
            rows: 1, columns: 2, Image.us(.samplesPerPixel, samples), Image.cs(.photometricInterpretation, photometric),
            Image.us(.bitsAllocated, bits), Image.us(.bitsStored, bits), Image.us(.highBit, bits - 1))
    }

    /// Y, CB, CR by the rows of PS3.3 §C.7.6.3.1.2.
    @Test("YBR_FULL", arguments: [
        ([0, 128, 128], [0, 0, 0]), ([255, 128, 128], [255, 255, 255]), ([76, 85, 255], [254, 0, 0]), ([150, 44, 21], [0, 255, 1]), ([29, 255, 107], [0, 0, 254]),
    ] as [([UInt8], [Int])])
    func ybr(sample: [UInt8], expected: [Int]) throws {
        let made = try colours(header("YBR_FULL", samples: 3), sample + sample)
        for (a, b) in zip(made, expected + expected) { #expect(abs(Int(a) - b) <= 1) }
    }

    @Test("RGB of 16 bits")
    func wide() throws {
        #expect(try colours(header("RGB", samples: 3, bits: 16), Image.words([0, 65535, 32768, 257, 514, 0])) == [0, 255, 128, 1, 2, 0])
    }

    private func palette(bits: Int, _ data: [UInt8]) -> DataSet {
        var header = header("PALETTE COLOR", samples: 1)
        for tag in [Tag.redPaletteColorLookupTableDescriptor, .greenPaletteColorLookupTableDescriptor, .bluePaletteColorLookupTableDescriptor] {
            header.set(Image.us(tag, 2, 5, bits))
        }
        for (tag, mask) in [(Tag.redPaletteColorLookupTableData, 0xFF), (.greenPaletteColorLookupTableData, 0), (.bluePaletteColorLookupTableData, 0x0F)] as [(Tag, UInt8)] {
            header.set(DataElement(tag, .OW, bytes: data.map { $0 & mask }))
        }
        return header
    }

    @Test("Palettes of 8 bits packed, of 8 bits in words, of 16 bits, and of 8 bits that say 16", arguments: [
        (8, [0x11, 0xEE]), (8, [0x11, 0, 0xEE, 0]), (16, [0, 0x11, 0, 0xEE]), (16, [0x11, 0, 0xEE, 0]),
    ] as [(Int, [UInt8])])
    func palette(bits: Int, data: [UInt8]) throws {
        #expect(try colours(palette(bits: bits, data), [5, 9]) == [0x11, 0, 0x01, 0xEE, 0, 0x0E])
    }

    /// Segments of 16 bits for 8 entries.
    private func segmented(_ words: [Int]) -> DataSet {
        var header = header("PALETTE COLOR", samples: 1)
        for (descriptor, element) in [(Tag.redPaletteColorLookupTableDescriptor, 0x1221), (.greenPaletteColorLookupTableDescriptor, 0x1222), (.bluePaletteColorLookupTableDescriptor, 0x1223)] as [(Tag, UInt16)] {
            header.set(Image.us(descriptor, 8, 0, 16))
            header.set(DataElement(Tag(0x0028, element), .OW, bytes: Image.words(words)))
        }
        return header
    }

    @Test("Palettes in segments: values, a line, a repetition (PS3.3 C.7.9.2)", arguments: [
        ([0, 2, 0x1000, 0x2000, 1, 4, 0xA000, 0, 2, 0x3000, 0xFF00], [1, 5], [0x20, 0xA0]),
        ([0, 2, 0x1000, 0x2000, 1, 4, 0xA000, 0, 2, 0x3000, 0xFF00], [3, 7], [0x60, 0xFF]),
        ([0, 2, 0x1000, 0x2000, 1, 2, 0x4000, 2, 2, 0, 0], [5, 7], [0x20, 0x40]),
    ] as [([Int], [UInt8], [UInt8])])
    func segments(words: [Int], pixels: [UInt8], expected: [UInt8]) throws {
        #expect(try colours(segmented(words), pixels) == expected.flatMap { [$0, $0, $0] })
    }

    @Test("Segments that lie are told", arguments: [
        ([0, 9, 1], .invalid), ([0, 4, 1, 2], .truncated), ([1, 8, 5], .invalid), ([3, 1, 1], .invalid), ([0, 1, 1, 2, 1, 6, 0], .invalid),
        ([0, 1, 7, 2, 65535, 0xFFFF, 0xFFFF], .truncated), ([], .invalid),
    ] as [([Int], ImageError.Code)])
    func brokenSegments(words: [Int], code: ImageError.Code) {
        #expect(throws: ImageError(code, Tag(0x0028, 0x1221), "")) { try colours(segmented(words), [0, 0]) }
    }

    @Test("A palette that is missing or too short is told")
    func broken() {
        #expect(throws: ImageError(.invalid, .redPaletteColorLookupTableDescriptor, "")) { try colours(header("PALETTE COLOR", samples: 1), [0, 0]) }
        #expect(throws: ImageError(.truncated, .redPaletteColorLookupTableData, "")) { try colours(palette(bits: 16, [1, 2]), [0, 0]) }
    }

    /// Limited range (PS3.3 §C.7.6.3.1.2): Y 16 to 235, chroma 16 to 240. Red: Y 81.48, CB 90.21, CR 240.00.
    @Test("YBR_PARTIAL, as a decoder delivers it", arguments: [
        ([16, 128, 128], [0, 0, 0]), ([235, 128, 128], [255, 255, 255]), ([81, 90, 240], [254, 0, 0]), ([145, 54, 34], [0, 255, 1]), ([0, 128, 128], [0, 0, 0]), ([255, 128, 128], [255, 255, 255]),
    ] as [([UInt8], [Int])])
    func partial(sample: [UInt8], expected: [Int]) throws {
        let header = header("YBR_FULL", samples: 3)
        let native = try NativeFrame(description: PixelDescription(header).interleaved(as: .ybrPartial420), bytes: sample + sample)
        guard case .eight(let made) = try Render.picture(of: Frame(native), dataSet: header, frameIndex: 0).levels else { return }
        for (a, b) in zip(made, expected + expected) { #expect(abs(Int(a) - b) <= 1) }
    }

    /// Y = ⌊(R + 2G + B) / 4⌋, CB = B − G, CR = R − G; and the real numbers of YBR_ICT, whose chroma have a sign too.
    @Test("The components of JPEG 2000 with their sign", arguments: [
        ("YBR_RCT", [20, 11, -10], [10, 20, 31]), ("YBR_RCT", [75, -50, 150], [200, 50, 0]), ("YBR_RCT", [255, 0, 0], [255, 255, 255]),
        ("YBR_ICT", [76, -43, 128], [255, 0, 0]), ("YBR_ICT", [255, 0, 0], [255, 255, 255]),
    ] as [(String, [Int], [UInt8])])
    func components(photometric: String, sample: [Int], expected: [UInt8]) throws {
        var header = header(photometric, samples: 3, bits: 16)
        for change in [Image.us(.bitsStored, 9), Image.us(.highBit, 8), Image.us(.pixelRepresentation, 1)] { header.set(change) }
        #expect(try colours(header, Image.words(sample + sample)) == expected + expected)
    }

    @Test("Uncompressed YBR_RCT without sign was decompressed and not relabelled: shown as RGB, and said so")
    func label() throws {
        let header = header("YBR_RCT", samples: 3)
        let frame = try Frame(native: [1, 2, 3, 4, 5, 6], description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let rendering = try Render.rendering(of: frame, dataSet: header, frameIndex: 0)
        #expect(rendering.picture.levels == .eight([1, 2, 3, 4, 5, 6]))
        #expect(rendering.facts.notes.count == 1)
    }

    @Test("Colours of 16 bits where asked", arguments: [
        ("RGB", 16, Image.words([0, 65535, 32768, 257, 514, 1]), [0, 65535, 32768, 257, 514, 1]), ("RGB", 8, [0, 255, 128, 1, 2, 3], [0, 65535, 32896, 257, 514, 771]),
        ("YBR_FULL", 16, Image.words([65535, 32768, 32768, 0, 32768, 32768]), [65535, 65535, 65535, 0, 0, 0]),
    ] as [(String, Int, [UInt8], [UInt16])])
    func deep(photometric: String, bits: Int, bytes: [UInt8], expected: [UInt16]) throws {
        let header = header(photometric, samples: 3, bits: bits)
        let frame = try Frame(native: bytes, description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        #expect(try Render.picture(of: frame, dataSet: header, frameIndex: 0, options: RenderOptions(format: .png16)).levels == .sixteen(expected))
    }

    @Test("A window that is asked for acts on each colour; the image's own has no meaning for them")
    func window() throws {
        var header = header("RGB", samples: 3)
        header.set(Image.ds(.windowCenter, 10))
        header.set(Image.ds(.windowWidth, 2))
        let frame = try Frame(native: [0, 64, 128, 100, 200, 255], description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        #expect(try Render.picture(of: frame, dataSet: header, frameIndex: 0).levels == .eight([0, 64, 128, 100, 200, 255]))
        let options = RenderOptions(window: Window(center: 64, width: 128, function: .linearExact))
        // (x − 64) / 128 + 0.5, in 255 levels.
        #expect(try Render.picture(of: frame, dataSet: header, frameIndex: 0, options: options).levels == .eight([0, 128, 255, 199, 255, 255]))
    }

    /// Greys below the palette's first value, colours from there on (PS3.3 §C.8.16.2.1.1.1).
    @Test("Supplemental palettes", arguments: [("COLOR", nil, true), ("MONOCHROME", nil, false), ("MIXED", "COLOR", true), ("MIXED", "MONOCHROME", false)] as [(String, String?, Bool)])
    func supplemental(image: String, frame own: String?, isColoured: Bool) throws {
        var header = Image.header(Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256), Image.cs(Tag(0x0008, 0x9205), image))
        if let own {
            let type = DataElement(Tag(0x0018, 0x9329), items: [DataSet([Image.cs(Tag(0x0008, 0x9205), own)])])
            header.set(DataElement(.perFrameFunctionalGroupsSequence, items: [DataSet([type])]))
        }
        for (descriptor, data, entries) in [
            (Tag.redPaletteColorLookupTableDescriptor, Tag.redPaletteColorLookupTableData, [0xFF00, 0x1000]), (.greenPaletteColorLookupTableDescriptor, .greenPaletteColorLookupTableData, [0, 0x2000]),
            (.bluePaletteColorLookupTableDescriptor, .bluePaletteColorLookupTableData, [0x8000, 0x3000]),
        ] {
            header.set(Image.us(descriptor, 2, 100, 16))
            header.set(DataElement(data, .OW, bytes: Image.words(entries)))
        }
        let frame = try Frame(native: Image.words([50, 100, 101, 300]), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let rendering = try Render.rendering(of: frame, dataSet: header, frameIndex: 0)
        #expect(rendering.picture.levels == .eight(isColoured ? [50, 50, 50, 0xFF, 0, 0x80, 0x10, 0x20, 0x30, 0x10, 0x20, 0x30] : [50, 100, 101, 255]))
        #expect(rendering.facts.colourFrom == (isColoured ? 100 : nil))
    }

    @Test("A palette whose first value is negative")
    func signedPalette() throws {
        var header = palette(bits: 8, [0x11, 0xEE])
        for tag in [Tag.redPaletteColorLookupTableDescriptor, .greenPaletteColorLookupTableDescriptor, .bluePaletteColorLookupTableDescriptor] { header.set(Image.ss(tag, 2, -1, 8)) }
        header.set(Image.us(.pixelRepresentation, 1))
        #expect(try colours(header, [0xFF, 0]) == [0x11, 0, 0x01, 0xEE, 0, 0x0E])
    }
}
