import DICOM
import DICOMImage
import Testing

@Suite("Presentation states: graphics and texts")
struct AnnotationTests {
    private static let rows = 40, columns = 60
    private static let grey: UInt8 = 100

    private func render(_ annotations: DataElement, _ changes: [DataElement] = [], viewport: RenderOptions.Viewport? = nil) throws -> (Rendering, (Int, Int) -> UInt8) {
        var state = State.header(annotations)
        for element in changes { state.set(element) }
        let image = State.image(rows: Self.rows, columns: Self.columns)
        let samples = [UInt8](repeating: Self.grey, count: Self.rows * Self.columns)
        let rendering = try State.render(image, samples, state, RenderOptions(format: .png, viewport: viewport))
        let picture = rendering.picture, levels = State.levels(picture)
        return (rendering, { column, row in levels[(row * picture.width + column) * picture.channels] })
    }

    private func drawn(_ rendering: Rendering) -> Set<[Int]> {
        let levels = State.levels(rendering.picture), width = rendering.picture.width
        return Set(levels.indices.filter { levels[$0] != Self.grey }.map { [$0 % width, $0 / width] })
    }

    /// 0\0 is the outer corner of the first pixel, 0.5\0.5 its centre (PS3.3 §C.10.5.1.2).
    @Test("A point lies on the pixel whose centre it names", arguments: [
        ((0.5, 0.5), (0, 0)), ((59.5, 39.5), (59, 39)), ((30.5, 20.5), (30, 20)),
    ])
    func point(at: (Double, Double), pixel: (Int, Int)) throws {
        let (rendering, level) = try render(State.annotations(State.annotation(graphics: [State.graphic("POINT", [at.0, at.1])])))
        #expect(level(pixel.0, pixel.1) == 255)
        // A dot of three pixels around it, no further.
        #expect(drawn(rendering).allSatisfy { abs($0[0] - pixel.0) <= 2 && abs($0[1] - pixel.1) <= 2 })
    }

    @Test("DISPLAY counts the displayed area from 0 to 1, after the turn", arguments: [0, 90, 180])
    func display(angle: Int) throws {
        let graphic = State.graphic("POINT", [0.75, 0.25], units: "DISPLAY")
        let (rendering, level) = try render(State.annotations(State.annotation(graphics: [graphic])), State.turn(angle, flips: false))
        #expect(level(rendering.picture.width * 3 / 4, rendering.picture.height / 4) == 255)
    }

    /// A point of the stored image goes where its pixel goes.
    @Test("PIXEL counts the stored image", arguments: [
        (0, false, (10, 5)), (90, false, (34, 10)), (180, false, (49, 34)), (270, false, (5, 49)),
        (0, true, (49, 5)), (90, true, (5, 10)), (180, true, (10, 34)), (270, true, (34, 49)),
    ])
    func turned(angle: Int, flips: Bool, expected: (Int, Int)) throws {
        let (_, level) = try render(State.annotations(State.annotation(graphics: [State.graphic("POINT", [10.5, 5.5])])), State.turn(angle, flips: flips))
        #expect(level(expected.0, expected.1) == 255)
    }

    @Test("Cut out and enlarged, it stays on its pixel")
    func enlarged() throws {
        // Columns 11 to 30, rows 6 to 15, each of 4 × 4 pixels.
        let (_, level) = try render(
            State.annotations(State.annotation(graphics: [State.graphic("POINT", [10.5, 5.5])])), [State.area((11, 6), (30, 15))],
            viewport: .init(width: 80, height: 40))
        #expect(level(2, 2) == 255)
        #expect(level(10, 10) == Self.grey)
    }

    @Test("A line covers the pixels it runs through, half of two where it runs between them")
    func line() throws {
        let (rendering, level) = try render(State.annotations(State.annotation(graphics: [
            State.graphic("POLYLINE", [10, 5.5, 20, 5.5]), State.graphic("POLYLINE", [10, 20, 20, 20]),
        ])))
        #expect((10..<20).allSatisfy { level($0, 5) == 255 })
        #expect(level(15, 4) == Self.grey && level(15, 6) == Self.grey)
        for row in [19, 20] { #expect(abs(Int(level(15, row)) - 178) <= 1) }
        #expect(drawn(rendering).allSatisfy { (8...21).contains($0[0]) })
    }

    @Test("Filled shapes", arguments: [
        ("POLYLINE", [10, 10, 20, 10, 20, 20, 10, 20, 10, 10], 100),
        ("CIRCLE", [30, 20, 40, 20], Double.pi * 100),
        // The long axis, then the short one.
        ("ELLIPSE", [10, 20, 50, 20, 30, 10, 30, 30], Double.pi * 200),
        // Not closed: drawn as a line, filled with nothing.
        ("POLYLINE", [10, 10, 20, 10, 20, 20], 0),
    ] as [(String, [Double], Double)])
    func filled(type: String, data: [Double], area: Double) throws {
        let rendering = try render(State.annotations(State.annotation(graphics: [State.graphic(type, data, filled: true)]))).0
        let sum = State.levels(rendering.picture).reduce(0.0) { $0 + (Double($1) - Double(Self.grey)) / 155 }
        let edge = try render(State.annotations(State.annotation(graphics: [State.graphic(type, data)]))).0
        let line = State.levels(edge.picture).reduce(0.0) { $0 + (Double($1) - Double(Self.grey)) / 155 }
        // The inside, and the outer half of the line around it.
        #expect(abs(sum - area - (area == 0 ? line : line / 2)) < max(3, area * 0.02))
    }

    @Test("A circle, an ellipse and a curve go through their points", arguments: [
        ("CIRCLE", [30.5, 20.5, 40.5, 20.5], [[40, 20], [20, 20], [30, 10], [30, 30]]),
        ("ELLIPSE", [10.5, 20.5, 50.5, 20.5, 30.5, 10.5, 30.5, 30.5], [[10, 20], [50, 20], [30, 10], [30, 30]]),
        ("INTERPOLATED", [5.5, 5.5, 20.5, 30.5, 50.5, 10.5], [[5, 5], [20, 30], [50, 10]]),
    ] as [(String, [Double], [[Int]])])
    func throughPoints(type: String, data: [Double], pixels: [[Int]]) throws {
        let (_, level) = try render(State.annotations(State.annotation(graphics: [State.graphic(type, data)])))
        for pixel in pixels { #expect(level(pixel[0], pixel[1]) > 200, "\(pixel)") }
    }

    @Test("Layers in their order, each in its grey; one that nobody described on top")
    func layers() throws {
        let square: [Double] = [10, 10, 20, 10, 20, 20, 10, 20, 10, 10]
        func item(_ layer: String) -> DataSet { State.annotation(layer: layer, graphics: [State.graphic("POLYLINE", square, filled: true)]) }
        let described = State.layers(("UP", 2, 0), ("DOWN", 1, 65535))
        #expect(try render(State.annotations(item("UP"), item("DOWN")), [described]).1(15, 15) == 0)
        #expect(try render(State.annotations(item("DOWN"), item("UP")), [described]).1(15, 15) == 0)
        let (rendering, level) = try render(State.annotations(item("UP"), item("ELSE")), [described])
        #expect(level(15, 15) == 255)
        #expect(rendering.facts.notes.contains { $0.contains("ELSE") })
    }

    @Test("A coloured layer makes a coloured picture")
    func coloured() throws {
        var layer = DataSet([Image.cs(Tag(0x0070, 0x0002), "L"), DataElement(Tag(0x0070, 0x0062), .IS, integers: [1])])
        // Red of sRGB: L* 54.29, a* 80.81, b* 69.89 (D50), as PS3.3 §C.10.7.1.1 encodes them.
        layer.set(Image.us(Tag(0x0070, 0x0401), 35579, 53664, 50858))
        let annotation = State.annotation(graphics: [State.graphic("POINT", [10.5, 5.5])])
        let rendering = try render(State.annotations(annotation), [DataElement(Tag(0x0070, 0x0060), items: [layer])]).0
        #expect(rendering.picture.channels == 3)
        let at = (5 * Self.columns + 10) * 3, levels = State.levels(rendering.picture)
        #expect(levels[at] > 250 && levels[at + 1] < 8 && levels[at + 2] < 8)
        #expect(Array(levels[0..<3]) == [Self.grey, Self.grey, Self.grey])
    }

    @Test("Text is written in its box, or beside its anchor with a line to it")
    func text() throws {
        let boxed = try render(State.annotations(State.annotation(texts: [State.text("Ij", box: (30, 10, 58, 30))]))).0
        #expect(!drawn(boxed).isEmpty)
        #expect(drawn(boxed).allSatisfy { (28...59).contains($0[0]) && (8...32).contains($0[1]) })
        let (anchored, level) = try render(State.annotations(State.annotation(texts: [State.text("I", anchor: (5, 5))])))
        #expect(level(6, 6) > 200)
        #expect(drawn(anchored).count > 10)
    }

    @Test("Annotations of another image or frame are not drawn", arguments: [("1.2.99", [Int](), 0), (State.instance, [3], 0), (State.instance, [1], 9)])
    func elsewhere(instance: String, frames: [Int], expected: Int) throws {
        var reference = DataSet([DataElement(.referencedSOPInstanceUID, .UI, instance)])
        if !frames.isEmpty { reference.set(DataElement(.referencedFrameNumber, .IS, integers: frames)) }
        let item = State.annotation(graphics: [State.graphic("POINT", [10.5, 5.5])], DataElement(.referencedImageSequence, items: [reference]))
        let count = drawn(try render(State.annotations(item)).0).count
        #expect(expected == 0 ? count == 0 : count >= expected)
    }

    @Test("What cannot be drawn is said, the rest is drawn", arguments: [
        State.graphic("SPIRAL", [1, 1]), State.graphic("CIRCLE", [1, 1]), State.graphic("ELLIPSE", [1, 1, 2, 2, 3, 3]), State.graphic("POLYLINE", [1, 1, 2]),
        State.graphic("POINT", [1, 1], units: "MATRIX"), State.graphic("POINT", [1e30, 1]),
    ])
    func broken(graphic: DataSet) throws {
        let (rendering, level) = try render(State.annotations(State.annotation(graphics: [graphic, State.graphic("POINT", [30.5, 20.5])])))
        #expect(rendering.facts.notes.contains { $0.hasPrefix("not drawn") })
        #expect(level(30, 20) == 255)
    }

    @Test("A compound graphic is said to be missing, unless plain graphics stand for it", arguments: [false, true])
    func compound(hasPlain: Bool) throws {
        let number = DataElement(Tag(0x0070, 0x0226), .UL, integers: [7])
        let compound = DataSet([Image.cs(Tag(0x0070, 0x0294), "RULER"), number])
        let item = State.annotation(
            graphics: hasPlain ? [State.graphic("POINT", [1, 1], number)] : [], DataElement(Tag(0x0070, 0x0209), items: [compound]))
        #expect(try render(State.annotations(item)).0.facts.notes.contains { $0.contains("RULER") } == !hasPlain)
    }

    @Test("Far outside, across and without extent: nothing breaks")
    func extremes() throws {
        let graphics = [
            State.graphic("POLYLINE", [-9e6, -9e6, 9e6, 9e6]), State.graphic("CIRCLE", [-5e6, 20, 5e6, 20], filled: true),
            State.graphic("INTERPOLATED", [-9e6, 0, 9e6, 3, -9e6, 9]), State.graphic("POLYLINE", [5, 5, 5, 5]), State.graphic("CIRCLE", [5, 5, 5, 5], filled: true),
        ]
        _ = try render(State.annotations(State.annotation(graphics: graphics, texts: [State.text("far", anchor: (-9e6, 9e6)), State.text("", anchor: (1, 1))])))
    }

    @Test("More graphics than anybody draws end in words, in time")
    func tooMany() throws {
        let scribble = (0..<60000).flatMap { [Double($0 % 2), Double($0 % 3)] }
        let many = [DataSet](repeating: State.graphic("POLYLINE", scribble), count: 100)
        let notes = try render(State.annotations(State.annotation(graphics: many))).0.facts.notes
        #expect(notes.count { $0.contains("more than") } == 1)
    }
}
