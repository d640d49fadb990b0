import DICOM

/// From stored values to the values the modality means: Hounsfield units, optical density (PS3.3 §C.11.1).
public enum ModalityTransform: Sendable, Equatable {
    case rescale(slope: Double, intercept: Double)
    case table(ModalityTable)

    public static let identity = ModalityTransform.rescale(slope: 1, intercept: 0)

    public struct ModalityTable: Sendable, Equatable {
        /// LUT Explanation (0028,3003).
        public let explanation: String?
        let table: LookupTable

        /// - Parameter item: of a Modality LUT Sequence (0028,3000).
        public init(_ item: DataSet, isSigned: Bool) throws(ImageError) {
            table = try LookupTable(descriptor: .lutDescriptor, data: .lutData, in: item, isSigned: isSigned)
            explanation = item.string(.lutExplanation)
        }
    }

    /// - Throws: `invalid` for a slope of 0, `missing` where only one of slope and intercept is there.
    public init(_ dataSet: DataSet, frameIndex: Int, description: PixelDescription) throws(ImageError) {
        try self.init(from: Self.source(dataSet, frameIndex), isSigned: description.isSigned)
    }

    /// - Parameters:
    ///   - attributes: of a Modality LUT module or macro: an image, a functional group, a presentation state.
    ///   - isSigned: the stored values may be negative.
    public init(from attributes: DataSet, isSigned: Bool) throws(ImageError) {
        if let item = attributes.items(.modalityLUTSequence).first {
            self = .table(try ModalityTable(item, isSigned: isSigned))
            return
        }
        switch (attributes.decimal(.rescaleSlope), attributes.decimal(.rescaleIntercept)) {
        case (nil, nil): self = .identity
        case (0?, _?): throw ImageError(.invalid, .rescaleSlope, "is 0")
        case (let slope?, let intercept?): self = .rescale(slope: slope, intercept: intercept)
        case (nil, _): throw ImageError(.missing, .rescaleSlope, "is needed beside Rescale Intercept")
        case (_, nil): throw ImageError(.missing, .rescaleIntercept, "is needed beside Rescale Slope")
        }
    }

    fileprivate static func source(_ dataSet: DataSet, _ frameIndex: Int) -> DataSet {
        FunctionalGroups(dataSet, frameIndex: frameIndex)[.pixelValueTransformationSequence] ?? dataSet
    }

    public func callAsFunction(_ stored: Double) -> Double {
        switch self {
        case .rescale(let slope, let intercept): stored * slope + intercept
        case .table(let modality): Double(modality.table(Int(clamped: stored)))
        }
    }

    /// Whether any stored value may become a negative one: then a VOI table's first value is signed (PS3.3 §C.11.2.1.1).
    func mayBeNegative(_ description: PixelDescription) -> Bool {
        switch self {
        // A table's entries have no sign.
        case .table: false
        case .rescale:
            description.storedRange.map { self(Double($0.lowerBound)) < 0 || self(Double($0.upperBound)) < 0 } ?? true
        }
    }
}

/// What the values behind the modality transformation are measured in.
public struct ModalityUnits: Sendable, Equatable, Encodable {
    /// A defined term: `HU`, `OD`, `US` (unspecified), `BQML`, ...
    public let term: String
    /// The attribute that says so, by its keyword; the SOP class where the standard gives the unit without one.
    public let source: String

    /// nil where nothing tells.
    public init?(_ dataSet: DataSet, frameIndex: Int) {
        let source = ModalityTransform.source(dataSet, frameIndex)
        if let item = source.items(.modalityLUTSequence).first {
            guard let type = item.string(.modalityLUTType) else { return nil }
            self.init(term: type, source: "ModalityLUTType")
        } else if let type = source.string(.rescaleType) ?? dataSet.string(.rescaleType) {
            self.init(term: type, source: "RescaleType")
        } else if let units = dataSet.string(.units) {
            self.init(term: units, source: "Units")
        } else if dataSet.string(.sopClassUID) == Self.ctImageStorage, source.decimal(.rescaleSlope) != nil {
            // PS3.3 §C.8.2.1: Rescale Type is only needed where it is not HU.
            self.init(term: "HU", source: "CTImageStorage")
        } else {
            return nil
        }
    }

    private init(term: String, source: String) {
        self.term = term
        self.source = source
    }

    private static let ctImageStorage = "1.2.840.10008.5.1.4.1.1.2"
}

extension Int {
    /// The nearest integer; the ends of the range for what lies outside, 0 for what is no number.
    init(clamped number: Double) {
        self = number.isNaN ? 0 : Int(Swift.min(Swift.max(number.rounded(), -9e15), 9e15))
    }
}
