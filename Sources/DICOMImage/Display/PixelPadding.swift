import DICOM

/// Stored values that fill the frame outside the image: no part of windows and statistics, always black (PS3.3 §C.7.5.1.1.2).
public struct PixelPadding: Sendable, Equatable {
    public let range: ClosedRange<Int>

    public func contains(_ stored: Int) -> Bool { range.contains(stored) }
    func contains(_ stored: Double) -> Bool { stored >= Double(range.lowerBound) && stored <= Double(range.upperBound) }

    /// nil where the image has no padding value, or one that its Bits Stored cannot hold.
    public init?(_ dataSet: DataSet, _ description: PixelDescription) {
        guard description.photometricInterpretation.isGrey, let stored = description.storedRange else { return nil }
        // Its VR is that of the pixels (PS3.6: US or SS), whatever a writer said.
        func sample(_ tag: Tag) -> Int? {
            dataSet.integer(tag).map { description.isSigned ? Int(Int16(truncatingIfNeeded: $0)) : $0 & 0xFFFF }
        }
        guard description.bitsAllocated <= 16, let value = sample(.pixelPaddingValue), stored.contains(value) else { return nil }
        let limit = sample(.pixelPaddingRangeLimit).flatMap { stored.contains($0) ? $0 : nil } ?? value
        range = min(value, limit)...max(value, limit)
    }
}
