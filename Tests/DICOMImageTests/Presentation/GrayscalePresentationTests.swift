import DICOM
import Testing

@testable import DICOMImage

/// What is written is read again as it was; what other programs make of it the peer tests show.
struct GrayscalePresentationTests {
    private static let image = EvidenceImage(series: UID("1.2.1")!, sopClass: UID("1.2.840.10008.5.1.4.1.1.2")!, sopInstance: UID(State.instance)!)

    private static func view(_ change: (inout GrayscalePresentation) -> Void = { _ in }) -> GrayscalePresentation {
        var view = GrayscalePresentation(
            name: "As seen, 2", creator: "anna", images: [image], values: .window(Window(center: 10, width: 20)!), isInverted: false, transformation: .identity,
            area: .init(first: (1, 1), last: (4, 3)), showsPlanes: true, annotations: [])
        change(&view)
        return view
    }

    private static func made(_ view: GrayscalePresentation, of header: DataSet) throws -> DataSet {
        try view.dataSet(of: header, frameIndex: 0, sopInstance: UID("1.9")!, series: UID("1.8")!, seriesNumber: 8, instanceNumber: 1, date: "20260503", time: "101500").dataSet
    }

    @Test(arguments: [0, 1, 2, 3], [false, true]) func everyOrientationIsReadAsItWasWritten(turns: Int, flips: Bool) throws {
        let transformation = SpatialTransformation(quarterTurns: turns, flipsHorizontally: flips)
        let state = try PresentationState(Self.made(Self.view { $0.transformation = transformation }, of: State.image(rows: 3, columns: 4)))
        #expect(state.transformation == transformation && state.label == "AS_SEEN__2")
    }

    @Test func thePictureIsTurnedInvertedAndCut() throws {
        let header = State.image(rows: 3, columns: 4)
        let state = try Self.made(
            Self.view {
                ($0.isInverted, $0.values) = (true, .window(Window(center: 128, width: 256)!))
                $0.transformation = SpatialTransformation(quarterTurns: 1, flipsHorizontally: false)
                // Columns 2 and 3, rows 1 to 3: seen turned, the first corner is the one at the bottom left.
                $0.area = .init(first: (2, 3), last: (3, 1), magnification: 1)
            }, of: header)
        let picture = try State.render(header, Array(0..<12), state).picture
        #expect((picture.width, picture.height) == (3, 2))
        #expect(State.levels(picture) == [9, 5, 1, 10, 6, 2].map { 255 - $0 })
    }

    @Test func annotationsKeepTheirCoordinatesAndTheirMark() throws {
        let annotation = GrayscalePresentation.Annotation(
            on: Self.image, name: "length", trackingUID: UID("2.25.7")!, shapes: [.init(.polyline, [Point(0.5, 1), Point(3.25, 2)])], lines: ["Größe", "12 mm"], anchor: Point(3.25, 2))
        let dataSet = try Self.made(Self.view { $0.annotations = [annotation] }, of: State.image(rows: 3, columns: 4))
        let state = try PresentationState(dataSet)
        let read = state.annotations(instance: State.instance, frameIndex: 0)
        #expect(read.flatMap(\.graphics).map(\.points) == [[Point(0.5, 1), Point(3.25, 2)]] && read.flatMap(\.texts).map(\.lines) == [["Größe", "12 mm"]])
        #expect(read[0].texts[0].anchor?.point == Point(3.25, 2) && state.layers.map(\.name) == ["MARKS"] && read[0].remarks.isEmpty)
        #expect(dataSet.items(.graphicAnnotationSequence)[0].items(.graphicObjectSequence)[0].string(.trackingUID) == "2.25.7")
    }

    @Test func colouredImagesAndTablesThatAreNotThereAreRefused() {
        let coloured = State.image(rows: 3, columns: 4, Image.cs(.photometricInterpretation, "RGB"))
        #expect(throws: ImageError.self) { try Self.made(Self.view(), of: coloured) }
        #expect(throws: ImageError.self) { try Self.made(Self.view { $0.values = .table(0) }, of: State.image(rows: 3, columns: 4)) }
    }

    @Test(arguments: [("Äpfel & Birnen 2026", "_PFEL___BIRNEN_2"), ("山田", "VIEW"), ("x", "X")]) func labelsAreCodeStrings(name: String, label: String) {
        #expect(Self.view { $0.name = name }.label == label)
    }
}
