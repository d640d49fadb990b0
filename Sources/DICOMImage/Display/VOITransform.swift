import DICOM

/// From the modality's values to grey, 0 to 1: the values of interest (PS3.3 §C.11.2).
public enum VOITransform: Sendable, Equatable {
    case window(Window)
    case table(VOITable)
    /// Nothing is hidden: the whole range of stored values, where a picture of 8 bits names no window.
    case range(low: Double, high: Double)

    public struct VOITable: Sendable, Equatable {
        public let explanation: String?
        let table: LookupTable
    }

    public func callAsFunction(_ value: Double) -> Double {
        switch self {
        case .window(let window): window(value)
        case .table(let voi): Double(voi.table(Int(clamped: value))) / voi.table.top
        case .range(let low, let high): high > low ? min(max((value - low) / (high - low), 0), 1) : 0
        }
    }

    /// What the image itself offers: its tables first, then its windows.
    public static func all(in dataSet: DataSet, frameIndex: Int, isSigned: Bool) throws(ImageError) -> [VOITransform] {
        let source = FunctionalGroups(dataSet, frameIndex: frameIndex)[.frameVOILUTSequence] ?? dataSet
        var result: [VOITransform] = []
        for item in source.items(.voilutSequence) {
            let table = try LookupTable(descriptor: .lutDescriptor, data: .lutData, in: item, isSigned: isSigned)
            result.append(.table(VOITable(explanation: item.string(.lutExplanation), table: table)))
        }
        return result + Window.all(in: dataSet, frameIndex: frameIndex).map(VOITransform.window)
    }
}
