import DICOM

/// A view of images, to be kept as a Grayscale Softcopy Presentation State (PS3.3 §A.33.1). ``PresentationState`` reads what this writes.
public struct GrayscalePresentation: Sendable {
    /// Which values are seen.
    public enum Values: Sendable {
        case window(Window)
        /// One of the image's VOI tables, from 0.
        case table(Int)
    }

    /// The part of the image that is shown, as the reader sees it: the first corner is the top left one *after* the transformation.
    public struct Area: Sendable {
        /// Column and row of a stored pixel, from 1; may lie beyond the image.
        public var first: (column: Int, row: Int), last: (column: Int, row: Int)
        /// Pixels of the display for one of the image; nil: as large as there is room.
        public var magnification: Double?

        public init(first: (column: Int, row: Int), last: (column: Int, row: Int), magnification: Double? = nil) {
            (self.first, self.last, self.magnification) = (first, last, magnification)
        }
    }

    /// Drawings and words on one image, in columns and rows from the outer corner of its first pixel.
    public struct Annotation: Sendable {
        public struct Shape: Sendable {
            public var kind: GraphicObject.Kind
            public var points: [Point]

            public init(_ kind: GraphicObject.Kind, _ points: [Point]) { (self.kind, self.points) = (kind, points) }
        }

        public var image: EvidenceImage
        /// What it is a picture of: as tracking identifier and UID of every part.
        public var name: String, trackingUID: UID
        public var shapes: [Shape]
        public var lines: [String]
        /// Where the words stand.
        public var anchor: Point

        public init(on image: EvidenceImage, name: String, trackingUID: UID, shapes: [Shape], lines: [String], anchor: Point) {
            (self.image, self.name, self.trackingUID, self.shapes, self.lines, self.anchor) = (image, name, trackingUID, shapes, lines, anchor)
        }
    }

    /// What a person calls it; the label (CS) is made from it.
    public var name: String
    /// PN.
    public var creator: String
    public var images: [EvidenceImage]
    public var values: Values
    /// Low values are shown bright, whatever the photometric interpretation says.
    public var isInverted: Bool
    public var transformation: SpatialTransformation
    public var area: Area
    /// The image's own shutters and overlays are shown.
    public var showsPlanes: Bool
    public var annotations: [Annotation]

    public init(
        name: String, creator: String, images: [EvidenceImage], values: Values, isInverted: Bool, transformation: SpatialTransformation, area: Area, showsPlanes: Bool,
        annotations: [Annotation]
    ) {
        (self.name, self.creator, self.images, self.values, self.isInverted) = (name, creator, images, values, isInverted)
        (self.transformation, self.area, self.showsPlanes, self.annotations) = (transformation, area, showsPlanes, annotations)
    }

    /// Grayscale Softcopy Presentation State Storage.
    public static let sopClass = UID("1.2.840.10008.5.1.4.1.1.11.1") ?? .random()

    /// Content Label: letters, digits and underscores, 16 at most (CS).
    var label: String {
        let letters = name.uppercased().unicodeScalars.map { ("A"..."Z").contains($0) || ("0"..."9").contains($0) ? Character($0) : "_" }
        let label = String(letters.prefix(16))
        return label.contains { $0 != "_" } ? label : "VIEW"
    }
}
