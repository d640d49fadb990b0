import Database

/// Which records are looked for; what is nil or empty is not asked.
public struct AuditQuery: Sendable, Hashable {
    /// Microseconds since 1970: from the first, up to but not with the second.
    public var from: Int64?
    public var to: Int64?
    public var kinds: Set<AuditKind> = []
    public var user = ""
    /// AE title of a node, as actor or as the other.
    public var node = ""
    public var address = ""
    public var patientID = ""
    public var study = ""
    public var act = ""
    public var failuresOnly = false
    /// Only what somebody saw, took out or changed of a patient.
    public var accessOnly = false
    /// Sequence of the record before which to go on: newest first.
    public var before: Int64?
    /// Sequence of the record after which to go on, oldest first: for exports.
    public var after: Int64?
    public var limit = 100

    public init() {}

    /// What answers "who saw this patient".
    public static let accessKinds: Set<AuditKind> = [
        .accessed, .created, .updated, .sending, .sent, .received, .receivedAgain, .exported, .imported, .studyDeleted, .instancesDeleted,
    ]

    var statement: SQLStatement {
        var conditions: [SQLStatement] = ["1 = 1"]
        if let from { conditions.append("time >= \(from)") }
        if let to { conditions.append("time < \(to)") }
        let wanted = accessOnly ? (kinds.isEmpty ? Self.accessKinds : kinds.intersection(Self.accessKinds)) : kinds
        if accessOnly || !kinds.isEmpty { conditions.append("kind IN \(list: wanted.map(\.rawValue).sorted())") }
        // With what the partial indices ask for.
        if !user.isEmpty { conditions.append("user_name <> '' AND user_name = \(user)") }
        if !patientID.isEmpty { conditions.append("patient_id <> '' AND patient_id = \(AuditPatient(id: patientID).id)") }
        if !study.isEmpty { conditions.append("study_uid <> '' AND study_uid = \(study)") }
        if !node.isEmpty { conditions.append("(ae_title = \(node) OR other = \(node))") }
        if !address.isEmpty { conditions.append("address = \(address)") }
        if !act.isEmpty { conditions.append("act = \(act)") }
        if failuresOnly { conditions.append("outcome <> 0") }
        if let before { conditions.append("sequence < \(before)") }
        if let after { conditions.append("sequence > \(after)") }
        let order: SQLStatement = after == nil ? "DESC" : "ASC"
        return "SELECT \(AuditRecord.names) FROM audit_record WHERE \(conditions.joined(separator: " AND ")) ORDER BY sequence \(order) LIMIT \(limit)"
    }
}

extension AuditTrail {
    /// The newest first, or, after a sequence, the oldest first. Damaged rows are left out: `isocenter audit verify` names them.
    public func records(_ query: AuditQuery) async throws(DatabaseError) -> [AuditRecord] {
        try await database.all(query.statement).compactMap(AuditRecord.init)
    }
}
