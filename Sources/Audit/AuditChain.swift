import Database

/// Adds to the trail within a transaction: that of the act itself, so that neither is there without the other.
public struct AuditChain {
    let connection: any SQLConnection

    public init(_ connection: any SQLConnection) { self.connection = connection }

    /// In this order. Last in its transaction, so that others wait for the head as short as possible.
    ///
    /// - Returns: the sequence of the last record; 0 where there are no events.
    @discardableResult
    public func append(_ events: [AuditEvent]) throws(DatabaseError) -> Int64 {
        guard !events.isEmpty else { return 0 }
        try connection.run("INSERT INTO audit_head (id, sequence, hash) VALUES (1, 0, \(AuditRecord.root)) ON CONFLICT (id) DO NOTHING")
        // Taken before it is read: the next in line sees what this transaction makes of it, or runs again.
        let head = try connection.first("UPDATE audit_head SET sequence = sequence + \(events.count) WHERE id = 1 RETURNING sequence, hash")
        guard let head, let last = head.integer("sequence"), var hash = head.blob("hash") else { throw DatabaseError(.corrupt, "the audit trail has no head") }
        for (sequence, event) in zip((last - Int64(events.count) + 1)..., events) {
            let record = AuditRecord(event, sequence: sequence, after: hash)
            try connection.run("INSERT INTO audit_record (\(AuditRecord.names)) VALUES (\(record.values))")
            hash = record.hash
        }
        try connection.run("UPDATE audit_head SET hash = \(hash) WHERE id = 1")
        return last
    }

    // MARK: Parts of one act

    /// A part of what is told once.
    public struct Part: Sendable {
        public var kind: AuditKind
        public var actor: AuditActor
        public var study: String
        public var patient: AuditPatient
        public var sopClass: String
        public var number: Int

        public init(_ kind: AuditKind, by actor: AuditActor, study: String, patient: AuditPatient, sopClass: String, number: Int = 1) {
            (self.kind, self.actor, self.study, self.patient, self.sopClass, self.number) = (kind, actor, study, patient, sopClass, number)
        }
    }

    /// Counts parts: they are in the trail when the act is settled.
    public func gather(_ parts: [Part]) throws(DatabaseError) {
        struct Key: Hashable { var act: String, kind: AuditKind, study: String, sopClass: String }
        var sums: [Key: Part] = [:]
        var order: [Key] = []
        for part in parts {
            let key = Key(act: part.actor.act, kind: part.kind, study: part.study, sopClass: part.sopClass)
            if sums[key] == nil { order.append(key); sums[key] = part } else { sums[key]?.number += part.number }
        }
        let now = AuditEvent.now()
        for part in order.compactMap({ sums[$0] }) {
            try connection.enqueue("""
                INSERT INTO audit_gathered (act, kind, study_uid, sop_class, number, began, user_name, ae_title, address, door, patient_id, issuer, patient_name)
                VALUES (\(part.actor.act), \(part.kind.rawValue), \(part.study), \(part.sopClass), \(part.number), \(now), \(part.actor.user),
                        \(part.actor.aeTitle), \(part.actor.address), \(part.actor.door.rawValue), \(part.patient.id.clean), \(part.patient.issuer.clean), \(part.patient.name.clean))
                ON CONFLICT (act, kind, study_uid, sop_class) DO UPDATE SET number = audit_gathered.number + \(part.number)
                """)
        }
    }

    /// Which parts become records.
    public enum Settling: Sendable {
        case act(String)
        /// Of acts that began before this time: they go on, and get another record later.
        case began(before: Int64)
        case all
    }

    /// - Returns: whether there were any.
    @discardableResult
    public func settle(_ settling: Settling) throws(DatabaseError) -> Bool {
        let condition: SQLStatement = switch settling {
        case .act(let act): "act = \(act)"
        case .began(let time): "began < \(time)"
        case .all: "1 = 1"
        }
        let rows = try connection.all("""
            SELECT act, kind, study_uid, sop_class, number, user_name, ae_title, address, door, patient_id, issuer, patient_name
            FROM   audit_gathered WHERE \(condition) ORDER BY act, kind, study_uid, sop_class
            """)
        var events: [AuditEvent] = []
        for row in rows {
            guard let kind = AuditKind(rawValue: row.string("kind")) else { continue }
            let (act, study) = (row.string("act"), row.string("study_uid"))
            if let last = events.last, last.actor.act == act, last.kind == kind, last.study == study {
                events[events.count - 1].instances[row.string("sop_class"), default: 0] += row.int("number")
                continue
            }
            let actor = AuditActor(
                user: row.string("user_name"), aeTitle: row.string("ae_title"), address: row.string("address"),
                door: AuditActor.Door(rawValue: row.string("door")) ?? .system, act: act)
            events.append(AuditEvent(
                kind, by: actor, study: study, patient: AuditPatient(id: row.string("patient_id"), issuer: row.string("issuer"), name: row.string("patient_name")),
                instances: [row.string("sop_class"): row.int("number")]))
        }
        guard !events.isEmpty else { return false }
        try connection.run("DELETE FROM audit_gathered WHERE \(condition)")
        try append(events)
        return true
    }
}

extension String {
    /// PostgreSQL keeps no NUL.
    fileprivate var clean: String { utf8.contains(0) ? replacing("\0", with: "") : self }
}
