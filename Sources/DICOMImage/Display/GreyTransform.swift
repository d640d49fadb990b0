import DICOM

/// The whole way from stored value to grey (PS3.4 §N.2): modality, values of interest, presentation.
public struct GreyTransform: Sendable, Equatable {
    public var modality: ModalityTransform
    public var voi: VOITransform
    /// Low values are white: MONOCHROME1, or Presentation LUT Shape INVERSE. An image that says both says one thing twice.
    public var isInverted: Bool
    public var padding: PixelPadding?

    /// Grey from 0 (black) to 1 (white). The inversion comes last (PS3.3 §C.7.6.3.1.2).
    func level(_ stored: Double) -> Double {
        let level = voi(modality(stored))
        return isInverted ? 1 - level : level
    }

    /// The grey of each stored value from `range.lowerBound` on, spread over all of `Level`'s values.
    func table<Level: FixedWidthInteger & UnsignedInteger>(over range: ClosedRange<Int>, _: Level.Type) -> [Level] {
        let top = Double(Level.max)
        var table = range.map { Level(level(Double($0)) * top + 0.5) }
        if let padding, padding.range.overlaps(range) {
            for stored in padding.range.clamped(to: range) { table[stored - range.lowerBound] = 0 }
        }
        return table
    }

    /// How the image asks to be shown.
    ///
    /// - Parameter window: instead of the image's own; nil for its first table or window, or an automatic one where it has none.
    public init(_ dataSet: DataSet, frame: Frame, frameIndex: Int, window: Window? = nil) throws(ImageError) {
        let description = frame.description
        modality = try ModalityTransform(dataSet, frameIndex: frameIndex, isSigned: description.isSigned)
        padding = PixelPadding(dataSet, description)
        isInverted = description.photometricInterpretation == .monochrome1 || dataSet.string(.presentationLUTShape) == "INVERSE"
        if let window {
            voi = .window(window)
        } else if let own = try VOITransform.all(in: dataSet, frameIndex: frameIndex, isSigned: modality.isSigned).first {
            voi = own
        } else {
            voi = Self.automatic(frame, modality, padding)
        }
    }

    /// Pictures of 8 bits are made to be seen as they are; of others, all but the half per cent at each end.
    static func automatic(_ frame: Frame, _ modality: ModalityTransform, _ padding: PixelPadding?) -> VOITransform {
        let ends: (Double, Double)
        if frame.description.bitsStored <= 8, let range = frame.description.storedRange {
            ends = (Double(range.lowerBound), Double(range.upperBound))
        } else {
            ends = frame.percentiles(0.005, 0.995, without: padding)
        }
        let (a, b) = (modality(ends.0), modality(ends.1))
        return .range(low: min(a, b), high: max(a, b))
    }
}
