import DICOM

/// The part of an image to be shown, and how large (PS3.3 §C.10.4).
public struct DisplayedArea: Sendable, Equatable {
    public enum Size: Sendable, Equatable {
        case scaleToFit
        /// As large as the patient: Presentation Pixel Spacing in millimetres.
        case trueSize
        /// Pixels of the display for one of the image, along both sides.
        case magnify(Double)
    }

    /// Of the image as it is stored, before any transformation. May reach beyond the image on every side: what lies there is black.
    public let area: PixelRectangle
    public let size: Size
    /// Height of a pixel in widths of a pixel; nil where the item does not say.
    public let aspectRatio: Double?

    init(_ item: DataSet) throws(ImageError) {
        let first = try Self.corner(.displayedAreaTopLeftHandCorner, in: item)
        let last = try Self.corner(.displayedAreaBottomRightHandCorner, in: item)
        // The corners are the top left and bottom right ones *after* the transformation, their numbers those of before:
        // in a turned image the first may lie below or right of the last.
        area = PixelRectangle(
            x: min(first.column, last.column) - 1, y: min(first.row, last.row) - 1,
            width: abs(last.column - first.column) + 1, height: abs(last.row - first.row) + 1)
        guard area.width * area.height <= ImageLimits.framePixels else {
            throw ImageError(.tooLarge, .displayedAreaBottomRightHandCorner, "a displayed area of \(area.width) × \(area.height) pixels")
        }
        switch item.string(.presentationSizeMode) {
        case "SCALE TO FIT": size = .scaleToFit
        case "TRUE SIZE": size = .trueSize
        case "MAGNIFY":
            guard let ratio = item.decimal(.presentationPixelMagnificationRatio), (1e-3...1e3).contains(ratio) else {
                throw ImageError(.invalid, .presentationPixelMagnificationRatio, "is needed to magnify, from 0.001 to 1000")
            }
            size = .magnify(ratio)
        case let mode: throw ImageError(.invalid, .presentationSizeMode, "is \(mode ?? "empty"), not a term of PS3.3 §C.10.4")
        }
        aspectRatio = Self.aspectRatio(item)
    }

    /// Pixel numbers from 1; negative and 0 left of and above the image. Far beyond any image is a mistake.
    private static func corner(_ tag: Tag, in item: DataSet) throws(ImageError) -> (column: Int, row: Int) {
        let numbers = item.integers(tag)
        guard numbers.count == 2, numbers.allSatisfy({ abs($0) <= 1 << 20 }) else {
            throw ImageError(.invalid, tag, "is not the column and row of a pixel")
        }
        return (numbers[0], numbers[1])
    }

    private static func aspectRatio(_ item: DataSet) -> Double? {
        // Both are vertical\horizontal.
        for tag in [Tag.presentationPixelSpacing, .presentationPixelAspectRatio] {
            let pair = item.decimals(tag)
            if pair.count == 2, pair[0] > 0, pair[1] > 0, (0.01...100).contains(pair[0] / pair[1]) { return pair[0] / pair[1] }
        }
        return nil
    }
}
