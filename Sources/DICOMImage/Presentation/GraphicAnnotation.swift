import DICOM

/// Graphics and text of one layer (PS3.3 §C.10.5).
public struct GraphicAnnotation: Sendable, Equatable {
    public enum Units: String, Sendable {
        /// Of the stored image: 0\0 is the outer corner of its first pixel.
        case pixel = "PIXEL"
        /// Of the displayed area as it is shown: 0\0 top left, 1\1 bottom right.
        case display = "DISPLAY"
    }

    public let layer: String
    public private(set) var graphics: [GraphicObject] = []
    public private(set) var texts: [TextObject] = []
    /// Objects that are not drawn, in words.
    public private(set) var remarks: [String] = []

    init(_ item: DataSet) {
        layer = item.string(.graphicLayer) ?? ""
        for object in item.items(.graphicObjectSequence) {
            do throws(ImageError) { graphics.append(try GraphicObject(object)) } catch { remarks.append("not drawn: \(error)") }
        }
        for object in item.items(.textObjectSequence) {
            do throws(ImageError) { texts.append(try TextObject(object)) } catch { remarks.append("not drawn: \(error)") }
        }
        remarks += Self.styleRemarks(item)
        // A writer adds plain objects for readers that know no compound ones, and says of which they are a picture.
        let drawn = Set((item.items(.graphicObjectSequence) + item.items(.textObjectSequence)).compactMap { $0.integer(.compoundGraphicInstanceID) })
        for compound in item.items(.compoundGraphicSequence) {
            if let number = compound.integer(.compoundGraphicInstanceID), drawn.contains(number) { continue }
            remarks.append("not drawn: compound graphic \(compound.string(.compoundGraphicType) ?? "without a type")")
        }
    }

    /// Of an object's styles (PS3.3 §C.10.5.1.3 and on): sequence | attribute | the value that asks for what is not done | what that is.
    private static let styles: [(sequence: Tag, tag: Tag, value: String, words: String)] = [
        (.textStyleSequence, Tag(0x0070, 0x0249), "Y", "bold text"), (.textStyleSequence, Tag(0x0070, 0x0250), "Y", "italic text"),
        (.textStyleSequence, Tag(0x0070, 0x0248), "Y", "underlined text"), (.textStyleSequence, Tag(0x0070, 0x0244), "NORMAL", "shadows of text"),
        (.lineStyleSequence, Tag(0x0070, 0x0244), "NORMAL", "shadows of lines"), (.fillStyleSequence, Tag(0x0070, 0x0257), "STIPPELED", "stippled fillings"),
    ]

    /// Each once, however many objects ask for it.
    private static func styleRemarks(_ item: DataSet) -> [String] {
        let objects = item.items(.graphicObjectSequence) + item.items(.textObjectSequence)
        return styles.filter { row in objects.contains { $0.items(row.sequence).first?.string(row.tag) == row.value } }.map { "not applied: \($0.words)" }
    }

    static func units(_ tag: Tag, in item: DataSet) throws(ImageError) -> Units {
        guard let units = item.string(tag).flatMap(Units.init) else {
            throw ImageError(.unsupported, tag, "is \(item.string(tag) ?? "empty"), not PIXEL or DISPLAY")
        }
        return units
    }
}

/// A shape (PS3.3 §C.10.5.1.2).
public struct GraphicObject: Sendable, Equatable {
    public enum Kind: String, Sendable {
        case point = "POINT"
        case polyline = "POLYLINE"
        case interpolated = "INTERPOLATED"
        case circle = "CIRCLE"
        case ellipse = "ELLIPSE"

        /// Points a shape of this kind is made of.
        var points: ClosedRange<Int> {
            switch self {
            case .point: 1...1
            case .polyline, .interpolated: 2...Limits.points
            case .circle: 2...2
            case .ellipse: 4...4
            }
        }
    }

    public enum Limits {
        public static let points = 65536
    }

    public let kind: Kind
    public let units: GraphicAnnotation.Units
    public let points: [Point]
    public let isFilled: Bool
    /// Instead of the layer's; nil without a Line Style.
    public let ink: Ink?
    /// Instead of the layer's, for the inside.
    public let fillInk: Ink?
    /// In pixels of the display.
    public let lineThickness: Double?
    public let isDashed: Bool

    init(_ item: DataSet) throws(ImageError) {
        guard let kind = item.string(.graphicType).flatMap(Kind.init) else {
            throw ImageError(.unsupported, .graphicType, "is \(item.string(.graphicType) ?? "empty"), not a term of PS3.3 §C.10.5.1.2")
        }
        self.kind = kind
        units = try GraphicAnnotation.units(.graphicAnnotationUnits, in: item)
        let numbers = item.decimals(.graphicData)
        guard numbers.count % 2 == 0, kind.points.contains(numbers.count / 2), numbers.allSatisfy({ abs($0) < 1e7 }) else {
            throw ImageError(.invalid, .graphicData, "\(numbers.count) numbers are no \(kind.rawValue)")
        }
        points = stride(from: 0, to: numbers.count, by: 2).map { Point(numbers[$0], numbers[$0 + 1]) }
        isFilled = item.string(.graphicFilled) == "Y"
        let line = item.items(.lineStyleSequence).first
        ink = line.flatMap { Ink.cieLab(.patternOnColorCIELabValue, in: $0) }
        lineThickness = line?.decimal(.lineThickness).flatMap { (0.1...100).contains($0) ? $0 : nil }
        isDashed = line?.string(.lineDashingStyle) == "DASHED"
        fillInk = item.items(.fillStyleSequence).first.flatMap { Ink.cieLab(.patternOnColorCIELabValue, in: $0) }
    }
}

/// Text beside a place of the image (PS3.3 §C.10.5.1.1).
public struct TextObject: Sendable, Equatable {
    public enum Justification: String, Sendable {
        case left = "LEFT"
        case center = "CENTER"
        case right = "RIGHT"
    }

    public struct Box: Sendable, Equatable {
        public let first: Point, last: Point
        public let units: GraphicAnnotation.Units
        public let justification: Justification
    }

    public struct Anchor: Sendable, Equatable {
        public let point: Point
        public let units: GraphicAnnotation.Units
        /// A line leads from the text to the point.
        public let isVisible: Bool
    }

    public let lines: [String]
    public let box: Box?
    public let anchor: Anchor?
    public let ink: Ink?

    init(_ item: DataSet) throws(ImageError) {
        let text = item.string(.unformattedTextValue) ?? ""
        guard text.utf8.count <= 10240 else { throw ImageError(.tooLarge, .unformattedTextValue, "\(text.utf8.count) bytes of text") }
        lines = text.split(omittingEmptySubsequences: false) { $0 == "\r\n" || $0 == "\n" || $0 == "\r" }.map(String.init)
        func point(_ tag: Tag) -> Point? {
            let numbers = item.decimals(tag)
            return numbers.count == 2 && numbers.allSatisfy { abs($0) < 1e7 } ? Point(numbers[0], numbers[1]) : nil
        }
        if let first = point(.boundingBoxTopLeftHandCorner), let last = point(.boundingBoxBottomRightHandCorner) {
            box = Box(
                first: first, last: last, units: try GraphicAnnotation.units(.boundingBoxAnnotationUnits, in: item),
                justification: item.string(.boundingBoxTextHorizontalJustification).flatMap(Justification.init) ?? .left)
        } else {
            box = nil
        }
        if let place = point(.anchorPoint) {
            anchor = Anchor(
                point: place, units: try GraphicAnnotation.units(.anchorPointAnnotationUnits, in: item),
                isVisible: item.string(.anchorPointVisibility) == "Y")
        } else {
            anchor = nil
        }
        guard box != nil || anchor != nil else {
            throw ImageError(.missing, .anchorPoint, "or a bounding box is needed to know where the text '\(text.prefix(40))' belongs")
        }
        ink = item.items(.textStyleSequence).first.flatMap { Ink.cieLab(.textColorCIELabValue, in: $0) }
    }
}
