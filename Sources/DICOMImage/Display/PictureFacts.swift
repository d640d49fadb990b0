import DICOM

/// What was done to make a picture out of a frame, and on whose word: for the reader, who must not take a guess for a fact.
public struct PictureFacts: Sendable, Equatable, Encodable {
    public enum Modality: Sendable, Equatable {
        case identity
        case rescale(slope: Double, intercept: Double)
        case table(explanation: String?)
    }

    /// Who chose the values of interest.
    public enum Chooser: String, Sendable, Encodable {
        case image, reader, automatic
    }

    public enum VOI: Sendable, Equatable {
        case window(Window)
        case table(explanation: String?)
        /// Linear between two values of the modality.
        case range(low: Double, high: Double)
    }

    public enum Polarity: String, Sendable, Encodable {
        case lowIsBlack, lowIsWhite, table
    }

    /// Of the samples as they were delivered; a decoder may have changed it.
    public var photometricInterpretation: String
    /// Photometric Interpretation (0028,0004) of the data set.
    public var labelledPhotometricInterpretation: String?

    // MARK: Greys; nil for colours
    public var modality: Modality?
    public var units: ModalityUnits?
    public var voi: VOI?
    public var voiChosenBy: Chooser?
    /// Explanations of all tables and windows of the image, in their order; "" where one has none.
    public var voiChoices: [String] = []
    public var polarity: Polarity?
    public var padding: ClosedRange<Int>?

    // MARK: Colours; nil for greys
    /// The stored value from which on a supplemental palette gives colours.
    public var colourFrom: Int?
    /// The attribute that tells what the colours are, by its keyword; nil where the image does not say.
    public var profileSource: String?
    /// The space the picture's colours are in, where they are known to be in one.
    public var colourSpace: ICCProfile.Space?

    // MARK: Above the image
    public var overlaysDrawn: [UInt16] = []
    public var overlaysNotDrawn: [UInt16] = []
    public var isShuttered = false

    // MARK: The image
    /// Height of a pixel in widths of a pixel.
    public var pixelAspectRatio: Double
    /// Presentation Intent Type (0008,0068) is FOR PROCESSING: not made to be read.
    public var isForProcessing: Bool
    public var lossyCompression: LossyCompression
    /// What could not be done as the image asks, in words.
    public var notes: [String] = []

    init(_ dataSet: DataSet, _ description: PixelDescription, frameIndex: Int) {
        photometricInterpretation = description.photometricInterpretation.rawValue
        labelledPhotometricInterpretation = dataSet.string(.photometricInterpretation)
        pixelAspectRatio = Spacing.aspectRatio(dataSet, frameIndex: frameIndex)
        isForProcessing = dataSet.string(.presentationIntentType) == "FOR PROCESSING"
        lossyCompression = LossyCompression(dataSet)
    }
}

extension PictureFacts.Modality: Encodable {
    init(_ modality: ModalityTransform) {
        self = switch modality {
        case .identity: .identity
        case .rescale(let slope, let intercept): .rescale(slope: slope, intercept: intercept)
        case .table(let table): .table(explanation: table.explanation)
        }
    }

    private enum CodingKeys: String, CodingKey { case kind, slope, intercept, explanation }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .identity: try container.encode("identity", forKey: .kind)
        case .rescale(let slope, let intercept):
            try container.encode("rescale", forKey: .kind)
            try container.encode(slope, forKey: .slope)
            try container.encode(intercept, forKey: .intercept)
        case .table(let explanation):
            try container.encode("table", forKey: .kind)
            try container.encode(explanation, forKey: .explanation)
        }
    }
}

extension PictureFacts.VOI: Encodable {
    init(_ voi: VOITransform) {
        self = switch voi {
        case .window(let window): .window(window)
        case .table(let table): .table(explanation: table.explanation)
        case .automatic(let range): .range(low: range.low, high: range.high)
        }
    }

    private enum CodingKeys: String, CodingKey { case kind, center, width, function, explanation, low, high }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .window(let window):
            try container.encode("window", forKey: .kind)
            try container.encode(window.center, forKey: .center)
            try container.encode(window.width, forKey: .width)
            try container.encode(window.function.rawValue, forKey: .function)
            try container.encode(window.explanation, forKey: .explanation)
        case .table(let explanation):
            try container.encode("table", forKey: .kind)
            try container.encode(explanation, forKey: .explanation)
        case .range(let low, let high):
            try container.encode("range", forKey: .kind)
            try container.encode(low, forKey: .low)
            try container.encode(high, forKey: .high)
        }
    }
}
