import Archive
import DICOM

/// A query/retrieve information model (PS3.4 §C.3, §C.6).
enum QueryModel: Sendable, CaseIterable {
    case patientRoot, studyRoot
    /// Retired in 2006, still asked for.
    case patientStudyOnly

    /// PS3.4 Tables C.6.1.3-1, C.6.2.3-1 and C.6.3 (retired).
    var findSOPClass: UID? {
        switch self {
        case .patientRoot: UID("1.2.840.10008.5.1.4.1.2.1.1")
        case .studyRoot: UID("1.2.840.10008.5.1.4.1.2.2.1")
        case .patientStudyOnly: UID("1.2.840.10008.5.1.4.1.2.3.1")
        }
    }

    init?(findSOPClass: UID) {
        guard let model = Self.allCases.first(where: { $0.findSOPClass == findSOPClass }) else { return nil }
        self = model
    }

    /// From the top.
    var levels: [Query.Level] {
        switch self {
        case .patientRoot: [.patient, .study, .series, .instance]
        case .studyRoot: [.study, .series, .instance]
        case .patientStudyOnly: [.patient, .study]
        }
    }
}

extension Query.Level {
    /// Value of Query/Retrieve Level (0008,0052).
    var text: String {
        switch self {
        case .patient: "PATIENT"
        case .study: "STUDY"
        case .series: "SERIES"
        case .instance: "IMAGE"
        }
    }

    /// PS3.4 §C.6.1.1, §C.6.2.1.
    var uniqueKey: Tag {
        switch self {
        case .patient: .patientID
        case .study: .studyInstanceUID
        case .series: .seriesInstanceUID
        case .instance: .sopInstanceUID
        }
    }
}

/// What requestor and we agreed on for a C-FIND SOP class (PS3.4 §C.5.1.1, one byte each).
struct FindOptions: Sendable, Equatable {
    var relational = false
    var combinesDateAndTime = false
    var fuzzyNames = false
    var adjustsTimezone = false

    /// - Parameter information: the application information of the answer.
    init(_ information: [UInt8]) {
        func isOn(_ index: Int) -> Bool { index < information.count && information[index] == 1 }
        (relational, combinesDateAndTime, fuzzyNames, adjustsTimezone) = (isOn(0), isOn(1), isOn(2), isOn(3))
    }

    /// Relational queries, combined date and time, fuzzy names, time zones, no conversion of enhanced images, empty values, several values.
    private static let supported: [UInt8] = [1, 1, 1, 1, 0, 1, 1]

    /// As many bytes as were proposed and have a meaning; each agreed where both sides want it.
    static func answer(_ proposed: [UInt8]) -> [UInt8] { zip(proposed, supported).map { $0 == 1 && $1 == 1 ? 1 : 0 } }
}
