import DICOM

/// Distance between the centres of neighbouring pixels, and where it was measured.
///
/// A millimetre is shown only where it is known: zero, negative and incomplete values are `none`.
public enum Spacing: Sendable, Equatable {
    /// Pixel Spacing (0028,0030), also of the functional groups. In projections it may be calibrated (PS3.3 §10.7).
    case pixelSpacing(Millimetres)
    /// Imager Pixel Spacing (0018,1164): at the detector, where everything is larger than in the patient (PS3.3 §C.8.11.4).
    case imagerPixelSpacing(Millimetres)
    /// The only region of an ultrasound image, centimetres in both directions (PS3.3 §C.8.5.5).
    case ultrasoundRegion(Millimetres)
    case none

    public struct Millimetres: Sendable, Equatable {
        /// From one row to the next: downwards in the image.
        public let betweenRows: Double
        /// From one column to the next: to the right in the image.
        public let betweenColumns: Double

        public init?(betweenRows: Double, betweenColumns: Double) {
            guard betweenRows.isFinite, betweenColumns.isFinite, betweenRows > 0, betweenColumns > 0 else { return nil }
            self.betweenRows = betweenRows
            self.betweenColumns = betweenColumns
        }
    }

    public init(_ dataSet: DataSet, frameIndex: Int) {
        let measures = FunctionalGroups(dataSet, frameIndex: frameIndex)[.pixelMeasuresSequence] ?? dataSet
        self = if let pair = Self.pair(.pixelSpacing, in: measures) {
            .pixelSpacing(pair)
        } else if let pair = Self.pair(.imagerPixelSpacing, in: dataSet) {
            .imagerPixelSpacing(pair)
        } else if let pair = Self.ultrasoundRegion(in: dataSet) {
            .ultrasoundRegion(pair)
        } else {
            .none
        }
    }

    public var millimetres: Millimetres? {
        switch self {
        case .pixelSpacing(let pair), .imagerPixelSpacing(let pair), .ultrasoundRegion(let pair): pair
        case .none: nil
        }
    }

    /// Height of a pixel in widths of a pixel; from Pixel Aspect Ratio (vertical\horizontal, PS3.3 §C.7.6.3.1.7) where there is no
    /// spacing, 1 where nothing is known. Ratios beyond 1:100 are not believed.
    public static func aspectRatio(_ dataSet: DataSet, frameIndex: Int) -> Double {
        var ratio = 1.0
        if let spacing = Spacing(dataSet, frameIndex: frameIndex).millimetres {
            ratio = spacing.betweenRows / spacing.betweenColumns
        } else {
            let pair = dataSet.decimals(.pixelAspectRatio)
            if pair.count == 2, pair[0] > 0, pair[1] > 0 { ratio = pair[0] / pair[1] }
        }
        return (0.01...100).contains(ratio) ? ratio : 1
    }

    private static func pair(_ tag: Tag, in dataSet: DataSet) -> Millimetres? {
        let numbers = dataSet.decimals(tag)
        return numbers.count == 2 ? Millimetres(betweenRows: numbers[0], betweenColumns: numbers[1]) : nil
    }

    private static func ultrasoundRegion(in dataSet: DataSet) -> Millimetres? {
        let regions = dataSet.items(.sequenceOfUltrasoundRegions)
        // With several regions a distance depends on the place: no one value is true for the image.
        guard regions.count == 1, let region = regions.first, region.integer(.regionSpatialFormat) == 1,
            region.integer(.physicalUnitsXDirection) == 3, region.integer(.physicalUnitsYDirection) == 3,
            let x = region.decimal(.physicalDeltaX), let y = region.decimal(.physicalDeltaY)
        else { return nil }
        return Millimetres(betweenRows: abs(y) * 10, betweenColumns: abs(x) * 10)
    }
}
