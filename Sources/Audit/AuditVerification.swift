import Database

/// Reads the whole chain and says where it does not hold.
public struct AuditVerification: Sendable {
    /// What is wrong, and at which record.
    public struct Finding: Sendable, Hashable, CustomStringConvertible {
        public enum Problem: String, Sendable {
            /// Its hash does not fit its content and the record before.
            case altered
            /// Not there though there are later ones.
            case missing
            /// The end was cut off.
            case cutOff
            /// Behind what the head says is the last.
            case added
            /// A head that was kept elsewhere is not in the chain: it was made anew.
            case replaced
        }

        public var problem: Problem
        /// First record concerned.
        public var sequence: Int64
        public var words: String

        public var description: String { words }
    }

    public struct Report: Sendable {
        public var records: Int64 = 0
        /// Of the last record.
        public var head: AuditHead?
        public var findings: [Finding] = []
        /// More than are listed.
        public var findingCount = 0
        /// Heads kept elsewhere that were found.
        public var anchors = 0
        public var isGood: Bool { findingCount == 0 }
    }

    private static let page = 2000
    public static let mostFindings = 100

    private var report = Report()
    private var previous = AuditRecord.root
    private var last: Int64 = 0
    private let anchors: [Int64: Set<[UInt8]>]
    private var unseen: Set<Int64>

    /// - Parameter anchors: heads that were written elsewhere while the chain grew.
    public static func verify(_ database: any SQLDatabase, anchors: [AuditHead] = []) async throws(DatabaseError) -> Report {
        var verification = AuditVerification(anchors)
        while true {
            let rows = try await database.all(verification.next)
            for row in rows { verification.check(row) }
            guard rows.count == page else { break }
        }
        // Read last: records that came meanwhile are behind it, never before.
        let end = verification
        return try await database.read { (connection) throws(DatabaseError) in try end.finish(connection) }
    }

    /// As the other, in one transaction.
    public static func verify(_ connection: any SQLConnection, anchors: [AuditHead] = []) throws(DatabaseError) -> Report {
        var verification = AuditVerification(anchors)
        while true {
            let rows = try connection.all(verification.next)
            for row in rows { verification.check(row) }
            guard rows.count == page else { break }
        }
        return try verification.finish(connection)
    }

    private var next: SQLStatement { "SELECT \(AuditRecord.names) FROM audit_record WHERE sequence > \(last) ORDER BY sequence LIMIT \(Self.page)" }

    private init(_ anchors: [AuditHead]) {
        self.anchors = Dictionary(grouping: anchors, by: \.sequence).mapValues { Set($0.map(\.hash)) }
        unseen = Set(self.anchors.keys)
        // Of sequences that no record has.
        last = -1 << 62
        started = false
    }

    private var started: Bool

    private mutating func note(_ problem: Finding.Problem, _ sequence: Int64, _ words: String) {
        report.findingCount += 1
        if report.findings.count < Self.mostFindings { report.findings.append(Finding(problem: problem, sequence: sequence, words: words)) }
    }

    private mutating func check(_ row: SQLRow) {
        let sequence = row.integer("sequence") ?? 0
        let expected = started ? last + 1 : 1
        if sequence < 1 {
            note(.added, sequence, "record \(sequence) stands before the first")
        } else if sequence > expected {
            note(.missing, expected, sequence == expected + 1 ? "record \(expected) is missing" : "records \(expected) to \(sequence - 1) are missing")
        }
        (last, started) = (sequence, sequence >= 1 || started)
        report.records += 1
        let hash = row.blob("hash") ?? []
        // Behind a gap nobody knows what was before: it is named already, and the chain goes on from this one.
        if let record = AuditRecord(row) {
            if sequence == expected, record.hash(after: previous) != hash {
                note(.altered, sequence, "record \(sequence) is not as it was written, or the one before it is not")
            }
        } else {
            note(.altered, sequence, "record \(sequence) holds what no record has")
        }
        if let known = anchors[sequence] {
            unseen.remove(sequence)
            if known.contains(hash) && known.count == 1 { report.anchors += 1 } else {
                note(.replaced, sequence, "record \(sequence) is another than the one that was noted outside the database")
            }
        }
        previous = hash
    }

    private func finish(_ connection: any SQLConnection) throws(DatabaseError) -> Report {
        var end = self
        let head = try connection.first("SELECT sequence, hash FROM audit_head WHERE id = 1")
        let (sequence, hash) = (head?.integer("sequence") ?? 0, head?.blob("hash") ?? AuditRecord.root)
        let newest = end.started ? end.last : 0
        if sequence < newest {
            end.note(.added, sequence + 1, "the trail ends with record \(sequence), but there are records up to \(newest)")
        } else if sequence > newest {
            // Unless they came while we read.
            let next = try connection.first("SELECT sequence FROM audit_record WHERE sequence > \(newest) ORDER BY sequence LIMIT 1")?.integer("sequence")
            if next != newest + 1 { end.note(.cutOff, newest + 1, "records \(newest + 1) to \(sequence) are missing at the end") }
        } else if hash != end.previous {
            end.note(.altered, newest, "the last record is not the one that was written last")
        }
        if end.started { end.report.head = AuditHead(sequence: newest, hash: end.previous) }
        if let lost = end.unseen.filter({ $0 > max(newest, sequence) }).min(), let most = end.unseen.max() {
            end.note(.cutOff, newest + 1, "records up to \(most) were noted outside the database, the first of them that is missing is at most \(lost)")
        }
        return end.report
    }
}
