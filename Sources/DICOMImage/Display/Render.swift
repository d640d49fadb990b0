import DICOM

/// How a frame is to be rendered (PS3.18 §8.3.5).
public struct RenderOptions: Sendable, Equatable {
    public enum Format: Sendable, Equatable {
        /// 1 to 100.
        case jpeg(quality: Int)
        case png
        /// Greys of 16 bits; colours stay at 8.
        case png16
    }

    /// The picture becomes as large as fits into it with square pixels.
    public struct Viewport: Sendable, Equatable {
        public var width: Int
        public var height: Int
        /// The part of the image to be shown; nil for all of it.
        public var source: PixelRectangle?

        public init(width: Int, height: Int, source: PixelRectangle? = nil) {
            self.width = width
            self.height = height
            self.source = source
        }
    }

    public var format: Format
    /// nil: columns × rows as stored, whatever the shape of a pixel.
    public var viewport: Viewport?
    /// Instead of the image's own; without effect on colours.
    public var window: Window?

    public init(format: Format = .jpeg(quality: 90), viewport: Viewport? = nil, window: Window? = nil) {
        self.format = format
        self.viewport = viewport
        self.window = window
    }
}

/// Frames to pictures that every browser shows.
public enum Render {
    /// - Parameters:
    ///   - dataSet: the attributes before the pixel data.
    ///   - frame: bytes of the value field that hold the frame, as they lie there; uncompressed.
    ///   - frameIndex: from 0.
    /// - Returns: a whole JPEG or PNG file.
    public static func image(
        dataSet: DataSet, frame: [UInt8], byteOrder: ByteOrder, frameIndex: Int, options: RenderOptions = RenderOptions()
    ) throws(ImageError) -> [UInt8] {
        let description = try PixelDescription(dataSet)
        let samples = try Frame(native: frame, description: description, byteOrder: byteOrder, index: frameIndex)
        let picture = try picture(of: samples, dataSet: dataSet, frameIndex: frameIndex, options: options)
        return switch options.format {
        case .jpeg(let quality): try JPEG.encode(picture, quality: quality)
        case .png, .png16: try PNG.encode(picture)
        }
    }

    /// The frame as it is seen, in the size asked for.
    public static func picture(of frame: Frame, dataSet: DataSet, frameIndex: Int, options: RenderOptions = RenderOptions()) throws(ImageError) -> Picture {
        let size = try size(of: frame.description, dataSet, frameIndex, options.viewport)
        let levels = try levels(of: frame, dataSet, frameIndex, options)
        let channels = frame.description.photometricInterpretation.isGrey ? 1 : 3
        let whole = Picture(width: frame.description.columns, height: frame.description.rows, channels: channels, levels: levels)
        return whole.resized(size.source, width: size.width, height: size.height)
    }

    private static func levels(of frame: Frame, _ dataSet: DataSet, _ frameIndex: Int, _ options: RenderOptions) throws(ImageError) -> Picture.Levels {
        switch frame.description.photometricInterpretation {
        case .monochrome1, .monochrome2:
            let transform = try GreyTransform(dataSet, frame: frame, frameIndex: frameIndex, window: options.window)
            return options.format == .png16 ? .sixteen(frame.grey(transform)) : .eight(frame.grey(transform))
        case .paletteColor: return .eight(try Palette(dataSet, isSigned: frame.description.isSigned).colours(of: frame))
        default: return .eight(try Colour.rgb(frame))
        }
    }

    private static func size(
        of description: PixelDescription, _ dataSet: DataSet, _ frameIndex: Int, _ viewport: RenderOptions.Viewport?
    ) throws(ImageError) -> (source: PixelRectangle, width: Int, height: Int) {
        let all = PixelRectangle(x: 0, y: 0, width: description.columns, height: description.rows)
        guard let viewport else { return (all, all.width, all.height) }
        let source = viewport.source ?? all
        guard source.x >= 0, source.y >= 0, source.width > 0, source.height > 0,
            source.width <= all.width - source.x, source.height <= all.height - source.y
        else { throw ImageError(.invalid, nil, "the part asked for is not within \(all.width) columns and \(all.height) rows") }
        guard viewport.width > 0, viewport.height > 0, viewport.width <= 1 << 16, viewport.height <= 1 << 16,
            viewport.width * viewport.height <= ImageLimits.framePixels
        else { throw ImageError(.tooLarge, nil, "a viewport of \(viewport.width) × \(viewport.height) pixels") }
        // Height and width of the part in one unit.
        let high = Double(source.height) * Spacing.aspectRatio(dataSet, frameIndex: frameIndex), wide = Double(source.width)
        let scale = min(Double(viewport.width) / wide, Double(viewport.height) / high)
        let width = min(max(Int((wide * scale).rounded()), 1), viewport.width)
        let height = min(max(Int((high * scale).rounded()), 1), viewport.height)
        return (source, width, height)
    }
}
