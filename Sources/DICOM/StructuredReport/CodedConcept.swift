/// A code of a coding scheme with its meaning (PS3.3 §8.8).
public struct CodedConcept: Sendable, Hashable {
    public var value: String
    /// Coding Scheme Designator (0008,0102): `DCM`, `SCT`, `UCUM`; of our own `99ISOCENTER`.
    public var scheme: String
    public var meaning: String

    public init(_ value: String, _ scheme: String, _ meaning: String) {
        (self.value, self.scheme, self.meaning) = (value, scheme, meaning)
    }

    var item: DataSet {
        DataSet([DataElement(.codeValue, .SH, value), DataElement(.codingSchemeDesignator, .SH, scheme), DataElement(.codeMeaning, .LO, meaning)])
    }
}

/// Concepts of measurement reports (PS3.16 TID 1500 and the templates it includes).
extension CodedConcept {
    static let imagingMeasurementReport = CodedConcept("126000", "DCM", "Imaging Measurement Report")
    static let languageOfContent = CodedConcept("121049", "DCM", "Language of Content Item and Descendants")
    static let english = CodedConcept("en", "RFC5646", "English")
    static let observerType = CodedConcept("121005", "DCM", "Observer Type")
    static let person = CodedConcept("121006", "DCM", "Person")
    static let personObserverName = CodedConcept("121008", "DCM", "Person Observer Name")
    static let procedureReported = CodedConcept("121058", "DCM", "Procedure reported")
    static let imagingProcedure = CodedConcept("363679005", "SCT", "Imaging procedure")
    static let imagingMeasurements = CodedConcept("126010", "DCM", "Imaging Measurements")
    static let measurementGroup = CodedConcept("125007", "DCM", "Measurement Group")
    static let trackingIdentifier = CodedConcept("112039", "DCM", "Tracking Identifier")
    static let trackingUniqueIdentifier = CodedConcept("112040", "DCM", "Tracking Unique Identifier")
    static let imageRegion = CodedConcept("111030", "DCM", "Image Region")
    static let source = CodedConcept("260753009", "SCT", "Source")
    static let derivation = CodedConcept("121401", "DCM", "Derivation")
    static let keyObjectDescription = CodedConcept("113012", "DCM", "Key Object Description")
    static let comment = CodedConcept("121106", "DCM", "Comment")
    /// Where the millimetres of a group are true: no scheme has a code for it.
    static let scaleOfLengths = CodedConcept("SCALE", "99ISOCENTER", "Scale of lengths")
    static let measurementMethod = CodedConcept("370129005", "SCT", "Measurement Method")
    // No scheme has codes for what these say either: how a length was scaled, and what scaled it.
    public static let calibratedByUser = CodedConcept("USERCALIBRATED", "99ISOCENTER", "Scaled by a known length that a user drew")
    public static let knownLength = CodedConcept("KNOWNLENGTH", "99ISOCENTER", "Known length, entered by a user")
    public static let knownLengthOfSeries = CodedConcept("KNOWNINSERIES", "99ISOCENTER", "Known length, entered by a user for the series")

    // What is measured (CID 7469, CID 7550) …
    public static let length = CodedConcept("410668003", "SCT", "Length")
    public static let pathLength = CodedConcept("121211", "DCM", "Path length")
    public static let longAxis = CodedConcept("103339001", "SCT", "Long axis")
    public static let shortAxis = CodedConcept("103340004", "SCT", "Short axis")
    public static let angle = CodedConcept("1483009", "SCT", "Angle")
    public static let cobbAngle = CodedConcept("285285000", "SCT", "Cobb angle")
    public static let area = CodedConcept("42798000", "SCT", "Area")
    public static let attenuationCoefficient = CodedConcept("112031", "DCM", "Attenuation Coefficient")
    public static let mrSignalIntensity = CodedConcept("110852", "DCM", "MR signal intensity")
    public static let pixelValue = CodedConcept("PIXELVALUE", "99ISOCENTER", "Pixel value")

    // … how it came about (CID 7464) …
    public static let mean = CodedConcept("373098007", "SCT", "Mean")
    public static let standardDeviation = CodedConcept("386136009", "SCT", "Standard Deviation")
    public static let minimum = CodedConcept("255605001", "SCT", "Minimum")
    public static let maximum = CodedConcept("56851009", "SCT", "Maximum")

    // … and in what (UCUM).
    public static let millimetre = CodedConcept("mm", "UCUM", "millimeter")
    public static let squareMillimetre = CodedConcept("mm2", "UCUM", "square millimeter")
    public static let degree = CodedConcept("deg", "UCUM", "degree")
    public static let hounsfieldUnit = CodedConcept("[hnsf'U]", "UCUM", "Hounsfield unit")
    public static let pixels = CodedConcept("{pixels}", "UCUM", "pixels")
    public static let noUnits = CodedConcept("1", "UCUM", "no units")
}
