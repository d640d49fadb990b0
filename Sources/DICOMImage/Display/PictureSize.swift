import DICOM

/// Which part of an image a picture shows, and how large.
///
/// Without a viewport a picture has a pixel for each of the image's: columns × rows as stored (PS3.18 §8.3.5.1.3), so that places
/// in it are places in the image; ``PictureFacts/pixelAspectRatio`` tells where those are not square. A viewport has square
/// pixels, and the image is drawn in its true shape.
struct PictureSize {
    let source: PixelRectangle
    let width: Int
    let height: Int

    /// - Throws: `invalid` for a part that is not within the image, `tooLarge`.
    init(_ description: PixelDescription, _ dataSet: DataSet, frameIndex: Int, _ viewport: RenderOptions.Viewport?) throws(ImageError) {
        let all = PixelRectangle(x: 0, y: 0, width: description.columns, height: description.rows)
        guard let viewport else {
            source = all
            width = all.width
            height = all.height
            return
        }
        source = viewport.source ?? all
        guard source.x >= 0, source.y >= 0, source.width > 0, source.height > 0,
            source.x < all.width, source.y < all.height, source.width <= all.width - source.x, source.height <= all.height - source.y
        else { throw ImageError(.invalid, nil, "the part asked for is not within \(all.width) columns and \(all.height) rows") }
        guard viewport.width > 0, viewport.height > 0, viewport.width <= 1 << 16, viewport.height <= 1 << 16,
            viewport.width * viewport.height <= ImageLimits.framePixels
        else { throw ImageError(.tooLarge, nil, "a viewport of \(viewport.width) × \(viewport.height) pixels") }
        // Height and width of the part in one unit.
        let high = Double(source.height) * Spacing.aspectRatio(dataSet, frameIndex: frameIndex), wide = Double(source.width)
        let scale = min(Double(viewport.width) / wide, Double(viewport.height) / high)
        width = min(max(Int((wide * scale).rounded()), 1), viewport.width)
        height = min(max(Int((high * scale).rounded()), 1), viewport.height)
    }
}
