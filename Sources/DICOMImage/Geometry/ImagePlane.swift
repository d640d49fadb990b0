import DICOM

/// Where a frame lies in the patient coordinate system (PS3.3 §C.7.6.2.1.1).
///
/// Millimetres; +x to the patient's left, +y to the back, +z to the head.
public struct ImagePlane: Sendable, Equatable {
    /// Centre of the first pixel, not its corner.
    public let position: SIMD3<Double>
    /// Unit vector along a row, from the first column to the last.
    public let rowDirection: SIMD3<Double>
    /// Unit vector along a column, from the first row to the last; at a right angle to `rowDirection`.
    public let columnDirection: SIMD3<Double>
    public let spacing: Spacing.Millimetres

    /// Row direction × column direction.
    public var normal: SIMD3<Double> { Vector.cross(rowDirection, columnDirection) }

    /// What slices of one orientation are ordered by: the distance of the plane from the origin, along the normal.
    public var positionAlongNormal: Double { Vector.dot(position, normal) }

    /// Centre of a pixel; (0, 0) is the first. Fractions lie between the centres.
    public func position(column: Double, row: Double) -> SIMD3<Double> {
        position + rowDirection * (column * spacing.betweenColumns) + columnDirection * (row * spacing.betweenRows)
    }

    /// - Throws: `missing` naming the absent attribute, `invalid` where the directions are no plane; a spacing is never assumed.
    public init(_ dataSet: DataSet, frameIndex: Int) throws(ImageError) {
        let groups = FunctionalGroups(dataSet, frameIndex: frameIndex)
        let position = (groups[.planePositionSequence] ?? dataSet).decimals(.imagePositionPatient)
        guard position.count == 3 else { throw ImageError(.missing, .imagePositionPatient, "is needed to know where the image lies") }
        let cosines = (groups[.planeOrientationSequence] ?? dataSet).decimals(.imageOrientationPatient)
        guard cosines.count == 6 else { throw ImageError(.missing, .imageOrientationPatient, "is needed to know where the image lies") }
        guard case .pixelSpacing(let spacing) = Spacing(dataSet, frameIndex: frameIndex) else {
            throw ImageError(.missing, .pixelSpacing, "is needed to know how large the image is")
        }
        let row = SIMD3(cosines[0], cosines[1], cosines[2]), column = SIMD3(cosines[3], cosines[4], cosines[5])
        let skew = Vector.dot(row, column)
        guard abs(Vector.length(row) - 1) < 0.01, abs(Vector.length(column) - 1) < 0.01, abs(skew) < 0.01 else {
            throw ImageError(.invalid, .imageOrientationPatient, "is not two unit vectors at a right angle")
        }
        self.position = SIMD3(position[0], position[1], position[2])
        // Cosines are written with few digits: brought back to exactly one and exactly a right angle.
        rowDirection = row / Vector.length(row)
        let straight = column - rowDirection * Vector.dot(column, rowDirection)
        columnDirection = straight / Vector.length(straight)
        self.spacing = spacing
    }
}

enum Vector {
    static func dot(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> Double { (a * b).sum() }
    static func length(_ a: SIMD3<Double>) -> Double { dot(a, a).squareRoot() }
    static func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
}
