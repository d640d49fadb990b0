import DICOM
import DICOMImage
import Testing

@Suite("Ultrasound regions (PS3.3 C.8.5.5)")
struct UltrasoundRegionTests {
    static func region(
        _ columns: ClosedRange<Int>, _ rows: ClosedRange<Int>, format: Int = 1, flags: Int = 0, units: (Int, Int) = (3, 3), deltas: (Double, Double)
    ) -> DataSet {
        DataSet([
            Image.us(Tag(0x0018, 0x6012), format), Image.us(Tag(0x0018, 0x6014), 1), DataElement(Tag(0x0018, 0x6016), .UL, integers: [flags]),
            DataElement(Tag(0x0018, 0x6018), .UL, integers: [columns.lowerBound]), DataElement(Tag(0x0018, 0x601A), .UL, integers: [rows.lowerBound]),
            DataElement(Tag(0x0018, 0x601C), .UL, integers: [columns.upperBound]), DataElement(Tag(0x0018, 0x601E), .UL, integers: [rows.upperBound]),
            Image.us(.physicalUnitsXDirection, units.0), Image.us(Tag(0x0018, 0x6026), units.1),
            DataElement(.physicalDeltaX, .FD, decimals: [deltas.0]), DataElement(.physicalDeltaY, .FD, decimals: [deltas.1]),
        ])
    }

    private func spacing(_ regions: DataSet...) -> Spacing {
        Spacing(DataSet([Image.cs(.modality, "US"), DataElement(.sequenceOfUltrasoundRegions, items: regions)]), frameIndex: 0)
    }

    @Test("One region in centimetres is the scale of the image, whatever the sign")
    func one() throws {
        let spacing = spacing(Self.region(0...639, 0...479, deltas: (0.02, -0.03)))
        #expect(spacing.millimetres == Spacing.Millimetres(betweenRows: 0.3, betweenColumns: 0.2))
        #expect(spacing.source == .ultrasoundRegion)
        #expect(spacing.regions.first?.vertical.delta == -0.03)
    }

    @Test("Seconds, nothing, and a delta of 0 are no millimetres")
    func none() {
        #expect(spacing(Self.region(0...9, 0...9, format: 2, units: (4, 3), deltas: (0.005, 0.03))).millimetres == nil)
        #expect(spacing(Self.region(0...9, 0...9, units: (0, 0), deltas: (0.02, 0.03))).source == .none)
        let zero = spacing(Self.region(0...9, 0...9, deltas: (0.02, 0)))
        #expect(zero.millimetres == nil)
        #expect(zero.regions[0].vertical.delta == nil)
    }

    @Test("Several regions: a distance depends on the place")
    func several() throws {
        // 2D left and right with different scales, Doppler below, a small loupe with and a large one without priority inside the left one.
        let spacing = spacing(
            Self.region(0...319, 0...239, flags: 1, deltas: (0.02, 0.02)), Self.region(320...639, 0...239, deltas: (0.04, 0.04)),
            Self.region(0...639, 240...479, format: 3, units: (4, 7), deltas: (0.01, -0.5)), Self.region(100...149, 100...149, deltas: (0.01, 0.01)),
            Self.region(200...299, 0...99, flags: 1, deltas: (0.05, 0.05)))
        #expect(spacing.millimetres == nil)
        let regions = spacing.regions
        func delta(_ column: Int, _ row: Int) -> Double? { regions.region(atColumn: column, row: row)?.horizontal.delta }
        // In the left one a small region with priority wins over it; of two without, the smaller.
        let found = [(10, 10), (400, 10), (10, 300), (120, 120), (250, 50), (700, 10)].map { delta($0.0, $0.1) }
        #expect(found == [0.02, 0.04, 0.01, 0.01, 0.05, nil])
        #expect(regions.region(between: (10, 10), and: (50, 50))?.millimetres?.betweenRows == 0.2)
        #expect(regions.region(between: (10, 10), and: (400, 10)) == nil)
        #expect(regions.region(between: (10, 10), and: (120, 120)) == nil)
        let doppler = try #require(regions.region(between: (10, 300), and: (500, 400)))
        #expect([doppler.horizontal.unit.symbol, doppler.vertical.unit.symbol] == ["s", "cm/s"])
        #expect(doppler.millimetres == nil)
    }
}
