import DICOM
import DICOMImage
import Testing

@Suite("Planes and directions")
struct GeometryTests {
    @Test("Letters of a direction (PS3.3 C.7.6.1.1.1)", arguments: [
        (SIMD3(1.0, 0, 0), "L", "LE"), (SIMD3(-1, 0, 0), "R", "RT"), (SIMD3(0, 1, 0), "P", "D"), (SIMD3(0, -1, 0), "A", "V"),
        (SIMD3(0, 0, 1), "H", "CR"), (SIMD3(0, 0, -1), "F", "CD"),
        (SIMD3(0.8, 0.6, 0), "LP", "LED"), (SIMD3(-0.3, 0.5, -0.8), "FPR", "CDDRT"), (SIMD3(1, 1e-4, -1e-4), "L", "LE"), (SIMD3(0, 0, 0), "", ""),
    ])
    func letters(direction: SIMD3<Double>, biped: String, quadruped: String) {
        #expect(Orientation.letters(of: direction) == biped)
        #expect(Orientation.letters(of: direction, subject: .quadruped) == quadruped)
        #expect(Orientation.opposite(biped) == Orientation.letters(of: -direction))
        #expect(Orientation.opposite(quadruped) == Orientation.letters(of: -direction, subject: .quadruped))
    }

    private static let oblique: [DataElement] = [
        Image.ds(.imagePositionPatient, -10, 20, 30), Image.ds(.imageOrientationPatient, 0.6, 0.8, 0, 0, 0, -1), Image.ds(.pixelSpacing, 2, 0.5),
    ]

    @Test("Corners of an oblique plane with pixels that are not square (PS3.3 C.7.6.2.1.1)")
    func corners() throws {
        let plane = try ImagePlane(DataSet(Self.oblique), frameIndex: 0)
        #expect(plane.position(column: 0, row: 0) == SIMD3(-10, 20, 30))
        // 10 columns of 0.5 mm along (0.6, 0.8, 0); 4 rows of 2 mm down.
        let corner = plane.position(column: 10, row: 4), expected = SIMD3(-7.0, 24, 22)
        for axis in 0..<3 { #expect(abs(corner[axis] - expected[axis]) < 1e-9) }
        let normal = SIMD3(-0.8, 0.6, 0.0)
        for axis in 0..<3 { #expect(abs(plane.normal[axis] - normal[axis]) < 1e-9) }
        #expect(abs(plane.positionAlongNormal - 20) < 1e-9)
    }

    @Test("What is missing is named, never assumed", arguments: [Tag.imagePositionPatient, .imageOrientationPatient, .pixelSpacing])
    func missing(tag: Tag) {
        #expect(throws: ImageError(.missing, tag, "")) { try ImagePlane(DataSet(Self.oblique.filter { $0.tag != tag }), frameIndex: 0) }
    }

    @Test("Directions that are no plane are refused")
    func skew() {
        var dataSet = DataSet(Self.oblique)
        dataSet.set(Image.ds(.imageOrientationPatient, 1, 0, 0, 0.5, 0.5, 0))
        #expect(throws: ImageError(.invalid, .imageOrientationPatient, "")) { try ImagePlane(dataSet, frameIndex: 0) }
    }

    @Test("A frame's plane from shared and per-frame groups")
    func groups() throws {
        let measures = DataElement(.pixelMeasuresSequence, items: [DataSet([Image.ds(.pixelSpacing, 2, 0.5)])])
        let orientation = DataElement(.planeOrientationSequence, items: [DataSet([Image.ds(.imageOrientationPatient, 1, 0, 0, 0, 1, 0)])])
        let positions = [5.0, 7].map { DataSet([DataElement(.planePositionSequence, items: [DataSet([Image.ds(.imagePositionPatient, 0, 0, $0)])])]) }
        let dataSet = DataSet([
            DataElement(.sharedFunctionalGroupsSequence, items: [DataSet([measures, orientation])]),
            DataElement(.perFrameFunctionalGroupsSequence, items: positions),
        ])
        #expect(try ImagePlane(dataSet, frameIndex: 0).positionAlongNormal == 5)
        #expect(try ImagePlane(dataSet, frameIndex: 1).positionAlongNormal == 7)
        #expect(throws: ImageError(.missing, .imagePositionPatient, "")) { try ImagePlane(dataSet, frameIndex: 2) }
    }

    private static func region(units: Int, deltaY: Double) -> DataSet {
        DataSet([
            Image.us(Tag(0x0018, 0x6012), 1), Image.us(.physicalUnitsXDirection, units), Image.us(Tag(0x0018, 0x6026), units),
            DataElement(.physicalDeltaX, .FD, decimals: [0.02]), DataElement(.physicalDeltaY, .FD, decimals: [deltaY]),
        ])
    }

    @Test("Where a spacing comes from")
    func sources() throws {
        func spacing(_ elements: DataElement...) -> Spacing { Spacing(DataSet(elements), frameIndex: 0) }
        let pair = try #require(Spacing.Millimetres(betweenRows: 0.2, betweenColumns: 0.4))
        let region = try #require(Spacing.Millimetres(betweenRows: 0.3, betweenColumns: 0.2))
        #expect(spacing(Image.ds(.pixelSpacing, 0.2, 0.4), Image.ds(.imagerPixelSpacing, 1, 1)) == .pixelSpacing(pair))
        #expect(spacing(Image.ds(.imagerPixelSpacing, 0.2, 0.4)) == .imagerPixelSpacing(pair))
        #expect(spacing(DataElement(.sequenceOfUltrasoundRegions, items: [Self.region(units: 3, deltaY: -0.03)])) == .ultrasoundRegion(region))
        #expect(spacing(DataElement(.sequenceOfUltrasoundRegions, items: [Self.region(units: 4, deltaY: 0.03)])) == .none)
        #expect(spacing(DataElement(.sequenceOfUltrasoundRegions, items: [Self.region(units: 3, deltaY: 0)])) == .none)
        #expect(spacing(Image.ds(.pixelSpacing, 0.2)) == .none)
        #expect(spacing(Image.ds(.pixelSpacing, -1, 1)) == .none)
        #expect(spacing() == .none)
    }
}
