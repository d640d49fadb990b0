import DICOM
import DICOMImage
import Foundation

/// A view as the page sends it to be kept (Viewer/app/presentation/view.js).
struct PresentationBody: Decodable, Sendable {
    struct Image: Decodable, Sendable {
        var instance: String
        /// From 1; nil for all of them.
        var frames: [Int]?
    }

    struct Values: Decodable, Sendable {
        var center: Double?
        var width: Double?
        var function: String?
        var explanation: String?
        /// One of the image's VOI tables, from 0, in place of a window.
        var table: Int?
    }

    struct Area: Decodable, Sendable {
        /// Column and row from 1: what is at the top left and at the bottom right of the screen.
        var first: [Int]
        var last: [Int]
        var magnification: Double?
    }

    var id: String?
    var name: String
    var images: [Image]
    var values: Values
    var inverted: Bool
    var rotation: Int
    var flipped: Bool
    var area: Area
    var planes: Bool
    var marks: [DrawnMark]?

    /// - Throws: `MarkProblem` in words.
    func presentation(of images: [EvidenceImage], by creator: String, _ annotations: [GrayscalePresentation.Annotation]) throws(MarkProblem) -> GrayscalePresentation {
        let name = name.trimmingCharacters(in: .whitespacesAndNewlines)
        guard !name.isEmpty, name.count <= 64, !name.contains("\\"), name.unicodeScalars.allSatisfy({ $0.value >= 32 }) else { throw MarkProblem(words: "the name has 1 to 64 letters, none of them \\") }
        guard rotation % 90 == 0, (0...270).contains(rotation) else { throw MarkProblem(words: "rotation is 0, 90, 180 or 270") }
        guard area.first.count == 2, area.last.count == 2, (area.first + area.last).allSatisfy({ abs($0) <= 1 << 20 }) else { throw MarkProblem(words: "the corners of the area are a column and a row each") }
        guard area.magnification.map({ (1e-3...1e3).contains($0) }) ?? true else { throw MarkProblem(words: "magnification is from 0.001 to 1000") }
        return GrayscalePresentation(
            name: name, creator: creator, images: images, values: try chosen(), isInverted: inverted,
            transformation: SpatialTransformation(quarterTurns: rotation / 90, flipsHorizontally: flipped),
            area: .init(first: (area.first[0], area.first[1]), last: (area.last[0], area.last[1]), magnification: area.magnification), showsPlanes: planes, annotations: annotations)
    }

    private func chosen() throws(MarkProblem) -> GrayscalePresentation.Values {
        if let table = values.table { return .table(table) }
        guard let center = values.center, let width = values.width, let function = Window.Function(rawValue: values.function ?? "LINEAR"),
            let window = Window(center: center, width: width, function: function, explanation: values.explanation.map { String($0.filter { $0 != "\\" }.prefix(64)) })
        else { throw MarkProblem(words: "the window is a centre, a width that its function allows, and LINEAR, LINEAR_EXACT or SIGMOID") }
        return .window(window)
    }

    /// In what the images of one presentation state have to be alike: it has one of each for all.
    struct Alike: Equatable {
        private let rows: Int?, columns: Int?, aspect: Double, spacing: Spacing.Millimetres?, slope: Double?, intercept: Double?, table: DataElement?, photometric: String?

        init(_ header: DataSet, frameIndex: Int) {
            let modality = FunctionalGroups(header, frameIndex: frameIndex)[Tag(0x0028, 0x9145)] ?? header
            (rows, columns) = (header.integer(.rows), header.integer(.columns))
            aspect = Spacing.aspectRatio(header, frameIndex: frameIndex)
            spacing = Spacing(header, frameIndex: frameIndex).millimetres
            (slope, intercept, table) = (modality.decimal(.rescaleSlope), modality.decimal(.rescaleIntercept), modality[Tag(0x0028, 0x3000)])
            photometric = header.string(.photometricInterpretation)
        }
    }
}

/// A mark as it is drawn on the screen, with its words.
struct DrawnMark: Decodable, Sendable {
    var id: String
    var kind: String
    var instance: String
    var frame: Int
    /// Column and row from the outer corner of the first pixel.
    var points: [[Double]]
    var lines: [String]
    /// Where its words were put; nil: beside it.
    var place: [Double]?

    /// - Parameter header: of the image it lies on.
    func annotation(on image: EvidenceImage, _ header: DataSet) throws(MarkProblem) -> GrayscalePresentation.Annotation {
        guard let uid = UID(id) else { throw MarkProblem(words: "\(id.prefix(80)) is no UID") }
        guard let columns = header.integer(.columns), let rows = header.integer(.rows) else { throw MarkProblem(words: "\(instance.prefix(80)) is no image") }
        guard lines.count <= 32, lines.reduce(0, { $0 + $1.utf8.count + 2 }) <= 1024 else { throw MarkProblem(words: "the words of a mark are longer than 1024 bytes") }
        let mark = MarkBody(id: id, kind: kind, instance: instance, frame: frame, points: points, text: "", values: [], source: "none")
        try mark.checkPoints()
        let all = points + (place.map { [$0] } ?? [])
        guard all.allSatisfy({ $0.count == 2 && $0.allSatisfy(\.isFinite) }), points.allSatisfy({ (0...Double(columns)).contains($0[0]) && (0...Double(rows)).contains($0[1]) }) else {
            throw MarkProblem(words: "a mark of kind \(kind) lies outside its image")
        }
        let measured = try MarkBody.Coordinates(mark, .init(series: image.series, sopClass: image.sopClass, sopInstance: image.sopInstance), aspect: Spacing.aspectRatio(header, frameIndex: frame - 1))
        // A text is its words alone.
        var shapes = kind == "text" ? [] : ((measured.region.map { [$0] } ?? []) + measured.lines).map(Self.shape)
        if kind == "arrow" { shapes.append(Self.head(points, size: Double(min(columns, rows)) / 40)) }
        let anchor = place ?? points[points.count - 1]
        return GrayscalePresentation.Annotation(
            on: image, name: kind, trackingUID: uid, shapes: shapes, lines: lines.isEmpty && kind == "text" ? [" "] : lines,
            anchor: Point(min(max(anchor[0], 0), Double(columns)), min(max(anchor[1], 0), Double(rows))))
    }

    private static func shape(_ coordinates: MeasurementReport.Coordinates) -> GrayscalePresentation.Annotation.Shape {
        let kind: GraphicObject.Kind = switch coordinates.graphic {
        case .point: .point
        case .polyline: .polyline
        case .circle: .circle
        case .ellipse: .ellipse
        }
        return .init(kind, stride(from: 0, to: coordinates.points.count, by: 2).map { Point(coordinates.points[$0], coordinates.points[$0 + 1]) })
    }

    /// The two strokes at the tip of an arrow, which is its first point.
    private static func head(_ points: [[Double]], size: Double) -> GrayscalePresentation.Annotation.Shape {
        let (x, y) = (points[0][0], points[0][1])
        let (dx, dy) = (points[1][0] - x, points[1][1] - y)
        let long = max((dx * dx + dy * dy).squareRoot(), 1e-6)
        let (u, v) = (dx / long * size, dy / long * size)
        return .init(.polyline, [Point(x + u - v * 0.45, y + v + u * 0.45), Point(x, y), Point(x + u + v * 0.45, y + v - u * 0.45)])
    }
}
