import Archive
import DICOM
import Foundation

/// A correction as `/api` and the commands tell it.
public struct CorrectionAnswer: Encodable {
    public var sopInstanceUID: String
    public var rules: [String]
    public var source: String
    public var system: String
    public var time: Date
    public var changes: [AttributeChange]

    public init(_ recorded: RecordedCorrection) {
        sopInstanceUID = recorded.sopInstance
        rules = recorded.correction.rules
        (source, system) = (recorded.source, recorded.system)
        time = Date(timeIntervalSince1970: Double(recorded.time) / 1_000_000)
        changes = AttributeChange.all(of: recorded.correction)
    }
}
