import DICOM
import DICOMImage
import Testing

@Suite("Letters at the edges")
struct EdgeLettersTests {
    private static let axes: [(SIMD3<Double>, String, String)] = [
        (SIMD3(1, 0, 0), "L", "LE"), (SIMD3(-1, 0, 0), "R", "RT"), (SIMD3(0, 1, 0), "P", "D"), (SIMD3(0, -1, 0), "A", "V"), (SIMD3(0, 0, 1), "H", "CR"), (SIMD3(0, 0, -1), "F", "CD"),
    ]

    private func letters(_ row: SIMD3<Double>, _ column: SIMD3<Double>, _ more: DataElement...) -> EdgeLetters? {
        EdgeLetters(DataSet([Image.ds(.imageOrientationPatient, row.x, row.y, row.z, column.x, column.y, column.z)] + more), frameIndex: 0)
    }

    @Test("All 24 orientations along the axes, on two legs and on four")
    func all() {
        var count = 0
        for (row, right, rightward) in Self.axes {
            for (column, bottom, downward) in Self.axes where (row * column).sum() == 0 {
                count += 1
                let biped = letters(row, column), quadruped = letters(row, column, Image.cs(Tag(0x0010, 0x2210), "QUADRUPED"))
                #expect(biped?.right == right && biped?.bottom == bottom)
                #expect(quadruped?.right == rightward && quadruped?.bottom == downward)
                #expect(biped?.left == Self.axes.first { $0.0 == -row }?.1)
                #expect(biped?.top == Self.axes.first { $0.0 == -column }?.1)
            }
        }
        #expect(count == 24)
    }

    @Test("Turned clockwise, then mirrored (PS3.3 C.10.6)", arguments: [
        (0, false, "R L A P"), (1, false, "P A R L"), (2, false, "L R P A"), (3, false, "A P L R"),
        (0, true, "L R A P"), (1, true, "A P R L"), (2, true, "R L P A"), (3, true, "P A L R"), (-1, false, "A P L R"), (5, false, "P A R L"),
    ])
    func turned(quarters: Int, isMirrored: Bool, expected: String) throws {
        let axial = try #require(letters(SIMD3(1, 0, 0), SIMD3(0, 1, 0)))
        let turned = axial.transformed(by: SpatialTransformation(quarterTurns: quarters, flipsHorizontally: isMirrored))
        #expect([turned.left, turned.right, turned.top, turned.bottom].joined(separator: " ") == expected)
    }

    @Test("A projection says it in words; nothing is invented", arguments: [
        (["L", "F"], "R L H F"), (["P", "FR"], "A P HL FR"), (["A", "R"], "P A L R"), (["LE", "V"], "RT LE D V"),
        (["L"], nil), (["", ""], nil), (["L", "?"], nil), ([], nil),
    ])
    func projection(orientation: [String], expected: String?) {
        let found = EdgeLetters(DataSet([DataElement(.patientOrientation, .CS, strings: orientation)]), frameIndex: 0)
        #expect(found.map { [$0.left, $0.right, $0.top, $0.bottom].joined(separator: " ") } == expected)
    }

    @Test("Directions that are no plane have no second guess")
    func unusable() {
        #expect(letters(SIMD3(1, 0, 0), SIMD3(1, 0, 0), DataElement(.patientOrientation, .CS, strings: ["L", "F"])) == nil)
    }
}
