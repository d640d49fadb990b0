/// Decides whether a stack is a volume; if not, why, in words a person reads after "no volume:".
struct VolumeFacts {
    let frames: [StackFrame]
    let places: StackPlaces
    let combinations: Int
    let steps: SliceSteps?
    let isStraight: Bool
    let directions: PlaneDirections
    let spacing: Spacing.Millimetres?
    /// Of the slices, as `places`.
    let origins: [SIMD3<Double>]

    var volume: Volume {
        if let reason { return .none(reason: reason) }
        guard let spacing, let steps else { return .none(reason: "the size of a pixel is not known") }
        let columnStep = directions.row * spacing.betweenColumns, rowStep = directions.column * spacing.betweenRows
        guard !steps.isUneven else { return .uneven(columnStep: columnStep, rowStep: rowStep, origins: origins) }
        let sliceStep = (origins[origins.count - 1] - origins[0]) / Double(origins.count - 1)
        return .even(Affine(origin: origins[0], columnStep: columnStep, rowStep: rowStep, sliceStep: sliceStep))
    }

    private var reason: String? {
        if let reason = Self.kindReason(frames) { return reason }
        if frames[0].rows < 1 || frames[0].columns < 1 { return "the images have no rows and columns" }
        if spacing == nil { return "the size of a pixel is not known" }
        if places.positions.count == 1 { return frames.count == 1 ? "a single image" : "frames of one position" }
        if places.positions.count == 2 { return "two slices are too few to tell whether one is missing" }
        if !places.isUnique { return "several images lie at one position and nothing tells them apart" }
        if let gap = steps?.gaps.first { return Self.words(gap, places.positions) }
        if !isStraight { return "the slices are shifted against each other" }
        if combinations > 1, let place = places.frames.firstIndex(where: { $0.count != combinations }) {
            return "slice \(place + 1) has \(places.frames[place].count) of \(combinations) images"
        }
        return nil
    }

    static func kindReason(_ frames: [StackFrame]) -> String? {
        if frames.contains(where: { $0.kind == .tomosynthesis }) { return "breast tomosynthesis: in-plane only" }
        return frames.contains { $0.kind == .projection } ? "projection images" : nil
    }

    static func words(_ gap: SliceSteps.Gap, _ positions: [Double]) -> String {
        let (from, to) = (number(positions[gap.after], 2), number(positions[gap.after + 1], 2))
        return "\(gap.missing) \(gap.missing == 1 ? "slice is" : "slices are") missing between slices \(gap.after + 1) and \(gap.after + 2) (\(from) and \(to) mm)"
    }

    /// With at most so many decimals: `12.5`, `3`.
    static func number(_ value: Double, _ decimals: Int) -> String {
        let scale = [1.0, 10, 100][decimals], rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && abs(rounded) < 1e15 ? "\(Int(rounded))" : "\(rounded)"
    }
}
