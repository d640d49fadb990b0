/// Where the pixels of a stored image lie in the picture made of it: cut out, turned, mirrored, scaled.
struct Placement: Sendable, Equatable {
    /// Of the stored image; may reach beyond it.
    let area: PixelRectangle
    let transformation: SpatialTransformation
    /// Pixels of the picture.
    let width: Int, height: Int
    /// Smaller than asked for: the viewport is.
    let isReduced: Bool

    /// - Parameters:
    ///   - aspectRatio: height of a stored pixel in widths of it.
    ///   - size: nil: as large as the viewport lets it be.
    init(
        area: PixelRectangle, transformation: SpatialTransformation, aspectRatio: Double, size: DisplayedArea.Size?,
        viewport: RenderOptions.Viewport?
    ) throws(ImageError) {
        self.area = area
        self.transformation = transformation
        // In units that are square, before and after the turn; the shorter side of a pixel keeps its count, so that none is lost.
        let unit = min(1, aspectRatio)
        var wide = Double(area.width) / unit, high = Double(area.height) * aspectRatio / unit
        if transformation.swapsSides { swap(&wide, &high) }
        var scale = 1.0
        if case .magnify(let ratio) = size { scale = ratio * unit }
        var isReduced = false
        if let viewport {
            guard viewport.width > 0, viewport.height > 0, viewport.width <= 1 << 16, viewport.height <= 1 << 16,
                viewport.width * viewport.height <= ImageLimits.framePixels
            else { throw ImageError(.tooLarge, nil, "a viewport of \(viewport.width) × \(viewport.height) pixels") }
            let fitting = min(Double(viewport.width) / wide, Double(viewport.height) / high)
            if case .magnify = size {
                isReduced = fitting < scale
                scale = min(scale, fitting)
            } else {
                scale = fitting
            }
        }
        self.isReduced = isReduced
        guard wide * scale * high * scale <= Double(ImageLimits.framePixels), max(wide, high) * scale <= 65536 else {
            throw ImageError(.tooLarge, .presentationPixelMagnificationRatio, "a picture of \(wide * scale) × \(high * scale) pixels")
        }
        width = max(Int((wide * scale).rounded()), 1)
        height = max(Int((high * scale).rounded()), 1)
    }

    /// The picture of the whole stored image, placed.
    func callAsFunction(_ whole: Picture) -> Picture {
        whole.cut(area).transformed(by: transformation).resized(to: (width, height))
    }

    /// From image coordinates, 0, 0 being the outer corner of the first pixel, to those of the picture.
    func place(_ point: Point) -> Point {
        let moved = transformation(Point(point.x - Double(area.x), point.y - Double(area.y)), width: Double(area.width), height: Double(area.height))
        let (wide, high) = transformation.swapsSides ? (area.height, area.width) : (area.width, area.height)
        return Point(moved.x * Double(width) / Double(wide), moved.y * Double(height) / Double(high))
    }

    func place(_ point: Point, _ units: GraphicAnnotation.Units) -> Point {
        switch units {
        case .pixel: place(point)
        case .display: Point(point.x * Double(width), point.y * Double(height))
        }
    }
}

extension Picture {
    /// A part of it; black where the part reaches beyond it.
    func cut(_ part: PixelRectangle) -> Picture {
        guard part != PixelRectangle(x: 0, y: 0, width: width, height: height) else { return self }
        let levels: Levels = switch self.levels {
        case .eight(let levels): .eight(cut(levels, part))
        case .sixteen(let levels): .sixteen(cut(levels, part))
        }
        return Picture(width: part.width, height: part.height, channels: channels, levels: levels, profile: profile)
    }

    private func cut<Level: FixedWidthInteger>(_ levels: [Level], _ part: PixelRectangle) -> [Level] {
        var result = [Level](repeating: 0, count: part.width * part.height * channels)
        let first = max(part.x, 0), end = min(part.x + part.width, width)
        guard first < end else { return result }
        for row in max(part.y, 0)..<max(min(part.y + part.height, height), max(part.y, 0)) {
            let source = (row * width + first) * channels
            let target = ((row - part.y) * part.width + first - part.x) * channels
            result.replaceSubrange(target..<target + (end - first) * channels, with: levels[source..<source + (end - first) * channels])
        }
        return result
    }

    func resized(to size: (width: Int, height: Int)) -> Picture {
        resized(PixelRectangle(x: 0, y: 0, width: width, height: height), width: size.width, height: size.height)
    }
}
