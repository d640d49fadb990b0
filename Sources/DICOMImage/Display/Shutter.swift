import DICOM

/// What hides the parts of an image that are not to distract: only hidden, never changed (PS3.3 §C.7.6.11, §C.7.6.15).
///
/// Rows and columns count from 1; pixels at an edge stay visible.
public struct Shutter: Sendable, Equatable {
    public enum Shape: Sendable, Equatable {
        case rectangular(left: Int, right: Int, upper: Int, lower: Int)
        /// Radius in widths of a pixel.
        case circular(row: Int, column: Int, radius: Int)
        case polygonal([Vertex])
        /// Bits that are set in the overlay of this group hide.
        case bitmap(group: UInt16)
    }

    public struct Vertex: Sendable, Equatable {
        public let row: Int, column: Int
    }

    /// What none of them hides is seen.
    public let shapes: [Shape]
    /// Presentation value of what is hidden, 0 (black) to 65,535 (white).
    public let presentationValue: Int?
    /// Its colour, where pictures have any.
    public let color: CIELab?

    public init(shapes: [Shape], presentationValue: Int? = nil, color: CIELab? = nil) {
        self.shapes = shapes
        self.presentationValue = presentationValue
        self.color = color
    }

    /// Groups of the overlays that hide.
    var bitmaps: Set<UInt16> {
        Set(shapes.compactMap { if case .bitmap(let group) = $0 { group } else { nil } })
    }

    /// Of an image: the frame's own, else that of all.
    public init?(_ dataSet: DataSet, frameIndex: Int) {
        self.init(from: FunctionalGroups(dataSet, frameIndex: frameIndex)[.frameDisplayShutterSequence] ?? dataSet)
    }

    /// Of the attributes of a shutter module or macro; nil where there is none, or none that is whole.
    public init?(from attributes: DataSet) {
        let shapes = attributes.strings(.shutterShape).compactMap { Self.shape($0, attributes) }
        guard !shapes.isEmpty else { return nil }
        self.init(
            shapes: shapes, presentationValue: attributes.integer(.shutterPresentationValue).flatMap { (0...65535).contains($0) ? $0 : nil },
            color: CIELab(attributes.integers(.shutterPresentationColorCIELabValue)))
    }

    /// Far beyond every image; more would only overflow.
    private static func place(_ number: Int) -> Int { min(max(number, -1_000_000), 1_000_000) }
    private static let mostVertices = 2_000

    private static func shape(_ term: String, _ attributes: DataSet) -> Shape? {
        switch term {
        case "RECTANGULAR":
            guard let left = attributes.integer(.shutterLeftVerticalEdge), let right = attributes.integer(.shutterRightVerticalEdge),
                let upper = attributes.integer(.shutterUpperHorizontalEdge), let lower = attributes.integer(.shutterLowerHorizontalEdge),
                left <= right, upper <= lower
            else { return nil }
            return .rectangular(left: place(left), right: place(right), upper: place(upper), lower: place(lower))
        case "CIRCULAR":
            let center = attributes.integers(.centerOfCircularShutter)
            guard center.count == 2, let radius = attributes.integer(.radiusOfCircularShutter), radius > 0 else { return nil }
            return .circular(row: place(center[0]), column: place(center[1]), radius: place(radius))
        case "POLYGONAL":
            let numbers = attributes.integers(.verticesOfThePolygonalShutter)
            guard numbers.count >= 6, numbers.count % 2 == 0, numbers.count <= 2 * mostVertices else { return nil }
            return .polygonal(stride(from: 0, to: numbers.count, by: 2).map { Vertex(row: place(numbers[$0]), column: place(numbers[$0 + 1])) })
        case "BITMAP":
            guard let group = attributes.integer(.shutterOverlayGroup), (0x6000...0x601E).contains(group), group % 2 == 0 else { return nil }
            return .bitmap(group: UInt16(group))
        default: return nil
        }
    }
}
