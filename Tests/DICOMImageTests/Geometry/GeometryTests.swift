import DICOM
import DICOMImage
import Testing

@Suite("Planes and directions")
struct GeometryTests {
    @Test("Letters of a direction (PS3.3 C.7.6.1.1.1)", arguments: [
        (SIMD3(1.0, 0, 0), "L", "LE"), (SIMD3(-1, 0, 0), "R", "RT"), (SIMD3(0, 1, 0), "P", "D"), (SIMD3(0, -1, 0), "A", "V"),
        (SIMD3(0, 0, 1), "H", "CR"), (SIMD3(0, 0, -1), "F", "CD"),
        (SIMD3(0.8, 0.6, 0), "LP", "LED"), (SIMD3(-0.3, 0.5, -0.8), "FPR", "CDDRT"), (SIMD3(1, 1e-4, -1e-4), "L", "LE"), (SIMD3(0, 0, 0), "", ""),
        // 8 % is the least that adds a letter.
        (SIMD3(0.9968, 0.079, 0), "L", "LE"), (SIMD3(0.9967, 0.081, 0), "LP", "LED"),
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

    @Test("Frames of a dose grid follow the offsets, relative or absolute (PS3.3 C.8.8.3.2)", arguments: [
        ([0.0, 2.5, 5], [-30.0, -27.5, -25]), ([-30, -27.5, -25], [-30, -27.5, -25]),
    ])
    func grid(offsets: [Double], expected: [Double]) throws {
        let dataSet = DataSet([
            Image.ds(.imagePositionPatient, 1, 2, -30), Image.ds(.imageOrientationPatient, 1, 0, 0, 0, 1, 0), Image.ds(.pixelSpacing, 2, 2),
            DataElement(.numberOfFrames, .IS, integers: [3]), DataElement(.modality, .CS, "RTDOSE"),
            DataElement(Tag(0x3004, 0x000C), .DS, decimals: offsets),
        ])
        #expect(try (0..<3).map { try ImagePlane(dataSet, frameIndex: $0).position } == expected.map { SIMD3(1, 2, $0) })
    }

    @Test("Frames of a loop have no place of their own")
    func loop() {
        let dataSet = DataSet(Self.oblique + [DataElement(.numberOfFrames, .IS, integers: [30])])
        #expect(throws: ImageError(.missing, .imagePositionPatient, "")) { try ImagePlane(dataSet, frameIndex: 7) }
    }
}
