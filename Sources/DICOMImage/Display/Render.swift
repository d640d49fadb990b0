import DICOM

/// A picture, and what was done to make it.
public struct Rendering: Sendable, Equatable {
    public var picture: Picture
    public var facts: PictureFacts

    public init(picture: Picture, facts: PictureFacts) {
        self.picture = picture
        self.facts = facts
    }

    /// A whole JPEG or PNG file.
    public func encoded(_ format: RenderOptions.Format) throws(ImageError) -> [UInt8] {
        switch format {
        case .jpeg(let quality): try JPEG.encode(picture, quality: quality)
        case .png, .png16: try PNG.encode(picture)
        }
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
        let stored = StoredPixels(bytes: frame, description: description, byteOrder: byteOrder)
        return try rendering(of: samples, dataSet: dataSet, frameIndex: frameIndex, options: options, stored: stored).encoded(options.format)
    }

    /// - Parameter frame: as a codec delivered it.
    /// - Returns: a whole JPEG or PNG file.
    public static func image(
        of frame: NativeFrame, dataSet: DataSet, frameIndex: Int, options: RenderOptions = RenderOptions()
    ) throws(ImageError) -> [UInt8] {
        try rendering(of: Frame(frame), dataSet: dataSet, frameIndex: frameIndex, options: options, stored: StoredPixels(frame)).encoded(options.format)
    }

    /// The frame as it is seen, in the size asked for.
    public static func picture(of frame: Frame, dataSet: DataSet, frameIndex: Int, options: RenderOptions = RenderOptions()) throws(ImageError) -> Picture {
        try rendering(of: frame, dataSet: dataSet, frameIndex: frameIndex, options: options).picture
    }

    /// The frame as it is seen, and what was done to it.
    ///
    /// The order is that of PS3.4 §N.2: greys or colours, shutter, overlays, size; then graphics and texts. The data set's label for colours counts for
    /// nothing here: `frame.description` says what the samples are.
    ///
    /// - Parameter stored: the frame's bytes, where they are at hand: overlays may lie in bits that the samples leave free.
    public static func rendering(
        of frame: Frame, dataSet: DataSet, frameIndex: Int, options: RenderOptions = RenderOptions(), stored: StoredPixels? = nil
    ) throws(ImageError) -> Rendering {
        let presentation = try options.presentation.map { (state) throws(ImageError) in
            try Presentation(state, image: dataSet, description: frame.description, frameIndex: frameIndex, options: options)
        }
        var canvas = Canvas(
            frame: presentation?.frame(frame) ?? frame, dataSet: presentation?.dataSet ?? dataSet, frameIndex: frameIndex,
            options: presentation?.options ?? options)
        let size = try PictureSize(frame.description, dataSet, frameIndex: frameIndex, options.viewport)
        let whole = options.format == .png16 ? try canvas.picture(UInt16.self, stored) : try canvas.picture(UInt8.self, stored)
        let rendering = try presentation?(whole, canvas.facts)
            ?? Rendering(picture: whole.resized(size.source, width: size.width, height: size.height), facts: canvas.facts)
        return try rendering.annotated(dataSet, frameIndex: frameIndex, options)
    }
}
