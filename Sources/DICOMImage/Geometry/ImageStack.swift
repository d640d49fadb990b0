/// Frames of a series that belong together: one frame of reference, orientation, matrix and spacing; in the order a reader
/// scrolls through. What does not fit (localisers, other orientations) is a stack of its own.
public struct ImageStack: Sendable {
    /// In reading order.
    public let frames: [StackFrame]
    /// Which place and which combination of the fourth dimension each of `frames` is at; empty where places are not known.
    public let places: [Int]
    public let combinations: [Int]
    /// Places along the normal in mm in reading order, rising or falling; empty where the frames do not say.
    public let positions: [Double]
    public let steps: SliceSteps?
    /// Degrees between the way from slice to slice and the normal: gantry tilt; 0 where they are parallel.
    public let tilt: Double
    /// What tells apart the frames of one place, with the number of values of each.
    public let dimensions: [Dimension]
    /// Volumes, phases, echoes: how many frames a full place has.
    public let combinationCount: Int
    public let volume: Volume
    /// What a reader should know, in words.
    public let remarks: [String]

    public struct Dimension: Sendable, Equatable {
        public let kind: StackDimension
        public let values: [String]
        /// The values differ from slice to slice: counted at each place in their order.
        public let isCounted: Bool

        public var name: String { kind.name }
    }

    /// The stacks of a series, each beginning where its first instance number stands.
    public static func stacks(of frames: [StackFrame]) -> [ImageStack] {
        let ranked = frames.indices.sorted { precedes(frames[$0], $0, frames[$1], $1) }.map { frames[$0] }
        return groups(of: ranked).map(ImageStack.of)
    }

    /// Instance Number, then Slice Location, then the order given.
    private static func precedes(_ a: StackFrame, _ m: Int, _ b: StackFrame, _ n: Int) -> Bool {
        let (x, y) = (a.instanceNumber ?? .max, b.instanceNumber ?? .max)
        if x != y { return x < y }
        if a.instance != b.instance, let p = a.sliceLocation, let q = b.sliceLocation, p != q { return p < q }
        return m < n
    }

    private static func groups(of frames: [StackFrame]) -> [[StackFrame]] {
        var groups: [[StackFrame]] = []
        for frame in frames {
            if let found = groups.lastIndex(where: { belongs(frame, with: $0[0]) }) {
                groups[found].append(frame)
            } else {
                groups.append([frame])
            }
        }
        return groups
    }

    private static func belongs(_ a: StackFrame, with b: StackFrame) -> Bool {
        guard let directions = a.directions, let others = b.directions, a.position != nil, b.position != nil else {
            // Frames without a place stay together as they come.
            return !a.isPlaced && !b.isPlaced
        }
        guard a.frameOfReference == b.frameOfReference, a.rows == b.rows, a.columns == b.columns, directions.isSame(as: others) else { return false }
        switch (a.spacing.millimetres, b.spacing.millimetres) {
        case (let x?, let y?): return x.isClose(to: y, within: 1e-3)
        case (nil, nil): return true
        default: return false
        }
    }
}

extension StackFrame {
    /// Whether position and orientation are known.
    var isPlaced: Bool { position != nil && directions != nil }
}
