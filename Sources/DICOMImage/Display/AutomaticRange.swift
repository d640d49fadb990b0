import DICOM

/// The values shown where neither image nor reader names a window: a choice of this code, and said to be one.
///
/// In values of the modality, so that one range serves a whole series whose slopes differ from image to image: united over
/// several frames it does not flicker from one to the next.
public struct AutomaticRange: Sendable, Equatable {
    public private(set) var low: Double
    public private(set) var high: Double

    /// Nothing is told apart in a range without ends: 0 to 0.
    public init(low: Double, high: Double) {
        let isKnown = low.isFinite && high.isFinite
        self.low = isKnown ? min(low, high) : 0
        self.high = isKnown ? max(low, high) : 0
    }

    /// Pictures of up to 8 bits are made to be seen as they are: all that Bits Stored can say, or of a fractional segmentation
    /// all up to its Maximum Fractional Value. Of others all but the half per cent of the pixels at each end, padding left out.
    init(_ frame: Frame, _ dataSet: DataSet, _ modality: ModalityTransform, _ padding: PixelPadding?) {
        if frame.description.bitsStored <= 8, let range = frame.description.storedRange {
            let top = dataSet.integer(.maximumFractionalValue).flatMap { range.contains($0) && $0 > 0 ? $0 : nil } ?? range.upperBound
            self.init(low: modality(Double(range.lowerBound)), high: modality(Double(top)))
        } else if let ends = SampleStatistics(frame, without: padding).percentiles(0.005, 0.995) {
            self.init(low: modality(ends.low), high: modality(ends.high))
        } else {
            self.init(low: 0, high: 0)
        }
    }

    /// Of one frame.
    /// - Throws: where the modality transformation is broken.
    public init(_ frame: Frame, dataSet: DataSet, frameIndex: Int) throws(ImageError) {
        let modality = try ModalityTransform(dataSet, frameIndex: frameIndex, description: frame.description)
        self.init(frame, dataSet, modality, PixelPadding(dataSet, frame.description))
    }

    /// Widens it by what another frame needs.
    public mutating func formUnion(_ other: AutomaticRange) {
        low = min(low, other.low)
        high = max(high, other.high)
    }
}

extension AutomaticRange {
    /// One range for all frames of an image, wherever it is drawn: that of its first, middle and last, and of the one shown.
    ///
    /// - Parameters:
    ///   - index: of the frame shown, from 0.
    ///   - frame: another frame by its index; one that cannot be decoded takes no part.
    /// - Returns: nil where the image has a window of its own, one frame only, frames that differ in their attributes, or colours.
    /// - Throws: `ImageError` where the modality transformation is broken.
    public static func ofImage(
        _ dataSet: DataSet, showing shown: NativeFrame, at index: Int, of count: Int, frame: (Int) async throws -> NativeFrame
    ) async throws -> AutomaticRange? {
        guard shown.description.photometricInterpretation.isGrey, count > 1, dataSet[.windowCenter] == nil, dataSet[.voilutSequence] == nil,
            dataSet[.perFrameFunctionalGroupsSequence] == nil
        else { return nil }
        var range = try AutomaticRange(Frame(shown), dataSet: dataSet, frameIndex: index)
        for other in Set([0, (count - 1) / 2, count - 1]) where other != index {
            guard let neighbour = try? await frame(other) else { continue }
            range.formUnion(try AutomaticRange(Frame(neighbour), dataSet: dataSet, frameIndex: other))
        }
        return range
    }
}
