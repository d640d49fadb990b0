import DICOM

/// A picture of a whole frame on its way, with the facts that gather.
struct Canvas {
    let frame: Frame
    let dataSet: DataSet
    let frameIndex: Int
    let options: RenderOptions
    private(set) var facts: PictureFacts
    private var profile: ICCProfile?

    init(frame: Frame, dataSet: DataSet, frameIndex: Int, options: RenderOptions) {
        self.frame = frame
        self.dataSet = dataSet
        self.frameIndex = frameIndex
        self.options = options
        facts = PictureFacts(dataSet, frame.description, frameIndex: frameIndex)
    }

    mutating func picture<Level: FixedWidthInteger & UnsignedInteger>(_: Level.Type, _ stored: StoredPixels?) throws(ImageError) -> Picture {
        let description = frame.description
        var levels: [Level], channels = 3
        if description.photometricInterpretation.isGrey {
            (levels, channels) = try grey()
        } else {
            levels = try colours()
        }
        if channels == 3 { manageColours(&levels) }
        cover(&levels, channels, stored)
        return Picture(width: description.columns, height: description.rows, channels: channels, levels: .init(levels), profile: profile)
    }

    // MARK: Greys

    private mutating func grey<Level: FixedWidthInteger & UnsignedInteger>() throws(ImageError) -> ([Level], channels: Int) {
        let transform = try GreyTransform(dataSet, frame: frame, frameIndex: frameIndex, selection: options.selection, automatic: options.automatic)
        tell(transform)
        do {
            if let palette = try Palette.supplemental(dataSet, frameIndex: frameIndex, isSigned: frame.description.isSigned) {
                facts.colourFrom = palette.first
                return (try palette.colours(of: frame, below: transform), 3)
            }
        } catch {
            facts.notes.append("shown in grey, its supplemental palette is broken: \(error)")
        }
        if dataSet[.enhancedPaletteColorLookupTableSequence] != nil {
            facts.notes.append("shown in grey: Enhanced Palette Color Lookup Tables are not applied")
        }
        return (frame.grey(transform), 1)
    }

    private mutating func tell(_ transform: GreyTransform) {
        facts.modality = .init(transform.modality)
        facts.units = ModalityUnits(dataSet, frameIndex: frameIndex)
        facts.voi = .init(transform.voi)
        facts.voiChosenBy = if case .automatic = transform.voi { .automatic } else { options.window == nil && options.choice == 0 ? .image : .reader }
        do {
            let choices = try VOITransform.all(in: dataSet, frameIndex: frameIndex, transform.modality, frame.description)
            facts.voiChoices = choices.map { $0.explanation ?? "" }
        } catch {
            facts.notes.append("its VOI table is broken: \(error)")
        }
        facts.polarity = switch transform.presentation {
        case .identity: .lowIsBlack
        case .inverse: .lowIsWhite
        case .table: .table
        }
        facts.padding = transform.padding?.range
    }

    // MARK: Colours

    private mutating func colours<Level: FixedWidthInteger & UnsignedInteger>() throws(ImageError) -> [Level] {
        let photometric = frame.description.photometricInterpretation
        if photometric == .paletteColor {
            let palette = try Palette(dataSet, isSigned: frame.description.isSigned)
            if palette.hasBytesInWords { facts.notes.append("the palette says 16 bits and uses 8: taken for 8") }
            return try palette.colours(of: frame)
        }
        if photometric == .ybrRCT || photometric == .ybrICT, !frame.description.isSigned {
            facts.notes.append("labelled \(photometric.rawValue), which uncompressed samples without sign cannot be: shown as RGB")
        }
        if let window = options.window {
            facts.voi = .window(window)
            facts.voiChosenBy = .reader
        }
        return try Colour.rgb(frame, window: options.window)
    }

    private mutating func manageColours<Level: FixedWidthInteger & UnsignedInteger>(_ levels: inout [Level]) {
        do throws(ImageError) {
            let own = try ICCProfile.of(dataSet, frameIndex: frameIndex)
            facts.profileSource = own?.source
            facts.colourSpace = own?.space
            switch options.profile {
            case .no?: break
            case .yes?:
                if let own { profile = own.profile } else { profile = try ICCProfile(.sRGB) }
                if own == nil { facts.notes.append("the image does not say what its colours are: the picture says sRGB") }
            case nil:
                guard let own else { break }
                if own.space != .sRGB { try own.profile.convert(&levels, to: .sRGB) }
                facts.colourSpace = .sRGB
            case let asked?:
                guard let space = asked.space else { break }
                if own == nil { facts.notes.append("the image does not say what its colours are: taken for sRGB") }
                let source = if let own { own } else { (profile: try ICCProfile(.sRGB), source: "", space: ICCProfile.Space.sRGB as ICCProfile.Space?) }
                if source.space != space { try source.profile.convert(&levels, to: space) }
                facts.colourSpace = space
                profile = try ICCProfile(space)
            }
        } catch {
            facts.notes.append("colours as they are stored: \(error)")
        }
    }

    // MARK: Above the image

    private mutating func cover<Level: FixedWidthInteger & UnsignedInteger>(_ levels: inout [Level], _ channels: Int, _ stored: StoredPixels?) {
        let rows = frame.description.rows, columns = frame.description.columns
        let (overlays, failures) = Overlay.all(in: dataSet, frameIndex: frameIndex, stored: stored)
        facts.notes += failures.map { "overlay \(String($0.group, radix: 16, uppercase: true))H is not shown: \($0.reason)" }
        facts.overlaysNotDrawn = failures.map(\.group)
        var bitmaps: Set<UInt16> = []
        if options.isShuttered, let shutter = Shutter(dataSet, frameIndex: frameIndex) {
            let mask = shutter.mask(rows: rows, columns: columns, aspectRatio: facts.pixelAspectRatio, overlays: overlays)
            shutter.hide(&levels, mask: mask, channels: channels)
            bitmaps = shutter.bitmaps
            facts.isShuttered = true
        }
        for overlay in overlays where !bitmaps.contains(overlay.group) {
            let isDrawn = options.overlays == .all || options.overlays == .graphics && overlay.kind == .graphics
            if isDrawn { overlay.draw(on: &levels, rows: rows, columns: columns, channels: channels) }
            if isDrawn { facts.overlaysDrawn.append(overlay.group) } else { facts.overlaysNotDrawn.append(overlay.group) }
        }
    }
}
