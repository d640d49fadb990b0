/// Distance between the centres of neighbouring pixels, with where it was measured.
///
/// A millimetre is shown only where it is known, and never without its ``source``: a length at the detector is not one in the patient.
public struct Spacing: Sendable, Equatable {
    /// nil where nothing usable is given: lengths are pixels then.
    public let millimetres: Millimetres?
    public let source: Source
    /// Parts of an ultrasound picture with scales of their own (PS3.3 §C.8.5.5).
    public let regions: [UltrasoundRegion]
    /// What was given and is not believed, in words.
    public let warnings: [String]

    public struct Millimetres: Sendable, Equatable {
        /// From one row to the next: downwards in the image.
        public let betweenRows: Double
        /// From one column to the next: to the right in the image.
        public let betweenColumns: Double

        /// Sizes no imaging device has, and pixels a hundred times as high as wide, are mistakes.
        public static let believed = 1e-5...1000.0, believedRatio = 0.01...100.0

        public init?(betweenRows: Double, betweenColumns: Double) {
            guard Self.believed.contains(betweenRows), Self.believed.contains(betweenColumns),
                Self.believedRatio.contains(betweenRows / betweenColumns) else { return nil }
            self.betweenRows = betweenRows
            self.betweenColumns = betweenColumns
        }

        static func / (pair: Self, divisor: Double) -> Self? {
            Self(betweenRows: pair.betweenRows / divisor, betweenColumns: pair.betweenColumns / divisor)
        }

        func isClose(to other: Self, within share: Double) -> Bool {
            abs(betweenRows - other.betweenRows) <= share * other.betweenRows
                && abs(betweenColumns - other.betweenColumns) <= share * other.betweenColumns
        }
    }

    /// Where the millimetres are true.
    public enum Source: Sendable, Equatable {
        /// In the plane of the patient that was imaged: tomography, enhanced images.
        case patient
        /// A projection whose Pixel Spacing was corrected (PS3.3 §10.7.1.1), with the sender's own words.
        case calibrated(Calibration, description: String?)
        /// Imager Pixel Spacing divided by Estimated Radiographic Magnification Factor (PS3.3 §C.8.11.5).
        case estimated(magnification: Double)
        /// At the detector, where everything is larger than in the patient (PS3.3 §C.8.11.4).
        case detector
        /// Pixel Spacing of a projection that does not say where it holds.
        case unknown
        /// The only region of an ultrasound image, centimetres in both directions (PS3.3 §C.8.5.5).
        case ultrasoundRegion
        /// Nominal Scanned Pixel Spacing: on the film (PS3.3 §C.8.6.2).
        case film
        case none
    }

    /// Pixel Spacing Calibration Type (0028,0A02), and the beam's centre of enhanced X-ray (0018,9404).
    public enum Calibration: String, Sendable {
        case fiducial = "FIDUCIAL", geometry = "GEOMETRY", beamCentre = "CENTER OF BEAM"
    }

    public init(_ millimetres: Millimetres?, _ source: Source, regions: [UltrasoundRegion] = [], warnings: [String] = []) {
        self.millimetres = millimetres
        self.source = millimetres == nil ? .none : source
        self.regions = regions
        self.warnings = warnings
    }
}

extension Spacing.Source {
    /// One word for programs; the same in every language.
    public var name: String {
        switch self {
        case .patient: "patient"
        case .calibrated: "calibrated"
        case .estimated: "estimated"
        case .detector: "detector"
        case .unknown: "unknown"
        case .ultrasoundRegion: "ultrasound"
        case .film: "film"
        case .none: "none"
        }
    }

    /// What a person reads beside a length.
    public var words: String {
        switch self {
        case .patient: "in the patient"
        case .calibrated(.fiducial, let description): Self.with(description, "calibrated on an object of known size")
        case .calibrated(.geometry, let description): Self.with(description, "corrected for magnification")
        case .calibrated(.beamCentre, let description): Self.with(description, "at the object in the centre of the beam")
        case .estimated(let magnification): "estimated from the detector with magnification \(magnification)"
        case .detector: "at the detector, not in the patient"
        case .unknown: "as stated; the object does not say where it holds"
        case .ultrasoundRegion: "from the ultrasound region"
        case .film: "on the film"
        case .none: "unknown: pixels"
        }
    }

    private static func with(_ description: String?, _ words: String) -> String { description.map { "\(words): \($0)" } ?? words }
}
