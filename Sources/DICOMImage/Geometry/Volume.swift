/// Whether the frames of a stack are a volume, and where its voxels lie: LPS millimetres, as ``ImagePlane``.
public enum Volume: Sendable, Equatable {
    /// Equal steps: one affine map. Gantry tilt is in its third column, which then is not the normal.
    case even(Affine)
    /// Slices at uneven distances: each has its own origin, and only between two of them may be interpolated.
    case uneven(columnStep: SIMD3<Double>, rowStep: SIMD3<Double>, origins: [SIMD3<Double>])
    case none(reason: String)
}

/// From column, row and slice to the patient: `origin + column · columnStep + row · rowStep + slice · sliceStep`.
public struct Affine: Sendable, Equatable {
    /// Centre of the first voxel.
    public let origin: SIMD3<Double>
    /// From a voxel to the next one of its row, of its column, of the next slice.
    public let columnStep: SIMD3<Double>, rowStep: SIMD3<Double>, sliceStep: SIMD3<Double>

    public func position(column: Double, row: Double, slice: Double) -> SIMD3<Double> {
        origin + columnStep * column + rowStep * row + sliceStep * slice
    }

    /// 4 × 4, row after row.
    public var matrix: [Double] {
        (0..<3).flatMap { [columnStep[$0], rowStep[$0], sliceStep[$0], origin[$0]] } + [0, 0, 0, 1]
    }
}
