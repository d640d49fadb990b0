import Crypto
import Database

/// A row of the trail: an event, its place, and the hash that binds it to the one before.
public struct AuditRecord: Sendable, Hashable {
    /// From 1, without gaps.
    public var sequence: Int64
    /// Microseconds since 1970.
    public var time: Int64
    public var event: AuditEvent
    /// SHA-256 over the hash before and the canonical form of this one; 32 bytes.
    public var hash: [UInt8]

    /// Before the first.
    static let root = [UInt8](repeating: 0, count: 32)

    init(_ event: AuditEvent, sequence: Int64, after previous: [UInt8]) {
        (self.sequence, self.time, self.event, hash) = (sequence, event.time ?? AuditEvent.now(), event.normalised, [])
        hash = hash(after: previous)
    }

    /// What the hash of this record must be.
    func hash(after previous: [UInt8]) -> [UInt8] {
        var sha = SHA256()
        sha.update(data: previous)
        sha.update(data: canonical)
        return Array(sha.finalize())
    }

    /// Every column but the hash, in order, each as the number of its bytes (8 bytes, big endian) and its bytes in UTF-8; before them the
    /// name of this form. No two records have the same.
    var canonical: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(512)
        func add(_ text: String) {
            let text = text.utf8
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: UInt64(text.count) >> UInt64(shift))) }
            bytes.append(contentsOf: text)
        }
        add("isocenter audit 1")
        for value in columns { add(value) }
        return bytes
    }

    /// As text, in the order of the table.
    private var columns: [String] {
        [
            "\(sequence)", "\(time)", event.kind.rawValue, "\(event.outcome.rawValue)", event.words, event.actor.user, event.actor.aeTitle,
            event.actor.address, event.actor.door.rawValue, event.actor.act, event.other, event.otherAddress, event.study, event.patient?.id ?? "",
            event.patient?.issuer ?? "", event.patient?.name ?? "", event.instancesText, event.query, event.subject,
        ]
    }

    // MARK: The row

    static let names: SQLStatement = """
        sequence, time, kind, outcome, words, user_name, ae_title, address, door, act, other, other_address, study_uid, patient_id, issuer, \
        patient_name, instances, query, subject, hash
        """

    var values: SQLStatement {
        """
        \(sequence), \(time), \(event.kind.rawValue), \(event.outcome.rawValue), \(event.words), \(event.actor.user), \(event.actor.aeTitle), \
        \(event.actor.address), \(event.actor.door.rawValue), \(event.actor.act), \(event.other), \(event.otherAddress), \(event.study), \
        \(event.patient?.id ?? ""), \(event.patient?.issuer ?? ""), \(event.patient?.name ?? ""), \(event.instancesText), \(event.query), \
        \(event.subject), \(hash)
        """
    }

    /// nil where the row holds what no record has: it was changed, or a newer version of the program wrote it.
    init?(_ row: SQLRow) {
        guard let sequence = row.integer("sequence"), let time = row.integer("time"), let kind = AuditKind(rawValue: row.string("kind")),
            let outcome = AuditOutcome(rawValue: row.int("outcome")), let door = AuditActor.Door(rawValue: row.string("door")),
            let instances = AuditEvent.instances(row.string("instances")), let hash = row.blob("hash")
        else { return nil }
        (self.sequence, self.time, self.hash) = (sequence, time, hash)
        let patient = AuditPatient(id: row.string("patient_id"), issuer: row.string("issuer"), name: row.string("patient_name"))
        event = AuditEvent(
            kind,
            by: AuditActor(
                user: row.string("user_name"), aeTitle: row.string("ae_title"), address: row.string("address"), door: door, act: row.string("act")),
            outcome: outcome, words: row.string("words"), other: row.string("other"), otherAddress: row.string("other_address"),
            study: row.string("study_uid"), patient: patient == AuditPatient(id: "") ? nil : patient, instances: instances, query: row.string("query"),
            subject: row.string("subject"), time: time)
    }
}

extension AuditEvent {
    /// `1.2.840.10008.5.1.4.1.1.2=120 …`, by class.
    var instancesText: String { instances.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") }

    static func instances(_ text: String) -> [String: Int]? {
        var result: [String: Int] = [:]
        for part in text.split(separator: " ") {
            guard let mark = part.lastIndex(of: "="), let count = Int(part[part.index(after: mark)...]) else { return nil }
            result[String(part[..<mark])] = count
        }
        return result
    }

    /// As every engine keeps it: without NUL, no longer than it may be.
    var normalised: AuditEvent {
        func clean(_ text: String) -> String {
            let text = text.utf8.contains(0) ? text.replacing("\0", with: "") : text
            return text.utf8.count <= Self.longestText ? text : String(text.prefix(Self.longestText / 4)) + "…"
        }
        var event = self
        (event.words, event.query, event.subject) = (clean(words), clean(query), clean(subject))
        (event.other, event.otherAddress, event.study) = (clean(other), clean(otherAddress), clean(study))
        (event.actor.user, event.actor.aeTitle) = (clean(actor.user), clean(actor.aeTitle))
        (event.actor.address, event.actor.act) = (clean(actor.address), clean(actor.act))
        event.patient = patient.map { AuditPatient(id: clean($0.id), issuer: clean($0.issuer), name: clean($0.name)) }
        event.instances = [:]
        for (sopClass, count) in instances { event.instances[clean(sopClass).filter { $0 != " " }, default: 0] += count }
        event.time = nil
        return event
    }
}
