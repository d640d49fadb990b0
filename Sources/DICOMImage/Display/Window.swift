import DICOM

/// The range of values to be seen, and how it is spread over the greys (PS3.3 §C.11.2.1.2, §C.11.2.1.3).
public struct Window: Sendable, Equatable {
    /// VOI LUT Function (0028,1056).
    public enum Function: String, Sendable, CaseIterable {
        case linear = "LINEAR"
        case linearExact = "LINEAR_EXACT"
        case sigmoid = "SIGMOID"
    }

    public let center: Double
    public let width: Double
    public let function: Function
    /// Window Center & Width Explanation (0028,1055).
    public let explanation: String?

    /// nil where the width is not what the function allows: at least 1 for LINEAR, more than 0 for the others.
    public init?(center: Double, width: Double, function: Function = .linear, explanation: String? = nil) {
        guard center.isFinite, width.isFinite, function == .linear ? width >= 1 : width > 0 else { return nil }
        self.center = center
        self.width = width
        self.function = function
        self.explanation = explanation
    }

    /// Grey of a value, from 0 to 1: the formulas of PS3.3 §C.11.2.1.2.1, §C.11.2.1.3.2 and §C.11.2.1.3.1 with ymin 0 and ymax 1.
    public func callAsFunction(_ x: Double) -> Double {
        switch function {
        case .linear:
            if x <= center - 0.5 - (width - 1) / 2 { return 0 }
            if x > center - 0.5 + (width - 1) / 2 { return 1 }
            return (x - (center - 0.5)) / (width - 1) + 0.5
        case .linearExact:
            if x <= center - width / 2 { return 0 }
            if x > center + width / 2 { return 1 }
            return (x - center) / width + 0.5
        case .sigmoid:
            return 1 / (1 + exponential(-4 * (x - center) / width))
        }
    }

    /// Every window of an image, in its order; those with an impossible width are left out.
    public static func all(in dataSet: DataSet, frameIndex: Int) -> [Window] {
        all(from: FunctionalGroups(dataSet, frameIndex: frameIndex)[.frameVOILUTSequence] ?? dataSet)
    }

    /// - Parameter source: attributes of a VOI LUT module or macro.
    public static func all(from source: DataSet) -> [Window] {
        let centers = source.decimals(.windowCenter), widths = source.decimals(.windowWidth)
        let explanations = source.strings(.windowCenterWidthExplanation)
        // Defined terms; an unknown one would change what is seen, so it is not taken for LINEAR.
        guard let function = Function(rawValue: source.string(.voilutFunction) ?? "LINEAR"), centers.count == widths.count else { return [] }
        return centers.indices.compactMap { index in
            let words = index < explanations.count && !explanations[index].isEmpty ? explanations[index] : nil
            return Window(center: centers[index], width: widths[index], function: function, explanation: words)
        }
    }
}
