import DICOM

/// A presentation state applied to one frame: before the greys are made, and after.
struct Presentation {
    let state: PresentationState
    let placement: Placement
    /// The image's attributes as the state wants them: what greys, shutters and overlays are made from.
    let dataSet: DataSet
    /// What is asked for, but for what the state decides.
    let options: RenderOptions
    private let area: DisplayedArea?
    private let description: PixelDescription
    private let frameIndex: Int
    private let instance: String

    /// - Throws: `invalid` where the state is meant for another image, or what is asked for contradicts it.
    init(
        _ state: PresentationState, image: DataSet, description: PixelDescription, frameIndex: Int, options: RenderOptions
    ) throws(ImageError) {
        try state.check(image, frameIndex: frameIndex)
        guard options.viewport?.source == nil else {
            throw ImageError(.invalid, .displayedAreaSelectionSequence, "the presentation state says which part is shown, the viewport cannot")
        }
        guard options.window == nil, options.choice == 0 else {
            throw ImageError(.invalid, .softcopyVOILUTSequence, "the presentation state says which values are shown, no window beside it can")
        }
        self.state = state
        self.frameIndex = frameIndex
        self.description = description
        // The state alone activates overlays, regions of interest too.
        var options = options
        options.overlays = .all
        self.options = options
        instance = image.string(.sopInstanceUID) ?? ""
        dataSet = try state.replacing(in: image, description, frameIndex: frameIndex)
        area = try state.displayedArea(instance: instance, frameIndex: frameIndex)
        placement = try Placement(
            area: area?.area ?? PixelRectangle(x: 0, y: 0, width: description.columns, height: description.rows),
            transformation: state.transformation,
            aspectRatio: area?.aspectRatio ?? Spacing.aspectRatio(image, frameIndex: frameIndex), size: area?.size, viewport: options.viewport)
    }

    /// The frame as the grey transform is to see it: the state alone says what is white.
    func frame(_ frame: Frame) -> Frame {
        guard frame.description.photometricInterpretation == .monochrome1, state.kind != .color else { return frame }
        return Frame(description: frame.description.interleaved(as: .monochrome2), samples: frame.samples)
    }

    /// - Parameter whole: the picture of the whole stored frame, shutters and overlays in it.
    func callAsFunction(_ whole: Picture, _ facts: PictureFacts) throws(ImageError) -> Rendering {
        let coloured = state.kind == .pseudoColor ? try whole.coloured(by: state.dataSet, description) : whole
        let annotations = state.annotations(instance: instance, frameIndex: frameIndex)
        let (picture, drawn) = AnnotationDrawing.draw(annotations, layers: state.layers, on: placement(coloured), placement)
        var facts = facts
        facts.notes += state.remarks + state.curveRemarks + state.overlayRemarks + sizeRemarks + drawn
        return Rendering(picture: picture, facts: facts)
    }

    private var sizeRemarks: [String] {
        switch area?.size {
        case .trueSize?: ["TRUE SIZE is not applied: how large the pixels of the display are is not known here"]
        case .magnify(let ratio)? where placement.isReduced:
            ["MAGNIFY \(ratio) is more than the viewport holds: the displayed area is scaled to fit"]
        default: []
        }
    }
}

extension Picture {
    /// Greys as indices of a palette, the lightest being its last entry (PS3.4 §N.2.5).
    func coloured(by dataSet: DataSet, _ description: PixelDescription) throws(ImageError) -> Picture {
        let palette = try Palette(dataSet, isSigned: false)
        let stated = (dataSet.integers(.redPaletteColorLookupTableDescriptor).first ?? 1) & 0xFFFF
        let last = UInt32(stated == 0 ? 65535 : stated - 1)
        let indices: [UInt16] = switch levels {
        case .eight(let levels): levels.map { UInt16(truncatingIfNeeded: (UInt32($0) * last + 127) / 255) }
        case .sixteen(let levels): levels.map { UInt16(truncatingIfNeeded: (UInt64($0) * UInt64(last) + 32767) / 65535) }
        }
        let frame = Frame(description: description.interleaved(as: .paletteColor), samples: .unsigned16(indices))
        let colours: [UInt8] = try palette.colours(of: frame)
        return Picture(width: width, height: height, channels: 3, levels: .eight(colours))
    }
}
