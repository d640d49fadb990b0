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
}
