import DICOM

/// Turned clockwise, then mirrored left to right (PS3.3 §C.10.6).
public struct SpatialTransformation: Sendable, Equatable, Hashable {
    /// Quarter turns, 0 to 3.
    public let quarterTurns: Int
    public let flipsHorizontally: Bool

    public static let identity = SpatialTransformation(quarterTurns: 0, flipsHorizontally: false)

    public init(quarterTurns: Int, flipsHorizontally: Bool) {
        self.quarterTurns = quarterTurns & 3
        self.flipsHorizontally = flipsHorizontally
    }

    /// - Throws: `invalid` for an angle that is no right one, `unsupported` for an unknown flip: half a transformation is a wrong side.
    init(_ dataSet: DataSet) throws(ImageError) {
        let angle = dataSet.integer(.imageRotation) ?? 0
        guard angle % 90 == 0 else { throw ImageError(.invalid, .imageRotation, "is \(angle), not 0, 90, 180 or 270") }
        switch dataSet.string(.imageHorizontalFlip) {
        case nil, "N"?: self.init(quarterTurns: angle / 90, flipsHorizontally: false)
        case "Y"?: self.init(quarterTurns: angle / 90, flipsHorizontally: true)
        case let other?: throw ImageError(.invalid, .imageHorizontalFlip, "is \(other), not Y or N")
        }
    }

    public var swapsSides: Bool { quarterTurns % 2 == 1 }

    /// Where a point of an area lies after the transformation; the origin is the area's top left corner before and after.
    func callAsFunction(_ point: Point, width: Double, height: Double) -> Point {
        let turned = switch quarterTurns {
        case 1: Point(height - point.y, point.x)
        case 2: Point(width - point.x, height - point.y)
        case 3: Point(point.y, width - point.x)
        default: point
        }
        return flipsHorizontally ? Point((swapsSides ? height : width) - turned.x, turned.y) : turned
    }
}

/// x to the right, y downwards; the outer corner of the first pixel is 0, 0 and its centre 0.5, 0.5.
public struct Point: Sendable, Equatable {
    public var x: Double, y: Double

    public init(_ x: Double, _ y: Double) {
        self.x = x
        self.y = y
    }
}

extension Picture {
    /// The picture turned and mirrored.
    func transformed(by transformation: SpatialTransformation) -> Picture {
        guard transformation != .identity else { return self }
        let (wide, high) = transformation.swapsSides ? (height, width) : (width, height)
        let levels: Levels = switch self.levels {
        case .eight(let levels): .eight(moved(levels, transformation, width: wide, height: high))
        case .sixteen(let levels): .sixteen(moved(levels, transformation, width: wide, height: high))
        }
        return Picture(width: wide, height: high, channels: channels, levels: levels, profile: profile)
    }

    private func moved<Level: FixedWidthInteger>(_ source: [Level], _ transformation: SpatialTransformation, width wide: Int, height high: Int) -> [Level] {
        // Pixel of the source at the target's top left, and the way to the next one along and down.
        func index(_ column: Int, _ row: Int) -> Int {
            let x = transformation.flipsHorizontally ? wide - 1 - column : column
            return switch transformation.quarterTurns {
            case 1: (height - 1 - x) * width + row
            case 2: (height - 1 - row) * width + width - 1 - x
            case 3: x * width + width - 1 - row
            default: row * width + x
            }
        }
        let start = index(0, 0), along = index(1, 0) - start, down = index(0, 1) - start
        return [Level](unsafeUninitializedCapacity: source.count) { target, made in
            source.withUnsafeBufferPointer { source in
                var out = 0
                for row in 0..<high {
                    var at = start &+ row &* down
                    for _ in 0..<wide {
                        for channel in 0..<channels { target[out &+ channel] = source[at &* channels &+ channel] }
                        out &+= channels
                        at &+= along
                    }
                }
            }
            made = source.count
        }
    }
}
