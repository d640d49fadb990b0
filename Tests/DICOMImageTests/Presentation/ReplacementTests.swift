import DICOM
import DICOMImage
import Testing

/// PS3.4 §N.2: what the presentation state says replaces the image's own, what it does not say is left out.
@Suite("Presentation states: greys")
struct ReplacementTests {
    private static let row: [UInt8] = [0, 64, 128, 255]

    private func levels(_ image: [DataElement], _ state: [DataElement]) throws -> [UInt8] {
        var picture = State.image(rows: 1, columns: 4), header = State.header()
        for element in image { picture.set(element) }
        for element in state { header.set(element) }
        return State.levels(try State.render(picture, Self.row, header).picture)
    }

    private static func voi(_ center: Double, _ width: Double, _ changes: DataElement...) -> DataElement {
        var item = DataSet([Image.ds(.windowCenter, center), Image.ds(.windowWidth, width)])
        for change in changes { item.set(change) }
        return DataElement(Tag(0x0028, 0x3110), items: [item])
    }

    @Test("Windows, rescaling, polarity", arguments: [
        // Nothing said: every stored value as it is, whatever the image says.
        ([Image.ds(.windowCenter, 10), Image.ds(.windowWidth, 2)], [], [0, 64, 128, 255]),
        ([Image.ds(.rescaleSlope, 2), Image.ds(.rescaleIntercept, -100)], [], [0, 64, 128, 255]),
        ([Image.cs(.presentationLUTShape, "INVERSE")], [], [0, 64, 128, 255]),
        ([Image.cs(.photometricInterpretation, "MONOCHROME1")], [], [0, 64, 128, 255]),
        ([], [Image.cs(.presentationLUTShape, "INVERSE")], [255, 191, 127, 0]),
        // Not inverted twice.
        ([Image.cs(.photometricInterpretation, "MONOCHROME1")], [Image.cs(.presentationLUTShape, "INVERSE")], [255, 191, 127, 0]),
        ([Image.ds(.windowCenter, 10), Image.ds(.windowWidth, 2)], [voi(128.5, 1)], [0, 0, 0, 255]),
        ([], [voi(64.5, 129)], [0, 128, 255, 255]),
        ([], [voi(128, 256, Image.cs(.voilutFunction, "LINEAR_EXACT"))], [0, 64, 128, 254]),
        ([], [Image.ds(.rescaleSlope, 1), Image.ds(.rescaleIntercept, -64), voi(64.5, 129)], [0, 0, 128, 255]),
    ] as [([DataElement], [DataElement], [UInt8])])
    func greys(image: [DataElement], state: [DataElement], expected: [UInt8]) throws {
        #expect(try levels(image, state) == expected)
    }

    private static func table(_ sequence: Tag, _ entries: [Int]) -> DataElement {
        DataElement(sequence, items: [DataSet([
            Image.us(.lutDescriptor, entries.count, 0, 16), DataElement(.lutData, .OW, bytes: Image.words(entries)),
        ])])
    }

    @Test("A presentation LUT is spread over the whole input (PS3.3 §C.11.4)")
    func presentationLUT() throws {
        // 0 to 1 in four steps: 0, 64/255 is entry 1 of 3 by nearest, 128/255 entry 2, 1 the last.
        #expect(try levels([], [Self.table(Tag(0x2050, 0x0010), [65535, 257 * 10, 257 * 20, 0])]) == [255, 10, 20, 0])
    }

    @Test("A VOI table in the presentation state")
    func voiTable() throws {
        var item = DataSet()
        item.set(Self.table(.voilutSequence, (0..<256).map { 65535 - 257 * $0 }))
        #expect(try levels([], [DataElement(Tag(0x0028, 0x3110), items: [item])]) == [255, 191, 127, 0])
    }

    @Test("Values of interest for one image or frame are not used for another", arguments: [
        (State.instance, [Int](), 0, [0, 0, 0, 255]), (State.instance, [2], 0, [0, 64, 128, 255]), (State.instance, [2], 1, [0, 0, 0, 255]),
        ("1.2.99", [], 0, [0, 64, 128, 255]),
    ] as [(String, [Int], Int, [UInt8])])
    func referenced(instance: String, frames: [Int], frameIndex: Int, expected: [UInt8]) throws {
        var reference = DataSet([DataElement(.referencedSOPInstanceUID, .UI, instance)])
        if !frames.isEmpty { reference.set(DataElement(.referencedFrameNumber, .IS, integers: frames)) }
        let state = State.header(Self.voi(128.5, 1, DataElement(.referencedImageSequence, items: [reference])))
        let image = State.image(rows: 1, columns: 4, DataElement(.numberOfFrames, .IS, "2"))
        #expect(State.levels(try State.render(image, Self.row, state, frameIndex: frameIndex).picture) == expected)
    }

    @Test("Functional groups of an enhanced image give way too")
    func enhanced() throws {
        let window = DataSet([DataElement(.frameVOILUTSequence, items: [DataSet([Image.ds(.windowCenter, 10), Image.ds(.windowWidth, 2)])])])
        let rescale = DataSet([DataElement(.pixelValueTransformationSequence, items: [
            DataSet([Image.ds(.rescaleSlope, 3), Image.ds(.rescaleIntercept, 5)]),
        ])])
        #expect(try levels(
            [DataElement(.sharedFunctionalGroupsSequence, items: [window]), DataElement(.perFrameFunctionalGroupsSequence, items: [rescale])], []
        ) == [0, 64, 128, 255])
    }

    @Test("A presentation state made for another image, and one that is none")
    func refused() throws {
        let other = State.image(rows: 1, columns: 4, DataElement(.sopInstanceUID, .UI, "1.2.5"))
        #expect(throws: ImageError(.invalid, .referencedSOPInstanceUID, "")) { try State.render(other, Self.row, State.header()) }
        #expect(throws: ImageError(.invalid, .sopClassUID, "")) { try PresentationState(DataSet()) }
        #expect(throws: ImageError(.unsupported, .sopClassUID, "")) {
            try PresentationState(State.header(DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.11.4")))
        }
    }

    @Test("A window beside it, a part beside its own, are told")
    func contradictions() throws {
        let image = State.image(rows: 1, columns: 4)
        let window = RenderOptions(format: .png, window: Window(center: 1, width: 2))
        let part = RenderOptions(format: .png, viewport: .init(width: 4, height: 4, source: PixelRectangle(x: 0, y: 0, width: 1, height: 1)))
        #expect(throws: ImageError(.invalid, Tag(0x0028, 0x3110), "")) { try State.render(image, Self.row, State.header(), window) }
        #expect(throws: ImageError(.invalid, Tag(0x0070, 0x005A), "")) { try State.render(image, Self.row, State.header(), part) }
    }

    @Test("What is not applied is said")
    func remarks() throws {
        let mask = DataElement(Tag(0x0028, 0x6100), items: [DataSet([Image.cs(Tag(0x0028, 0x6101), "AVG_SUB")])])
        let rendering = try State.render(State.image(rows: 1, columns: 4), Self.row, State.header(mask, Image.cs(Tag(0x5002, 0x1001), "L")))
        #expect(rendering.facts.notes.count == 2)
        #expect(rendering.facts.notes.first?.contains("mask") == true)
        #expect(rendering.facts.notes.last?.contains("5002") == true)
    }

    /// Two rows of four; the shutter lets columns 2 and 3 through.
    @Test("The presentation state's shutter, not the image's, in its own grey, also when inverted", arguments: [
        (nil as Int?, "IDENTITY", [0, 64, 128, 0]), (65535, "IDENTITY", [255, 64, 128, 255]), (0, "INVERSE", [0, 191, 127, 0]),
        (65535, "INVERSE", [255, 191, 127, 255]),
    ] as [(Int?, String, [UInt8])])
    func shutter(value: Int?, shape: String, expected: [UInt8]) throws {
        var state = [
            Image.cs(Tag(0x0018, 0x1600), "RECTANGULAR"), DataElement(Tag(0x0018, 0x1602), .IS, integers: [2]), DataElement(Tag(0x0018, 0x1604), .IS, integers: [3]),
            DataElement(Tag(0x0018, 0x1606), .IS, integers: [1]), DataElement(Tag(0x0018, 0x1608), .IS, integers: [1]), Image.cs(.presentationLUTShape, shape),
        ]
        if let value { state.append(Image.us(Tag(0x0018, 0x1622), value)) }
        let own = [Image.cs(Tag(0x0018, 0x1600), "CIRCULAR"), DataElement(Tag(0x0018, 0x1610), .IS, integers: [1, 1]), DataElement(Tag(0x0018, 0x1612), .IS, integers: [1])]
        #expect(try levels(own, state) == expected)
    }

    private static func overlay(_ group: UInt16, bits: UInt8) -> [DataElement] {
        [
            Image.us(Tag(group, 0x0010), 1), Image.us(Tag(group, 0x0011), 4), Image.cs(Tag(group, 0x0040), "G"), Image.ss(Tag(group, 0x0050), 1, 1),
            Image.us(Tag(group, 0x0100), 1), Image.us(Tag(group, 0x0102), 0), DataElement(Tag(group, 0x3000), .OW, bytes: [bits, 0]),
        ]
    }

    @Test("Overlays are shown where they are activated (PS3.3 §C.11.7)", arguments: [
        (overlay(0x6000, bits: 1), [], [0, 64, 128, 255]),
        (overlay(0x6000, bits: 1), [Image.cs(Tag(0x6000, 0x1001), "L")], [255, 64, 128, 255]),
        (overlay(0x6000, bits: 1), [Image.cs(Tag(0x6002, 0x1001), "L")], [0, 64, 128, 255]),
        // Its own instead of the image's of the same group.
        (overlay(0x6000, bits: 1), overlay(0x6000, bits: 2) + [Image.cs(Tag(0x6000, 0x1001), "L")], [0, 255, 128, 255]),
        // A bitmap that hides, and is not drawn beside that.
        ([], overlay(0x6000, bits: 6) + [Image.cs(Tag(0x0018, 0x1600), "BITMAP"), Image.us(Tag(0x0018, 0x1623), 0x6000)], [0, 0, 0, 255]),
    ] as [([DataElement], [DataElement], [UInt8])])
    func overlays(image: [DataElement], state: [DataElement], expected: [UInt8]) throws {
        #expect(try levels(image, state) == expected)
    }

    @Test("A pseudo-colour state shows greys in the colours of its palette")
    func pseudoColour() throws {
        var state = State.header(DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.11.3"))
        for (descriptor, data, entries) in [
            (Tag.redPaletteColorLookupTableDescriptor, Tag.redPaletteColorLookupTableData, [0, 65535]),
            (.greenPaletteColorLookupTableDescriptor, .greenPaletteColorLookupTableData, [65535, 0]),
            (.bluePaletteColorLookupTableDescriptor, .bluePaletteColorLookupTableData, [0, 0]),
        ] {
            state.set(Image.us(descriptor, 2, 0, 16))
            state.set(DataElement(data, .OW, bytes: Image.words(entries)))
        }
        let picture = try State.render(State.image(rows: 1, columns: 4), Self.row, state).picture
        #expect(picture.channels == 3)
        #expect(State.levels(picture) == [0, 255, 0, 0, 255, 0, 255, 0, 0, 255, 0, 0])
    }

    @Test("A state for greys and an image in colours, a state for colours and its image")
    func colour() throws {
        let image = State.image(rows: 1, columns: 1, Image.us(.samplesPerPixel, 3), Image.cs(.photometricInterpretation, "RGB"))
        #expect(throws: ImageError(.invalid, .photometricInterpretation, "")) { try State.render(image, [1, 2, 3], State.header()) }
        var state = State.header(DataElement(.sopClassUID, .UI, "1.2.840.10008.5.1.4.1.1.11.2"))
        for element in State.turn(180, flips: false) { state.set(element) }
        #expect(State.levels(try State.render(image, [1, 2, 3], state).picture) == [1, 2, 3])
    }
}
