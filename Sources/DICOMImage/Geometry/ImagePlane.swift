import DICOM

/// Where a frame lies in the patient coordinate system (PS3.3 §C.7.6.2.1.1).
///
/// Millimetres; +x to the patient's left, +y to the back, +z to the head.
public struct ImagePlane: Sendable, Equatable {
    /// Centre of the first pixel, not its corner.
    public let position: SIMD3<Double>
    public let directions: PlaneDirections
    public let spacing: Spacing.Millimetres

    public var rowDirection: SIMD3<Double> { directions.row }
    public var columnDirection: SIMD3<Double> { directions.column }
    public var normal: SIMD3<Double> { directions.normal }

    /// What slices of one orientation are ordered by: the distance of the plane from the origin, along the normal.
    public var positionAlongNormal: Double { Vector.dot(position, normal) }

    /// Centre of a pixel; (0, 0) is the first. Fractions lie between the centres.
    public func position(column: Double, row: Double) -> SIMD3<Double> {
        position + rowDirection * (column * spacing.betweenColumns) + columnDirection * (row * spacing.betweenRows)
    }

    /// - Throws: `missing` naming the absent attribute, `invalid` where the directions are no plane; a spacing is never assumed.
    public init(_ dataSet: DataSet, frameIndex: Int) throws(ImageError) {
        let groups = FunctionalGroups(dataSet, frameIndex: frameIndex)
        guard let position = Self.position(dataSet, groups, frameIndex: frameIndex) else {
            throw ImageError(.missing, .imagePositionPatient, "is needed to know where the image lies")
        }
        guard let directions = try PlaneDirections(dataSet, groups) else {
            throw ImageError(.missing, .imageOrientationPatient, "is needed to know where the image lies")
        }
        let spacing = Spacing(dataSet, groups: groups)
        guard spacing.source == .patient, let millimetres = spacing.millimetres else {
            throw ImageError(.missing, .pixelSpacing, "is needed to know how large the image is")
        }
        self.position = position
        self.directions = directions
        self.spacing = millimetres
    }

    /// Image Position (Patient) of a frame: its own, or the image's where it has one frame or Grid Frame Offset Vector leads
    /// on to the others (PS3.3 §C.8.8.3.2). Frames of other multi-frame images have no place of their own.
    static func position(_ dataSet: DataSet, _ groups: FunctionalGroups, frameIndex: Int) -> SIMD3<Double>? {
        let numbers = (groups[.planePositionSequence] ?? dataSet).decimals(.imagePositionPatient)
        guard numbers.count == 3 else { return nil }
        let position = SIMD3(numbers[0], numbers[1], numbers[2])
        guard groups[.planePositionSequence] == nil, (dataSet.integer(.numberOfFrames) ?? 1) > 1 else { return position }
        let offsets = dataSet.decimals(.gridFrameOffsetVector)
        guard offsets.indices.contains(frameIndex), let directions = try? PlaneDirections(dataSet, groups) else { return nil }
        // Relative to the first frame, or else the z of axial frames itself.
        if offsets[0] == 0 { return position + directions.normal * offsets[frameIndex] }
        return abs(directions.normal.z) > 0.9999 ? SIMD3(position.x, position.y, offsets[frameIndex]) : nil
    }
}

/// Two unit vectors at a right angle: along a row and along a column.
public struct PlaneDirections: Sendable, Equatable {
    /// From the first column to the last.
    public let row: SIMD3<Double>
    /// From the first row to the last.
    public let column: SIMD3<Double>

    /// Row × column.
    public var normal: SIMD3<Double> { Vector.cross(row, column) }

    /// Six direction cosines; nil where they are no two unit vectors at a right angle. What few digits lost is mended.
    public init?(cosines: [Double]) {
        guard cosines.count == 6 else { return nil }
        let row = SIMD3(cosines[0], cosines[1], cosines[2]), column = SIMD3(cosines[3], cosines[4], cosines[5])
        guard abs(Vector.length(row) - 1) < 0.01, abs(Vector.length(column) - 1) < 0.01, abs(Vector.dot(row, column)) < 0.01 else { return nil }
        self.row = row / Vector.length(row)
        let straight = column - self.row * Vector.dot(column, self.row)
        self.column = straight / Vector.length(straight)
    }

    /// nil where none are given.
    init?(_ dataSet: DataSet, _ groups: FunctionalGroups) throws(ImageError) {
        let cosines = (groups[.planeOrientationSequence] ?? dataSet).decimals(.imageOrientationPatient)
        guard !cosines.isEmpty else { return nil }
        guard let directions = Self(cosines: cosines) else {
            throw ImageError(.invalid, .imageOrientationPatient, "is not two unit vectors at a right angle")
        }
        self = directions
    }

    /// Noise of cosines (1e-4 is common) does not make another direction; a tenth of a degree does.
    func isSame(as other: PlaneDirections) -> Bool {
        Vector.length(row - other.row) < 1e-3 && Vector.length(column - other.column) < 1e-3
    }
}

enum Vector {
    static func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }
    static func length(_ a: SIMD3<Double>) -> Double { dot(a, a).squareRoot() }
    static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
}
