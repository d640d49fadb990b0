import Audit
import DICOM
import Database

/// What was deleted at once: a study, a series or an instance, why and by whom.
public struct Deletion: Sendable, Identifiable, Hashable {
    /// Why (PS3.16 CID 7011, with two of our own).
    public enum Reason: String, Sendable, CaseIterable, Codable {
        /// DCM 113001, Rejected for Quality Reasons.
        case quality
        /// DCM 113037, Rejected for Patient Safety Reasons.
        case patientSafety
        /// DCM 113038, Incorrect Modality Worklist Entry.
        case wrongWorklistEntry
        /// DCM 113039, Data Retention Policy Expired.
        case retentionExpired
        case duplicate
        /// Nobody said why.
        case other

        /// Whether the same bytes, sent again while they can be restored, are taken as new. What harms must not come back by a
        /// modality that repeats itself.
        var letsReturn: Bool {
            switch self {
            case .quality, .patientSafety, .wrongWorklistEntry: false
            case .retentionExpired, .duplicate, .other: true
            }
        }
    }

    public enum State: String, Sendable, CaseIterable, Codable {
        /// In no query; can be restored.
        case deleted
        /// Its time is over: the bytes are going, and nothing comes back any more.
        case purging
        /// All of it is back.
        case restored
        /// The bytes are gone.
        case purged
    }

    public var id: Int64
    public var study: String
    /// Empty for the whole study.
    public var series: String
    /// Empty for the whole study or series.
    public var instance: String
    /// For people: patient, study date and description.
    public var description: String
    public var reason: Reason
    public var comment: String
    public var user: String
    /// Microseconds since 1970.
    public var time: Int64
    /// When the bytes are taken away.
    public var due: Int64
    public var instances: Int
    public var bytes: Int64
    public var state: State
    /// When it was restored or purged.
    public var ended: Int64?

    static let selection: SQLStatement = """
        SELECT id, study_uid, series_uid, sop_uid, description, reason, comment, user_name, time, due, instance_count, bytes, state, ended FROM deletion
        """

    /// Along the key, newest first.
    static func list(_ states: Set<State>, before last: Int64?, limit: Int) -> SQLStatement {
        var conditions: [SQLStatement] = []
        if !states.isEmpty { conditions.append("state IN \(list: states.map(\.rawValue).sorted())") }
        if let last { conditions.append("id < \(last)") }
        let filter = conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))" as SQLStatement
        return "\(selection) \(filter) ORDER BY id DESC LIMIT \(limit)"
    }

    init(_ row: SQLRow) {
        id = row.integer("id") ?? 0
        (study, series, instance) = (row.string("study_uid"), row.string("series_uid"), row.string("sop_uid"))
        description = row.string("description")
        reason = Reason(rawValue: row.string("reason")) ?? .other
        (comment, user) = (row.string("comment"), row.string("user_name"))
        (time, due) = (row.integer("time") ?? 0, row.integer("due") ?? 0)
        (instances, bytes) = (row.int("instance_count"), row.integer("bytes") ?? 0)
        state = State(rawValue: row.string("state")) ?? .deleted
        ended = row.integer("ended")
    }
}

/// What is to be deleted.
public struct DeletionScope: Sendable, Hashable {
    public var study: UID
    public var series: UID?
    public var instance: UID?

    public init(study: UID, series: UID? = nil, instance: UID? = nil) {
        (self.study, self.series, self.instance) = (study, series, instance)
    }

    /// For the audit trail: a part of a study is Instances Accessed, with Delete as the action (PS3.15 A.5.3.6).
    var kind: AuditKind { series == nil ? .studyDeleted : .instancesDeleted }
    var path: String { [study.text, series?.text, instance?.text].compactMap { $0 }.joined(separator: "/") }
}

/// What came of restoring.
public struct Restoration: Sendable, Hashable {
    public var restored = 0
    /// Instances that stay deleted, and why.
    public var refused: [Refused] = []

    public struct Refused: Sendable, Hashable {
        public var instance: String
        public var reason: String
    }
}
