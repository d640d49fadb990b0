import DICOM
import DICOMImage
import Testing

@Suite("From stored value to grey")
struct GreyTests {
    private func grey(_ header: DataSet, _ stored: [Int], window: Window? = nil) throws -> [UInt8] {
        let frame = try Frame(native: Image.words(stored), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let picture = try Render.picture(of: frame, dataSet: header, frameIndex: 0, options: RenderOptions(format: .png, window: window))
        guard case .eight(let levels) = picture.levels else { return [] }
        return levels
    }

    private static let window = [Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256)]

    private func header(_ changes: [DataElement]) -> DataSet {
        var header = Image.header()
        for change in changes { header.set(change) }
        return header
    }

    @Test("Low is white where the image says so, however often", arguments: [
        ("MONOCHROME2", "IDENTITY", [0, 255]), ("MONOCHROME1", "IDENTITY", [255, 0]),
        ("MONOCHROME2", "INVERSE", [255, 0]), ("MONOCHROME1", "INVERSE", [255, 0]),
    ] as [(String, String, [UInt8])])
    func polarity(photometric: String, shape: String, ends: [UInt8]) throws {
        let header = header(Self.window + [Image.cs(.photometricInterpretation, photometric), Image.cs(.presentationLUTShape, shape)])
        #expect(try grey(header, [0, 255, 0, 255]) == ends + ends)
    }

    @Test("Rescaled before windowed")
    func rescale() throws {
        let header = header(Self.window + [Image.ds(.rescaleSlope, 0.5), Image.ds(.rescaleIntercept, -10)])
        #expect(try grey(header, [20, 530, 120, 0]) == [0, 255, 50, 0])
    }

    @Test("A slope of nothing, or half of a pair, is refused")
    func slope() {
        #expect(throws: ImageError(.invalid, .rescaleSlope, "")) {
            try grey(header([Image.ds(.rescaleSlope, 0), Image.ds(.rescaleIntercept, 0)]), [0, 0, 0, 0])
        }
        #expect(throws: ImageError(.missing, .rescaleIntercept, "")) { try grey(header([Image.ds(.rescaleSlope, 2)]), [0, 0, 0, 0]) }
    }

    private func table(first: DataElement, _ entries: [Int]) -> DataSet {
        DataSet([first, DataElement(.lutData, .OW, bytes: Image.words(entries))])
    }

    @Test("A modality table answers below its first and above its last entry")
    func modalityTable() throws {
        let item = table(first: Image.us(.lutDescriptor, 3, 10, 16), [0, 100, 255])
        let header = header(Self.window + [DataElement(.modalityLUTSequence, items: [item])])
        #expect(try grey(header, [9, 11, 12, 500]) == [0, 100, 255, 255])
    }

    @Test("A VOI table of 12 bits spreads over all greys, and stands before the window")
    func voiTable() throws {
        let item = table(first: Image.ss(.lutDescriptor, 3, -1, 12), [0, 2048, 4095])
        var header = header(Self.window + [DataElement(.voilutSequence, items: [item])])
        header.set(Image.us(.pixelRepresentation, 1))
        #expect(try grey(header, [-5, -1, 0, 1]) == [0, 0, 128, 255])
        #expect(try grey(header, [0, 64, 128, 255], window: Window(center: 128, width: 256)) == [0, 64, 128, 255])
    }

    @Test("Padding is black and no part of an automatic window", arguments: ["MONOCHROME1", "MONOCHROME2"])
    func padding(photometric: String) throws {
        let header = header([Image.us(.pixelPaddingValue, 60000), Image.us(.pixelPaddingRangeLimit, 65000), Image.cs(.photometricInterpretation, photometric)])
        let low: UInt8 = photometric == "MONOCHROME1" ? 255 : 0
        #expect(try grey(header, [100, 200, 62000, 60000]) == [low, 255 - low, 0, 0])
    }

    @Test("One value everywhere is no division by nothing")
    func flat() throws {
        #expect(try grey(header([]), [7, 7, 7, 7]) == [0, 0, 0, 0])
    }

    @Test("32 bits far apart")
    func wide() throws {
        var header = Image.header(rows: 1, columns: 2, Image.us(.bitsAllocated, 32), Image.us(.bitsStored, 32), Image.us(.highBit, 31))
        header.set(Image.ds(.windowCenter, 2_000_000_000))
        header.set(Image.ds(.windowWidth, 4_000_000_000))
        #expect(try grey(header, [0, 0, 0, 0xF000]) == [0, 255])
    }

    @Test("Functional groups: the frame's own before the shared ones", arguments: [true, false])
    func groups(isShared: Bool) throws {
        func macros(_ slope: Double) -> DataSet {
            DataSet([
                DataElement(.pixelValueTransformationSequence, items: [DataSet([Image.ds(.rescaleSlope, slope), Image.ds(.rescaleIntercept, 0)])]),
                DataElement(.frameVOILUTSequence, items: [DataSet(Self.window)]),
            ])
        }
        let header = header([
            DataElement(.sharedFunctionalGroupsSequence, items: [macros(isShared ? 2 : 7)]),
            DataElement(.perFrameFunctionalGroupsSequence, items: [isShared ? DataSet() : macros(2)]),
        ])
        #expect(try grey(header, [0, 25, 50, 500]) == [0, 50, 100, 255])
    }

    @Test("A presentation table spreads over all greys, before MONOCHROME1 turns them round", arguments: [("MONOCHROME2", [0, 64, 64, 255]), ("MONOCHROME1", [255, 191, 191, 0])] as [(String, [UInt8])])
    func presentationTable(photometric: String, expected: [UInt8]) throws {
        let item = table(first: Image.us(.lutDescriptor, 3, 0, 12), [0, 1024, 4095])
        let header = header(Self.window + [Image.cs(.photometricInterpretation, photometric), DataElement(Tag(0x2050, 0x0010), items: [item])])
        #expect(try grey(header, [0, 100, 190, 255]) == expected)
    }

    /// PS3.3 §C.11.2.1.1: the first value is signed only where what comes in may be negative.
    @Test("A VOI table's first value after a rescale", arguments: [(-65535.0, 1.0, [0, 0, 255]), (0, 1, [0, 255, 255])] as [(Double, Double, [UInt8])])
    func voiSign(intercept: Double, slope: Double, expected: [UInt8]) throws {
        // 0x8000 is −32768 or 32768.
        let item = table(first: Image.us(.lutDescriptor, 2, 0x8000, 8), [0, 255])
        let header = header([DataElement(.voilutSequence, items: [item]), Image.ds(.rescaleSlope, slope), Image.ds(.rescaleIntercept, intercept)])
        #expect(Array(try grey(header, intercept < 0 ? [0, 32767, 32768, 0] : [32768, 32769, 65535, 0]).prefix(3)) == expected)
    }

    @Test("What a modality table gives is what an automatic window spreads")
    func automaticAfterTable() throws {
        let item = table(first: Image.us(.lutDescriptor, 4, 0, 16), [1000, 2000, 3000, 4000])
        #expect(try grey(header([DataElement(.modalityLUTSequence, items: [item])]), [0, 1, 2, 3]) == [0, 85, 170, 255])
    }

    @Test("One of several windows by its number; one that is not there is told")
    func choice() throws {
        let header = header([Image.ds(.windowCenter, 128, 64), Image.ds(.windowWidth, 256, 128), DataElement(.windowCenterWidthExplanation, .LO, "WIDE", "NARROW")])
        let frame = try Frame(native: Image.words([0, 32, 64, 255]), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let second = try Render.rendering(of: frame, dataSet: header, frameIndex: 0, options: RenderOptions(choice: 1))
        // (32 − 63.5) / 127 + 0.5 and (64 − 63.5) / 127 + 0.5.
        #expect(second.picture.levels == .eight([0, 64, 129, 255]))
        #expect(second.facts.voiChosenBy == .reader)
        #expect(second.facts.voiChoices == ["WIDE", "NARROW"])
        #expect(throws: ImageError(.invalid, .windowCenter, "")) { try Render.picture(of: frame, dataSet: header, frameIndex: 0, options: RenderOptions(choice: 2)) }
    }

    @Test("A broken VOI table gives way to the window beside it, and is told where it stands alone")
    func brokenTable() throws {
        let broken = DataElement(.voilutSequence, items: [DataSet([Image.us(.lutDescriptor, 4, 0, 16), DataElement(.lutData, .OW, bytes: [1, 2])])])
        #expect(try grey(header([broken] + Self.window), [0, 64, 128, 255]) == [0, 64, 128, 255])
        #expect(throws: ImageError(.truncated, .lutData, "")) { try grey(header([broken]), [0, 0, 0, 0]) }
    }

    /// Slopes that differ from frame to frame give one range in the modality's values.
    @Test("Frames that share an automatic range do not flicker")
    func sharedRange() throws {
        func frame(_ stored: [Int], slope: Double) throws -> (DataSet, Frame) {
            let header = header([Image.ds(.rescaleSlope, slope), Image.ds(.rescaleIntercept, 0)])
            return (header, try Frame(native: Image.words(stored), description: PixelDescription(header), byteOrder: .littleEndian, index: 0))
        }
        let (a, first) = try frame([0, 100, 100, 100], slope: 1), (b, second) = try frame([0, 100, 50, 100], slope: 2)
        var range = try AutomaticRange(first, dataSet: a, frameIndex: 0)
        range.formUnion(try AutomaticRange(second, dataSet: b, frameIndex: 0))
        #expect(range == AutomaticRange(low: 0, high: 200))
        let options = RenderOptions(automatic: range)
        #expect(try Render.picture(of: first, dataSet: a, frameIndex: 0, options: options).levels == .eight([0, 128, 128, 128]))
        #expect(try Render.picture(of: second, dataSet: b, frameIndex: 0, options: options).levels == .eight([0, 255, 128, 255]))
    }

    @Test("A fractional segmentation is white at its maximum")
    func fractional() throws {
        let header = Image.header(rows: 1, columns: 2, Image.us(.bitsAllocated, 8), Image.us(.bitsStored, 8), Image.us(.highBit, 7), Image.us(Tag(0x0062, 0x000E), 100))
        let frame = try Frame(native: [50, 100], description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        #expect(try Render.picture(of: frame, dataSet: header, frameIndex: 0).levels == .eight([128, 255]))
    }

    @Test("What is no number is black")
    func floats() throws {
        var header = Image.header(rows: 1, columns: 4, Image.us(.bitsAllocated, 32))
        for tag in [Tag.bitsStored, .highBit, .pixelRepresentation] { header[tag] = nil }
        for element in [Image.ds(.windowCenter, 0.5), Image.ds(.windowWidth, 1), Image.cs(.voilutFunction, "LINEAR_EXACT")] { header.set(element) }
        let bytes = [Float(0.25), .nan, .infinity, -.infinity].flatMap { number in (0..<4).map { UInt8(truncatingIfNeeded: number.bitPattern >> (8 * $0)) } }
        let frame = try Frame(native: bytes, description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        #expect(try Render.picture(of: frame, dataSet: header, frameIndex: 0).levels == .eight([64, 0, 255, 0]))
    }

    @Test("Numbers without end are no trap", arguments: [
        [Image.ds(.rescaleSlope, 1e300), Image.ds(.rescaleIntercept, 0)], [Image.ds(.rescaleSlope, 1e308), Image.ds(.rescaleIntercept, -1e308)],
        [Image.ds(.rescaleSlope, 1e308), Image.ds(.rescaleIntercept, 0), Image.ds(.windowCenter, 1e308), Image.ds(.windowWidth, 1e308)],
        [Image.ds(.rescaleSlope, 1e308), Image.ds(.rescaleIntercept, 0), Image.ds(.windowCenter, -1e308), Image.ds(.windowWidth, 1e-300), Image.cs(.voilutFunction, "SIGMOID")],
    ])
    func extremes(changes: [DataElement]) throws {
        #expect(try grey(header(changes), [0, 1, 30000, 65535]).count == 4)
    }
}
