import DICOM

/// From the modality's values to grey, 0 to 1: the values of interest (PS3.3 §C.11.2).
public enum VOITransform: Sendable, Equatable {
    case window(Window)
    case table(VOITable)
    /// Linear from the lowest to the highest value of a range that nobody asked for.
    case automatic(AutomaticRange)

    public struct VOITable: Sendable, Equatable {
        /// LUT Explanation (0028,3003).
        public let explanation: String?
        let table: LookupTable

        /// - Parameters:
        ///   - item: of a VOI LUT Sequence (0028,3010).
        ///   - isSigned: its inputs may be negative.
        public init(_ item: DataSet, isSigned: Bool) throws(ImageError) {
            table = try LookupTable(descriptor: .lutDescriptor, data: .lutData, in: item, isSigned: isSigned)
            explanation = item.string(.lutExplanation)
        }
    }

    public func callAsFunction(_ value: Double) -> Double {
        switch self {
        case .window(let window): window(value)
        case .table(let voi): Double(voi.table(Int(clamped: value))) / voi.table.top
        case .automatic(let range): range.high > range.low ? min(max((value - range.low) / (range.high - range.low), 0), 1) : 0
        }
    }

    /// What the image itself offers to choose from: its tables first, then its windows (PS3.3 §C.11.2: only one is applied).
    ///
    /// - Throws: only where every choice is a broken table; a broken one beside others is left out.
    public static func all(in dataSet: DataSet, frameIndex: Int, description: PixelDescription) throws(ImageError) -> [VOITransform] {
        let modality = try ModalityTransform(dataSet, frameIndex: frameIndex, description: description)
        return try all(in: dataSet, frameIndex: frameIndex, modality, description)
    }

    static func all(
        in dataSet: DataSet, frameIndex: Int, _ modality: ModalityTransform, _ description: PixelDescription
    ) throws(ImageError) -> [VOITransform] {
        let source = FunctionalGroups(dataSet, frameIndex: frameIndex)[.frameVOILUTSequence] ?? dataSet
        let isSigned = modality.mayBeNegative(description)
        var failure: ImageError?
        var result: [VOITransform] = []
        for item in source.items(.voilutSequence) {
            do throws(ImageError) { result.append(.table(try VOITable(item, isSigned: isSigned))) } catch { failure = error }
        }
        result += Window.all(in: dataSet, frameIndex: frameIndex).map(VOITransform.window)
        if result.isEmpty, let failure { throw failure }
        return result
    }

    /// nil where there are none to choose from.
    static func chosen(_ index: Int, from choices: [VOITransform]) throws(ImageError) -> VOITransform? {
        if choices.isEmpty, index == 0 { return nil }
        guard choices.indices.contains(index) else {
            throw ImageError(.invalid, .windowCenter, "choice \(index + 1) of \(choices.count) tables and windows was asked for")
        }
        return choices[index]
    }
}

extension VOITransform {
    /// What a writer says of it; nil for nothing.
    public var explanation: String? {
        switch self {
        case .window(let window): window.explanation
        case .table(let table): table.explanation
        case .automatic: nil
        }
    }
}

/// Which values of interest are to be seen.
public enum VOISelection: Sendable, Equatable {
    /// The image's own, counted from 0 in the order of ``VOITransform/all(in:frameIndex:description:)``; automatic where it has none.
    case own(Int)
    case window(Window)
    /// Whatever the image offers.
    case automatic
}
