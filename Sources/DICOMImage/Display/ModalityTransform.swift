import DICOM

/// From stored values to the values the modality means: Hounsfield units, optical density (PS3.3 §C.11.1).
public enum ModalityTransform: Sendable, Equatable {
    case rescale(slope: Double, intercept: Double)
    case table(ModalityTable)

    public static let identity = ModalityTransform.rescale(slope: 1, intercept: 0)

    public struct ModalityTable: Sendable, Equatable {
        let table: LookupTable
    }

    /// - Throws: `invalid` for a slope of 0, `missing` where only one of slope and intercept is there.
    public init(_ dataSet: DataSet, frameIndex: Int, isSigned: Bool) throws(ImageError) {
        let source = FunctionalGroups(dataSet, frameIndex: frameIndex)[.pixelValueTransformationSequence] ?? dataSet
        if let item = source.items(.modalityLUTSequence).first {
            self = .table(ModalityTable(table: try LookupTable(descriptor: .lutDescriptor, data: .lutData, in: item, isSigned: isSigned)))
            return
        }
        switch (source.decimal(.rescaleSlope), source.decimal(.rescaleIntercept)) {
        case (nil, nil): self = .identity
        case (0?, _?): throw ImageError(.invalid, .rescaleSlope, "is 0")
        case (let slope?, let intercept?): self = .rescale(slope: slope, intercept: intercept)
        case (nil, _): throw ImageError(.missing, .rescaleSlope, "is needed beside Rescale Intercept")
        case (_, nil): throw ImageError(.missing, .rescaleIntercept, "is needed beside Rescale Slope")
        }
    }

    public func callAsFunction(_ stored: Double) -> Double {
        switch self {
        case .rescale(let slope, let intercept): stored * slope + intercept
        case .table(let modality): Double(modality.table(Int(clamped: stored)))
        }
    }

    /// Whether its results may be negative.
    var isSigned: Bool {
        if case .rescale = self { true } else { false }
    }
}

extension Int {
    /// The nearest integer; the ends of the range for what lies outside, 0 for what is no number.
    init(clamped number: Double) {
        self = number.isNaN ? 0 : Int(Swift.min(Swift.max(number.rounded(), -9e15), 9e15))
    }
}
