import DICOM

/// Generated studies to fill an archive with something to look at: phantoms, not persons.
///
/// The same in every run, UIDs, dates and pixels alike: storing them twice changes nothing.
public enum DemoStudies {
    /// - Parameter scale: every `scale`-th pixel and slice of the same anatomy; 1 is the full size, tests take 4.
    /// - Returns: studies whose instances are computed one at a time, when asked for; about 150 MB in all at full size.
    public static func all(scale: Int = 1) -> [DemoStudy] {
        let scale = min(max(scale, 1), 16)
        return [
            ChestRadiograph.study(scale: scale), ComputedTomography.first(scale: scale), ComputedTomography.followUp(scale: scale),
            MagneticResonance.study(scale: scale), Echocardiogram.study(scale: scale),
        ]
    }
}

public struct DemoStudy: Sendable {
    /// What it shows, for whoever watches it being stored.
    public let title: String
    public let instances: [DemoInstance]
}

public struct DemoInstance: Sendable {
    private let make: @Sendable () -> DataSet

    init(_ make: @escaping @Sendable () -> DataSet) { self.make = make }

    /// Computes it: milliseconds for a slice, a second or two for the radiograph and the clip.
    /// With pixel data, to be encoded as Explicit VR Little Endian; text is UTF-8.
    public func dataSet() -> DataSet { make() }
}
