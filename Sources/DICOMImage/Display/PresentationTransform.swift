import DICOM

/// From grey to presentation values, the last step before the display (PS3.3 §C.11.4, §C.11.6).
public enum PresentationTransform: Sendable, Equatable {
    case identity
    /// Low values are white.
    case inverse
    case table(PresentationTable, isInverted: Bool)

    public struct PresentationTable: Sendable, Equatable {
        let table: LookupTable

        /// - Parameter item: of a Presentation LUT Sequence (2050,0010).
        public init(_ item: DataSet) throws(ImageError) {
            table = try LookupTable(descriptor: .lutDescriptor, data: .lutData, in: item, isSigned: false).startingAtZero
        }

        /// The input's whole range is spread over all entries, from the first to the last (PS3.3 §C.11.4).
        func callAsFunction(_ level: Double) -> Double {
            Double(table(Int(clamped: level * Double(table.entries.count - 1)))) / table.top
        }
    }

    /// As the image asks for. MONOCHROME1 inverts last (PS3.3 §C.7.6.3.1.2); an image that has Presentation LUT Shape INVERSE
    /// too says one thing twice (§C.8.11.3.1.2), so it is not inverted twice.
    public init(_ dataSet: DataSet, _ photometricInterpretation: PhotometricInterpretation) throws(ImageError) {
        let isMonochrome1 = photometricInterpretation == .monochrome1
        if let item = dataSet.items(.presentationLUTSequence).first {
            self = .table(try PresentationTable(item), isInverted: isMonochrome1)
        } else {
            self = isMonochrome1 || dataSet.string(.presentationLUTShape) == "INVERSE" ? .inverse : .identity
        }
    }

    /// - Parameter level: 0 to 1.
    public func callAsFunction(_ level: Double) -> Double {
        switch self {
        case .identity: level
        case .inverse: 1 - level
        case .table(let table, let isInverted): isInverted ? 1 - table(level) : table(level)
        }
    }
}
