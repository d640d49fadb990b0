/// Distances between the slices of a stack, from their positions: Slice Thickness and Spacing Between Slices may overlap, differ
/// or be negative and are not asked.
public struct SliceSteps: Sendable, Equatable {
    /// Median in mm.
    public let median: Double
    /// Some step is not the median: more than 1 % and more than 0.05 mm away from it.
    public let isUneven: Bool
    public let gaps: [Gap]

    /// A step more than one and a half times the median that its neighbours do not share.
    public struct Gap: Sendable, Equatable {
        /// The slice before it, from 0.
        public let after: Int
        public let millimetres: Double
        /// How many slices of the usual distance would fit in.
        public let missing: Int
    }

    /// - Parameter positions: rising or falling, in mm along the normal; nil for fewer than two.
    public init?(_ positions: [Double]) {
        guard positions.count > 1 else { return nil }
        let steps = zip(positions.dropFirst(), positions).map { abs($0 - $1) }
        let middle = steps.sorted()[(steps.count - 1) / 2]
        // The absolute tolerance is for rounded positions; it must not swallow the small steps of small animals.
        let tolerance = max(0.01 * middle, min(0.05, 0.1 * middle))
        func isSame(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= tolerance }
        median = middle
        isUneven = steps.contains { !isSame($0, middle) }
        gaps = steps.indices.compactMap { n in
            guard steps[n] > 1.5 * middle else { return nil }
            // Several such steps in a row are another distance, not slices that were lost.
            if n > 0 && isSame(steps[n - 1], steps[n]) || n + 1 < steps.count && isSame(steps[n + 1], steps[n]) { return nil }
            // A step of a tumbled number would be too great to count.
            let fit = min((steps[n] / middle).rounded(), 1e6)
            return Gap(after: n, millimetres: steps[n], missing: max(1, Int(fit) - 1))
        }
    }
}
