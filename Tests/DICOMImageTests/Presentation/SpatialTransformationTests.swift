import DICOM
import DICOMImage
import Testing

@Suite("Presentation states: turned, mirrored, cut out")
struct SpatialTransformationTests {
    /// 1 2 3
    /// 4 5 6
    private static let image = State.image(rows: 2, columns: 3, Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256))
    private static let samples: [UInt8] = [1, 2, 3, 4, 5, 6]
    /// Stored values as they are: the whole range of 8 bits.
    private static let voi = DataElement(Tag(0x0028, 0x3110), items: [DataSet([Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256)])])

    /// Rotate clockwise, then mirror left to right (PS3.3 §C.10.6); by hand.
    @Test("The eight orientations", arguments: [
        (0, false, [[1, 2, 3], [4, 5, 6]]),
        (90, false, [[4, 1], [5, 2], [6, 3]]),
        (180, false, [[6, 5, 4], [3, 2, 1]]),
        (270, false, [[3, 6], [2, 5], [1, 4]]),
        (0, true, [[3, 2, 1], [6, 5, 4]]),
        (90, true, [[1, 4], [2, 5], [3, 6]]),
        (180, true, [[4, 5, 6], [1, 2, 3]]),
        (270, true, [[6, 3], [5, 2], [4, 1]]),
    ] as [(Int, Bool, [[UInt8]])])
    func orientations(angle: Int, flips: Bool, expected: [[UInt8]]) throws {
        var state = State.header(Self.voi)
        for element in State.turn(angle, flips: flips) { state.set(element) }
        let picture = try State.render(Self.image, Self.samples, state).picture
        #expect(picture.height == expected.count && picture.width == expected[0].count)
        #expect(State.levels(picture) == expected.flatMap { $0 })
    }

    @Test("Letters go where the edges go", arguments: [
        (0, false, "R L A P"), (90, false, "P A R L"), (180, false, "L R P A"), (270, false, "A P L R"),
        (0, true, "L R A P"), (90, true, "A P R L"), (180, true, "R L P A"), (270, true, "P A L R"),
    ])
    func letters(angle: Int, flips: Bool, expected: String) throws {
        // Rows lead to the left, columns to the back: an axial slice as it is read.
        let image = State.image(rows: 2, columns: 2, Image.ds(.imageOrientationPatient, 1, 0, 0, 0, 1, 0))
        let transformation = SpatialTransformation(quarterTurns: angle / 90, flipsHorizontally: flips)
        let letters = try #require(EdgeLetters(image, frameIndex: 0)).transformed(by: transformation)
        #expect([letters.left, letters.right, letters.top, letters.bottom].joined(separator: " ") == expected)
    }

    @Test("An angle between, a flip of neither kind: no picture rather than a wrong one")
    func broken() throws {
        #expect(throws: ImageError(.invalid, Tag(0x0070, 0x0042), "")) { try PresentationState(State.header(Image.us(Tag(0x0070, 0x0042), 45))) }
        #expect(throws: ImageError(.invalid, Tag(0x0070, 0x0041), "")) { try PresentationState(State.header(Image.cs(Tag(0x0070, 0x0041), "X"))) }
    }

    /// Corners are pixel numbers from 1, both inside, column first; numbers of the stored image whatever was turned (PS3.3 §C.10.4).
    @Test("Displayed areas", arguments: [
        ((1, 1), (3, 2), 0, [[1, 2, 3], [4, 5, 6]]),
        ((2, 1), (3, 1), 0, [[2, 3]]),
        ((3, 2), (3, 2), 0, [[6]]),
        // The first corner is top left after the turn: in a picture upside down it is the last pixel of the stored one.
        ((3, 2), (2, 2), 180, [[6, 5]]),
        ((2, 2), (3, 2), 180, [[6, 5]]),
        ((0, 0), (1, 1), 0, [[0, 0], [0, 1]]),
        ((3, 2), (4, 3), 0, [[6, 0], [0, 0]]),
        ((5, 5), (6, 6), 0, [[0, 0], [0, 0]]),
    ] as [((Int, Int), (Int, Int), Int, [[UInt8]])])
    func areas(first: (Int, Int), last: (Int, Int), angle: Int, expected: [[UInt8]]) throws {
        var state = State.header(Self.voi, State.area(first, last))
        for element in State.turn(angle, flips: false) { state.set(element) }
        let picture = try State.render(Self.image, Self.samples, state).picture
        #expect(picture.height == expected.count && picture.width == expected[0].count)
        #expect(State.levels(picture) == expected.flatMap { $0 })
    }

    @Test("Sizes: fitting, magnified, true; pixels that are not square", arguments: [
        ("SCALE TO FIT", [] as [DataElement], nil as [Int]?, [3, 2], 0),
        ("SCALE TO FIT", [], [30, 30], [30, 20], 0),
        ("MAGNIFY", [State.fl(Tag(0x0070, 0x0103), 2)], nil, [6, 4], 0),
        ("MAGNIFY", [State.fl(Tag(0x0070, 0x0103), 2)], [30, 30], [6, 4], 0),
        // More than there is room for is said.
        ("MAGNIFY", [State.fl(Tag(0x0070, 0x0103), 20)], [30, 30], [30, 20], 1),
        ("TRUE SIZE", [Image.ds(Tag(0x0070, 0x0101), 0.5, 0.5)], [30, 30], [30, 20], 1),
        // Vertical\horizontal: two rows of double height.
        ("SCALE TO FIT", [DataElement(Tag(0x0070, 0x0102), .IS, integers: [2, 1])], nil, [3, 4], 0),
        ("SCALE TO FIT", [DataElement(Tag(0x0070, 0x0102), .IS, integers: [1, 2])], nil, [6, 2], 0),
        ("SCALE TO FIT", [Image.ds(Tag(0x0070, 0x0101), 1, 0.5)], [30, 30], [23, 30], 0),
    ])
    func sizes(mode: String, changes: [DataElement], viewport: [Int]?, expected: [Int], remarks: Int) throws {
        var area = DataSet([
            DataElement(Tag(0x0070, 0x0052), .SL, integers: [1, 1]), DataElement(Tag(0x0070, 0x0053), .SL, integers: [3, 2]),
            Image.cs(Tag(0x0070, 0x0100), mode),
        ])
        for change in changes { area.set(change) }
        let options = RenderOptions(format: .png, viewport: viewport.map { .init(width: $0[0], height: $0[1]) })
        let rendering = try State.render(Self.image, Self.samples, State.header(Self.voi, DataElement(Tag(0x0070, 0x005A), items: [area])), options)
        #expect([rendering.picture.width, rendering.picture.height] == expected)
        #expect(rendering.facts.notes.count == remarks)
    }

    @Test("An area without end or without mode is told", arguments: [
        (State.area((1, 1), (2_000_000, 2)), Tag(0x0070, 0x0053)), (State.area((1, 1), (900_000, 900_000)), Tag(0x0070, 0x0053)),
        (State.area((1, 1), (3, 2), mode: "AS YOU LIKE"), Tag(0x0070, 0x0100)), (State.area((1, 1), (3, 2), mode: "MAGNIFY"), Tag(0x0070, 0x0103)),
    ])
    func impossible(area: DataElement, tag: Tag) throws {
        let error = #expect(throws: ImageError.self) { try State.render(Self.image, Self.samples, State.header(Self.voi, area)) }
        #expect(error?.tag == tag)
    }
}
