import DICOM

/// The whole way from stored value to grey (PS3.4 §N.2): modality, values of interest, presentation.
///
/// A value that others may change: a presentation state exchanges its parts.
public struct GreyTransform: Sendable, Equatable {
    public var modality: ModalityTransform
    public var voi: VOITransform
    public var presentation: PresentationTransform
    public var padding: PixelPadding?

    public init(modality: ModalityTransform, voi: VOITransform, presentation: PresentationTransform, padding: PixelPadding? = nil) {
        self.modality = modality
        self.voi = voi
        self.presentation = presentation
        self.padding = padding
    }

    /// Grey from 0 (black) to 1 (white).
    public func level(_ stored: Double) -> Double { presentation(voi(modality(stored))) }

    /// The grey of each stored value from `range.lowerBound` on, spread over all of `Level`'s values: the nearest level, of two
    /// equally near ones the brighter.
    func table<Level: FixedWidthInteger & UnsignedInteger>(over range: ClosedRange<Int>, _: Level.Type) -> [Level] {
        return [Level](unsafeUninitializedCapacity: range.count) { table, made in
            var index = 0
            for stored in range {
                table[index] = Frame.level(level(Double(stored)))
                index += 1
            }
            // Black, also where low values are white (PS3.3 §C.7.5.1.1.2).
            if let padding, padding.range.overlaps(range) {
                for stored in padding.range.clamped(to: range) { table[stored - range.lowerBound] = 0 }
            }
            made = range.count
        }
    }
}

extension GreyTransform {
    /// How the image asks to be shown, or how the reader does.
    ///
    /// - Parameters:
    ///   - selection: which values of interest; by default the image's first table or window.
    ///   - automatic: shown where neither image nor reader names any; nil for what this frame alone asks for.
    public init(
        _ dataSet: DataSet, frame: Frame, frameIndex: Int, selection: VOISelection = .own(0), automatic: AutomaticRange? = nil
    ) throws(ImageError) {
        let description = frame.description
        let modality = try ModalityTransform(dataSet, frameIndex: frameIndex, description: description)
        let padding = PixelPadding(dataSet, description)
        let presentation = try PresentationTransform(dataSet, description.photometricInterpretation)
        func range() -> VOITransform { .automatic(automatic ?? AutomaticRange(frame, dataSet, modality, padding)) }
        let voi: VOITransform = switch selection {
        case .window(let window): .window(window)
        case .automatic: range()
        case .own(let index):
            try VOITransform.chosen(index, from: VOITransform.all(in: dataSet, frameIndex: frameIndex, modality, description)) ?? range()
        }
        self.init(modality: modality, voi: voi, presentation: presentation, padding: padding)
    }
}
