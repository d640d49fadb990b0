import DICOM
import DICOMImage
import Foundation

/// A mark as the page sends it to be reported (Viewer/app/marks/kinds.js).
struct MarkBody: Decodable, Sendable {
    struct Value: Decodable, Sendable {
        var name: String
        var value: Double
        var unit: String
    }

    var id: String
    var kind: String
    var instance: String
    var frame: Int
    /// Column and row from the outer corner of the first pixel.
    var points: [[Double]]
    var text: String
    /// What the page measured.
    var values: [Value]
    /// Where the millimetres are true: a source of the manifest's `spacing`, or `user`; `none` where lengths are pixels.
    var source: String
    /// Of a calibration: `image` or `series`, for which images its known length holds; `image` where it is absent.
    var reach: String?
}

/// Why a mark cannot be reported, in words.
struct MarkProblem: Error { var words: String }

extension MarkBody {
    private static let points: [String: ClosedRange<Int>] = [
        "length": 2...2, "polyline": 2...4096, "bidirectional": 4...4, "angle": 3...3, "cobb": 4...4, "ellipse": 4...4, "circle": 2...2, "rectangle": 2...2,
        "freehand": 3...4096, "probe": 1...1, "arrow": 2...2, "text": 1...1, "calibration": 2...2,
    ]

    /// - Parameters:
    ///   - header: of the image it lies on.
    /// - Throws: `MarkProblem`: of millimetres that no scale gives, above all.
    func group(on image: MeasurementReport.Image, _ header: DataSet, modality: String) throws(MarkProblem) -> MeasurementReport.Group {
        guard let uid = UID(id) else { throw MarkProblem(words: "\(id) is no UID") }
        try checkPoints()
        guard text.utf8.count <= 4096, values.count <= 16, values.allSatisfy({ $0.value.isFinite }) else { throw MarkProblem(words: "the words or values of a mark are too large") }
        let usesMillimetres = values.contains { $0.unit.hasPrefix("mm") }
        if usesMillimetres { try checkScale(header) }
        let measured = try Coordinates(self, image, aspect: Spacing.aspectRatio(header, frameIndex: frame - 1))
        return MeasurementReport.Group(
            name: text.isEmpty ? Self.words[kind] ?? kind : text, trackingUID: uid, comment: text.isEmpty ? nil : text,
            scale: usesMillimetres ? source == "user" ? "calibrated by user" : Spacing(header, frameIndex: frame - 1).source.words : nil,
            method: method,
            region: measured.region, measurements: try measurements(measured, modality))
    }

    /// - Throws: `MarkProblem` for a kind that there is none of, or points that are none of its.
    func checkPoints() throws(MarkProblem) {
        guard let allowed = Self.points[kind], allowed.contains(points.count), points.allSatisfy({ $0.count == 2 && $0.allSatisfy { $0.isFinite && abs($0) < 1e6 } }) else {
            throw MarkProblem(words: "a mark of kind \(kind.prefix(40)) with \(points.count) points is none that can be reported")
        }
    }

    /// A reader of the report is told at each value that a person gave the scale, and can find the length that gave it.
    private var method: CodedConcept? {
        if kind == "calibration" { return reach == "series" ? .knownLengthOfSeries : .knownLength }
        return source == "user" ? .calibratedByUser : nil
    }

    private static let words = [
        "length": "Length", "polyline": "Path length", "bidirectional": "Two diameters", "angle": "Angle", "cobb": "Cobb angle", "ellipse": "Ellipse", "circle": "Circle",
        "rectangle": "Rectangle", "freehand": "Freehand", "probe": "Pixel value", "arrow": "Arrow", "text": "Text", "calibration": "Known length",
    ]

    /// The archive knows the image: what it cannot measure in millimetres the page cannot either, unless the reader calibrated it.
    private func checkScale(_ header: DataSet) throws(MarkProblem) {
        guard source != "user", kind != "calibration" else { return }
        let spacing = Spacing(header, frameIndex: frame - 1)
        guard spacing.millimetres != nil || spacing.regions.contains(where: { $0.millimetres != nil }) else {
            throw MarkProblem(words: "the image \(instance) has no known scale: no millimetres of it are reported")
        }
    }

    private func measurements(_ measured: Coordinates, _ modality: String) throws(MarkProblem) -> [MeasurementReport.Measurement] {
        var result: [MeasurementReport.Measurement] = []
        for value in values {
            let from = measured.sources(of: value.name)
            switch (value.name, kind) {
            case ("known", "calibration"):
                guard value.unit == "mm", value.value > 0 else { throw MarkProblem(words: "a known length is more than 0 mm") }
                result.append(.init(.length, value.value, .millimetre, from: from))
            case ("length", "polyline"): result.append(.init(.pathLength, value.value, try Self.unit(value), from: from))
            case ("length", _): result.append(.init(.length, value.value, try Self.unit(value), from: from))
            case ("long", _): result.append(.init(.longAxis, value.value, try Self.unit(value), from: from))
            case ("short", _): result.append(.init(.shortAxis, value.value, try Self.unit(value), from: from))
            case ("angle", "cobb"): result.append(.init(.cobbAngle, value.value, .degree, from: from))
            case ("angle", _): result.append(.init(.angle, value.value, .degree, from: from))
            case ("area", _): result.append(.init(.area, value.value, try Self.unit(value)))
            case ("value", _): result.append(Self.intensity(value, nil, modality, from: from))
            case ("mean", _): result.append(Self.intensity(value, .mean, modality))
            case ("sd", _): result.append(Self.intensity(value, .standardDeviation, modality))
            case ("min", _): result.append(Self.intensity(value, .minimum, modality))
            case ("max", _): result.append(Self.intensity(value, .maximum, modality))
            case ("count", _): break // no template has it
            default: throw MarkProblem(words: "\(value.name) is nothing that can be reported")
            }
        }
        return result
    }

    private static func unit(_ value: Value) throws(MarkProblem) -> CodedConcept {
        switch value.unit {
        case "mm": return .millimetre
        case "mm²": return .squareMillimetre
        case "px", "px²": return .pixels
        default: throw MarkProblem(words: "\(value.unit) is no unit of \(value.name)")
        }
    }

    private static func intensity(_ value: Value, _ derivation: CodedConcept?, _ modality: String, from: [MeasurementReport.Coordinates] = []) -> MeasurementReport.Measurement {
        let isHounsfield = value.unit == "HU"
        let concept: CodedConcept = isHounsfield ? .attenuationCoefficient : modality == "MR" ? .mrSignalIntensity : .pixelValue
        return .init(concept, derivation: derivation, value.value, isHounsfield ? .hounsfieldUnit : .noUnits, from: from)
    }

    /// Points as SCOORD has them (PS3.3 §C.18.6.1.2).
    struct Coordinates {
        var region: MeasurementReport.Coordinates?
        /// Lines of the values, in their order; one for all where there is one.
        var lines: [MeasurementReport.Coordinates] = []
        let isCobb: Bool

        init(_ mark: MarkBody, _ image: MeasurementReport.Image, aspect: Double) throws(MarkProblem) {
            let points = mark.points.map { SIMD2($0[0], $0[1]) }
            func made(_ graphic: MeasurementReport.Coordinates.Graphic, _ points: [SIMD2<Double>]) -> MeasurementReport.Coordinates {
                .init(graphic, points.flatMap { [$0.x, $0.y] }, in: image)
            }
            func length(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double { ((b.x - a.x) * (b.x - a.x) + (b.y - a.y) * (b.y - a.y)).squareRoot() }
            isCobb = mark.kind == "cobb"
            switch mark.kind {
            case "ellipse":
                let isLongFirst = length(points[0], points[1]) >= length(points[2], points[3])
                region = made(.ellipse, isLongFirst ? points : [points[2], points[3], points[0], points[1]])
            case "circle" where abs(aspect - 1) < 1e-6:
                region = made(.circle, points)
            case "circle": // round in the plane, not on the grid
                let (centre, rim) = (points[0], points[1] - points[0])
                let radius = (rim.x * rim.x + rim.y * aspect * rim.y * aspect).squareRoot()
                let across = [centre - SIMD2(radius, 0), centre + SIMD2(radius, 0)], down = [centre - SIMD2(0, radius / aspect), centre + SIMD2(0, radius / aspect)]
                region = made(.ellipse, aspect > 1 ? across + down : down + across)
            case "rectangle":
                let (p, q) = (points[0], points[1])
                region = made(.polyline, [p, SIMD2(q.x, p.y), q, SIMD2(p.x, q.y), p])
            case "freehand": region = made(.polyline, points + [points[0]])
            case "text": region = made(.point, points)
            case "arrow": region = made(.polyline, points)
            case "probe": lines = [made(.point, points)]
            case "bidirectional", "cobb":
                let pair = [made(.polyline, Array(points[0..<2])), made(.polyline, Array(points[2..<4]))]
                let (rows, columns) = (aspect, 1.0)
                func plane(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double { length(SIMD2(a.x * columns, a.y * rows), SIMD2(b.x * columns, b.y * rows)) }
                lines = isCobb || plane(points[0], points[1]) >= plane(points[2], points[3]) ? pair : pair.reversed()
            default: lines = [made(.polyline, points)]
            }
        }

        func sources(of name: String) -> [MeasurementReport.Coordinates] {
            switch name {
            case "long": Array(lines.prefix(1))
            case "short": Array(lines.dropFirst().prefix(1))
            default: lines
            }
        }
    }
}
