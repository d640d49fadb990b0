import DICOM

/// A picture, and what of the wishes behind it could not be fulfilled.
public struct PresentedPicture: Sendable, Equatable {
    public let picture: Picture
    /// Where the picture differs from what was asked for, in words; empty where it does not.
    public let remarks: [String]
    /// What lies at its edges.
    public let edges: EdgeLetters
}

/// A presentation state applied to one frame, after the grey values are made.
struct Presentation {
    let state: PresentationState
    let placement: Placement
    /// The image's attributes as the state wants them: what greys, shutters and overlays are made from.
    let dataSet: DataSet
    private let area: DisplayedArea?
    private let viewport: RenderOptions.Viewport?
    private let frameIndex: Int
    private let instance: String
    private let description: PixelDescription

    /// - Throws: `invalid` where the state is meant for another image or a part of it contradicts the image or the request.
    init(
        _ state: PresentationState, image: DataSet, description: PixelDescription, frameIndex: Int, viewport: RenderOptions.Viewport?
    ) throws(ImageError) {
        try state.check(image, frameIndex: frameIndex)
        guard viewport?.source == nil else {
            throw ImageError(.invalid, .displayedAreaSelectionSequence, "the presentation state says which part is shown, the viewport cannot")
        }
        self.state = state
        self.frameIndex = frameIndex
        self.viewport = viewport
        self.description = description
        instance = image.string(.sopInstanceUID) ?? ""
        dataSet = try state.replacing(in: image, description, frameIndex: frameIndex)
        area = try state.displayedArea(instance: instance, frameIndex: frameIndex)
        placement = try Placement(
            area: area?.area ?? PixelRectangle(x: 0, y: 0, width: description.columns, height: description.rows),
            transformation: state.transformation,
            aspectRatio: area?.aspectRatio ?? Spacing.aspectRatio(image, frameIndex: frameIndex), size: area?.size, viewport: viewport)
    }

    /// The frame as the grey transform is to see it: the state alone says what is white.
    func frame(_ frame: Frame) -> Frame {
        guard frame.description.photometricInterpretation == .monochrome1, state.kind != .color else { return frame }
        return Frame(description: frame.description.interleaved(as: .monochrome2), samples: frame.samples)
    }

    /// - Parameter whole: the picture of the whole stored frame, shutters and overlays in it.
    func callAsFunction(_ whole: Picture) throws(ImageError) -> PresentedPicture {
        let coloured = state.kind == .pseudoColor ? try whole.coloured(by: state.dataSet, description) : whole
        let annotations = state.annotations(instance: instance, frameIndex: frameIndex)
        let (picture, drawn) = AnnotationDrawing.draw(annotations, layers: state.layers, on: placement(coloured), placement)
        let edges = EdgeLetters(dataSet, frameIndex: frameIndex).transformed(by: state.transformation)
        return PresentedPicture(picture: picture, remarks: state.remarks + state.curveRemarks + sizeRemarks + drawn, edges: edges)
    }

    private var sizeRemarks: [String] {
        switch area?.size {
        case .trueSize?: ["TRUE SIZE is not applied: how large the pixels of the display are is not known here"]
        case .magnify(let ratio)? where Double(placement.width) < (Double(state.transformation.swapsSides ? placement.area.height : placement.area.width) * ratio).rounded():
            ["MAGNIFY \(ratio) is more than the viewport holds: the displayed area is scaled to fit"]
        default: []
        }
    }
}

extension Picture {
    /// Greys as indices of a palette, the lightest being its last entry (PS3.3 §A.33.3, PS3.4 §N.2.5).
    func coloured(by dataSet: DataSet, _ description: PixelDescription) throws(ImageError) -> Picture {
        guard channels == 1 else { throw ImageError(.invalid, .photometricInterpretation, "a palette for greys, and an image in colours") }
        let palette = try Palette(dataSet, isSigned: false)
        let last = UInt32(dataSet.integers(.redPaletteColorLookupTableDescriptor).first.map { $0 == 0 ? 65535 : max($0, 1) - 1 } ?? 0)
        let indices: [UInt16] = switch levels {
        case .eight(let levels): levels.map { UInt16(truncatingIfNeeded: (UInt32($0) * last + 127) / 255) }
        case .sixteen(let levels): levels.map { UInt16(truncatingIfNeeded: (UInt32($0) * last + 32767) / 65535) }
        }
        let frame = Frame(description: description.interleaved(as: .paletteColor), samples: .unsigned16(indices))
        return Picture(width: width, height: height, channels: 3, levels: .eight(try palette.colours(of: frame)))
    }
}
