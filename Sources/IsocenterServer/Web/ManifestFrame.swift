import DICOM
import DICOMImage

/// What a frame's own functional groups say in place of the image's; what is absent is as in the image.
struct ManifestFrame: Encodable {
    var rescaleSlope: Double?
    var rescaleIntercept: Double?
    var rescaleType: String?
    var windowCenter: [Double]?
    var windowWidth: [Double]?
    var windowExplanation: [String]?
    var voiLUTFunction: String?
    var pixelSpacing: [Double]?
    var spacing: ManifestSpacing?
    var imagePosition: [Double]?
    var imageOrientation: [Double]?
    var letters: ManifestLetters?

    /// One for each frame the object describes; nil where it describes none.
    static func all(of dataSet: DataSet, _ frames: [StackFrame]) -> [ManifestFrame]? {
        let items = dataSet.items(.perFrameFunctionalGroupsSequence)
        guard !items.isEmpty else { return nil }
        return zip(items, frames).map { ManifestFrame($0, $1, $1.spacing == frames[0].spacing, $1.letters == frames[0].letters) }
    }

    private init(_ groups: DataSet, _ frame: StackFrame, _ isSpacingShared: Bool, _ areLettersShared: Bool) {
        if let rescale = groups.items(.pixelValueTransformationSequence).first {
            rescaleSlope = rescale.decimal(.rescaleSlope)
            rescaleIntercept = rescale.decimal(.rescaleIntercept)
            rescaleType = rescale.string(.rescaleType)
        }
        if let voi = groups.items(.frameVOILUTSequence).first {
            windowCenter = voi.decimals(.windowCenter)
            windowWidth = voi.decimals(.windowWidth)
            windowExplanation = voi.strings(.windowCenterWidthExplanation)
            voiLUTFunction = voi.string(.voilutFunction)
        }
        if let measures = groups.items(.pixelMeasuresSequence).first { pixelSpacing = measures.decimals(.pixelSpacing, count: 2) }
        if let position = groups.items(.planePositionSequence).first { imagePosition = position.decimals(.imagePositionPatient, count: 3) }
        if let plane = groups.items(.planeOrientationSequence).first { imageOrientation = plane.decimals(.imageOrientationPatient, count: 6) }
        // Most frames of an image share size and direction with its first: said once.
        if !isSpacingShared { spacing = ManifestSpacing(frame.spacing) }
        if !areLettersShared { letters = frame.letters.map(ManifestLetters.init) ?? ManifestLetters() }
    }
}

/// Letters at the edges of the picture as stored; empty where there are none.
struct ManifestLetters: Encodable {
    var left = "", right = "", top = "", bottom = ""

    init() {}
    init(_ letters: EdgeLetters) { (left, right, top, bottom) = (letters.left, letters.right, letters.top, letters.bottom) }
}

/// Millimetres with where they hold (``Spacing``).
struct ManifestSpacing: Encodable {
    /// Between rows, between columns; nil where lengths are pixels.
    var row: Double?
    var column: Double?
    var source: String
    var words: String
    var warnings: [String]
    var regions: [Region]

    struct Region: Encodable {
        /// First and last, from 0.
        var columns: [Int], rows: [Int]
        var format: Int, hasPriority: Bool
        var horizontal: Axis, vertical: Axis
    }
    struct Axis: Encodable { var unit: String, delta: Double? }

    init(_ spacing: Spacing) {
        row = spacing.millimetres?.betweenRows
        column = spacing.millimetres?.betweenColumns
        source = spacing.source.name
        words = spacing.source.words
        warnings = spacing.warnings
        regions = spacing.regions.map { region in
            Region(
                columns: [region.columns.lowerBound, region.columns.upperBound], rows: [region.rows.lowerBound, region.rows.upperBound],
                format: region.spatialFormat, hasPriority: region.hasPriority,
                horizontal: Axis(unit: region.horizontal.unit.symbol, delta: region.horizontal.delta),
                vertical: Axis(unit: region.vertical.unit.symbol, delta: region.vertical.delta))
        }
    }
}
