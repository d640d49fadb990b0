/// What the samples of a pixel mean (PS3.3 §C.7.6.3.1.2); raw values are the defined terms.
public enum PhotometricInterpretation: String, Sendable, CaseIterable {
    case monochrome1 = "MONOCHROME1"
    case monochrome2 = "MONOCHROME2"
    case paletteColor = "PALETTE COLOR"
    case rgb = "RGB"
    case ybrFull = "YBR_FULL"
    case ybrFull422 = "YBR_FULL_422"
    case ybrPartial420 = "YBR_PARTIAL_420"
    case ybrPartial422 = "YBR_PARTIAL_422"
    case ybrICT = "YBR_ICT"
    case ybrRCT = "YBR_RCT"
    case xyb = "XYB"

    public var samplesPerPixel: Int { isGrey || self == .paletteColor ? 1 : 3 }
    /// Two pixels of a row share their chroma in uncompressed pixel data.
    public var sharesChroma: Bool { self == .ybrFull422 || self == .ybrPartial422 }
    /// The same meaning with chroma for each pixel; the partial range has no term of its own for that.
    public var withFullChroma: PhotometricInterpretation { self == .ybrFull422 ? .ybrFull : self }
    public var isGrey: Bool { self == .monochrome1 || self == .monochrome2 }
}
