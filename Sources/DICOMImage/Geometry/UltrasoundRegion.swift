import DICOM

/// A part of an ultrasound picture with its own scale (PS3.3 §C.8.5.5): a distance is one only inside it.
public struct UltrasoundRegion: Sendable, Equatable {
    /// First and last column and row that belong to it, from 0.
    public let columns: ClosedRange<Int>
    public let rows: ClosedRange<Int>
    /// Region Spatial Format (0018,6012): 1 2D, 2 M-mode, 3 spectral, 4 wave form, 5 graphics.
    public let spatialFormat: Int
    /// Region Data Type (0018,6014).
    public let dataType: Int
    /// Bit 0 of Region Flags (0018,6016) is 0: it wins where regions overlap (PS3.3 §C.8.5.5.1.3).
    public let hasPriority: Bool
    public let horizontal: Axis
    public let vertical: Axis

    public struct Axis: Sendable, Equatable {
        public let unit: Unit
        /// Units a pixel, to the right or downwards; may be negative. nil where given as 0 or not at all.
        public let delta: Double?
    }

    /// Physical Units (0018,6024), (0018,6026): PS3.3 §C.8.5.5.1.15.
    public enum Unit: Int, Sendable, CaseIterable {
        case none = 0, percent, decibel, centimetre, second, hertz, decibelPerSecond, centimetrePerSecond
        case squareCentimetre, squareCentimetrePerSecond, cubicCentimetre, cubicCentimetrePerSecond, degree

        public var symbol: String {
            ["", "%", "dB", "cm", "s", "Hz", "dB/s", "cm/s", "cm²", "cm²/s", "cm³", "cm³/s", "°"][rawValue]
        }
    }

    /// nil where the region has no place.
    init?(_ item: DataSet) {
        guard let left = item.integer(.regionLocationMinX0), let top = item.integer(.regionLocationMinY0),
            let right = item.integer(.regionLocationMaxX1), let bottom = item.integer(.regionLocationMaxY1), left <= right, top <= bottom
        else { return nil }
        columns = left...right
        rows = top...bottom
        spatialFormat = item.integer(.regionSpatialFormat) ?? 0
        dataType = item.integer(.regionDataType) ?? 0
        hasPriority = (item.integer(.regionFlags) ?? 0) & 1 == 0
        func axis(_ unit: Tag, _ delta: Tag) -> Axis {
            Axis(unit: item.integer(unit).flatMap(Unit.init) ?? .none, delta: item.decimal(delta).flatMap { $0 == 0 ? nil : $0 })
        }
        horizontal = axis(.physicalUnitsXDirection, .physicalDeltaX)
        vertical = axis(.physicalUnitsYDirection, .physicalDeltaY)
    }

    /// nil unless both directions are centimetres.
    public var millimetres: Spacing.Millimetres? {
        guard horizontal.unit == .centimetre, vertical.unit == .centimetre, let x = horizontal.delta, let y = vertical.delta else { return nil }
        return Spacing.Millimetres(betweenRows: abs(y) * 10, betweenColumns: abs(x) * 10)
    }

    func contains(column: Int, row: Int) -> Bool { columns.contains(column) && rows.contains(row) }
    fileprivate var size: Double { Double(columns.count) * Double(rows.count) }
}

extension [UltrasoundRegion] {
    /// The region that counts at a pixel: of those that hold it, one with priority, then the smallest; nil outside of all.
    public func region(atColumn column: Int, row: Int) -> UltrasoundRegion? {
        filter { $0.contains(column: column, row: row) }
            .min { ($0.hasPriority ? 0 : 1, $0.size) < ($1.hasPriority ? 0 : 1, $1.size) }
    }

    /// The region a measurement between two pixels may use: the one that counts at both; nil where they differ.
    public func region(between a: (column: Int, row: Int), and b: (column: Int, row: Int)) -> UltrasoundRegion? {
        guard let region = region(atColumn: a.column, row: a.row), region == self.region(atColumn: b.column, row: b.row) else { return nil }
        return region
    }
}
