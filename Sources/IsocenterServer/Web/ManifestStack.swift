import DICOMImage

/// Frames that belong together in reading order, with what their geometry allows (``ImageStack``).
struct ManifestStack: Encodable {
    /// `[index in instances, first frame from 1, number of frames]`.
    var order: [[Int]]
    /// Of each entry of `order`; empty where positions are not known.
    var places: [Int]
    var combinations: [Int]
    /// Of the places along the normal, mm.
    var positions: [Double]
    /// Where positive and negative positions lie: `H` and `F`, or the other way round; empty without positions.
    var sides: [String]
    var sliceSpacing: Double?
    var isUneven: Bool
    var gaps: [Gap]
    var tilt: Double
    var dimensions: [Dimension]
    var combinationCount: Int
    var remarks: [String]
    var volume: Volume

    struct Gap: Encodable { var after: Int, millimetres: Double, missing: Int }
    struct Dimension: Encodable { var name: String, values: [String], isCounted: Bool }

    /// Either `affine`, or `columnStep`, `rowStep` and `origins`, or `reason`.
    struct Volume: Encodable {
        var affine: [Double]?
        var columnStep: [Double]?
        var rowStep: [Double]?
        var origins: [[Double]]?
        var reason: String?

        init(_ volume: DICOMImage.Volume) {
            func list(_ v: SIMD3<Double>) -> [Double] { [v.x, v.y, v.z] }
            switch volume {
            case .even(let affine): self.affine = affine.matrix
            case .uneven(let columnStep, let rowStep, let origins):
                (self.columnStep, self.rowStep, self.origins) = (list(columnStep), list(rowStep), origins.map(list))
            case .none(let reason): self.reason = reason
            }
        }
    }

    init(_ stack: ImageStack, placeOfInstance: [Int: Int]) {
        order = stack.frames.map { [placeOfInstance[$0.instance] ?? 0, $0.frames.lowerBound + 1, $0.frames.count] }
        places = stack.places
        combinations = stack.combinations
        positions = stack.positions
        sides = []
        if !stack.positions.isEmpty, let first = stack.frames.first, let normal = first.directions?.normal {
            let axis = Orientation.mainAxis(of: normal, subject: first.subject)
            sides = axis.sign > 0 ? [axis.positive, axis.negative] : [axis.negative, axis.positive]
        }
        sliceSpacing = stack.steps?.median
        isUneven = stack.steps?.isUneven ?? false
        gaps = stack.steps?.gaps.map { Gap(after: $0.after, millimetres: $0.millimetres, missing: $0.missing) } ?? []
        tilt = stack.tilt
        dimensions = stack.dimensions.map { Dimension(name: $0.name, values: $0.values, isCounted: $0.isCounted) }
        combinationCount = stack.combinationCount
        remarks = stack.remarks
        volume = Volume(stack.volume)
    }
}
