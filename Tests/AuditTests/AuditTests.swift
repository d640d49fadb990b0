import Audit
import Database
import DatabaseFixtures
import Testing

/// Numbers that are the same each time.
struct Seeded: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

enum Bench {
    static func database() async throws -> any SQLDatabase {
        let database = try Engine.current.makeDatabase()
        try await database.migrate(.audit)
        return database
    }

    static let patient = AuditPatient(id: "4711", issuer: "Ward 5", name: "Müller^Änne")

    static func event(_ number: Int, _ kind: AuditKind = .accessed) -> AuditEvent {
        AuditEvent(
            kind, by: AuditActor(user: "anna", aeTitle: "CT\(number)", address: "10.1.2.3", door: .web, act: "act \(number)"), words: "w\(number)",
            other: "WS", otherAddress: "10.9.9.9", study: "1.2.\(number)", patient: patient, instances: ["1.2.840.10008.5.1.4.1.1.2": number + 1],
            query: "PatientName=M*", subject: "studies")
    }

    static func append(_ count: Int, to database: any SQLDatabase) async throws {
        for start in stride(from: 0, to: count, by: 100) {
            try await database.write { (connection) throws(DatabaseError) in
                try AuditChain(connection).append((start..<min(start + 100, count)).map { event($0) })
            }
        }
    }
}

@Suite(.everyEngine) struct AuditChainTests {
    @Test func whatWasWrittenHoldsAndIsFound() async throws {
        let database = try await Bench.database()
        try await Bench.append(250, to: database)
        let report = try await AuditVerification.verify(database)
        #expect(report.isGood && report.records == 250 && report.head?.sequence == 250)
        let trail = AuditTrail(database) { _, _ in nil }
        var query = AuditQuery()
        query.limit = 3
        #expect(try await trail.records(query).map(\.sequence) == [250, 249, 248])
        query.after = 10
        #expect(try await trail.records(query).map(\.sequence) == [11, 12, 13])
        var one = AuditQuery()
        one.study = "1.2.7"
        let found = try await trail.records(one)
        var expected = Bench.event(7)
        expected.time = found.first?.time
        #expect(found.map(\.event) == [expected])
        one = AuditQuery()
        (one.patientID, one.user, one.accessOnly, one.limit) = ("4711", "anna", true, 1000)
        #expect(try await trail.records(one).count == 250)
        one.user = "bert"
        #expect(try await trail.records(one).isEmpty)
    }

    /// Several at once, each with a transaction of its own beside: one chain, nothing twice, nothing lost.
    @Test func manyWritersMakeOneChain() async throws {
        let database = try await Bench.database()
        let trails = (0..<3).map { _ in AuditTrail(database) { study, _ in AuditPatient(id: "of \(study)") } }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<12 {
                group.addTask {
                    for number in 0..<8 {
                        var event = Bench.event(number)
                        (event.actor.act, event.patient) = ("w\(writer) \(number)", nil)
                        if writer % 3 == 0 {
                            let done = event
                            try await database.write { (connection) throws(DatabaseError) in try AuditChain(connection).append([done]) }
                        } else { try await trails[writer % 3].record(event) }
                    }
                }
            }
            try await group.waitForAll()
        }
        let report = try await AuditVerification.verify(database)
        #expect(report.isGood && report.records == 96, "\(report.findings)")
        var query = AuditQuery()
        query.limit = 1000
        let records = try await trails[0].records(query)
        #expect(Set(records.map(\.event.actor.act)).count == 96)
        #expect(records.filter { $0.event.patient?.id == "of \($0.event.study)" }.count == 64)
    }

    @Test func anActThatIsUndoneLeavesNoRecord() async throws {
        let database = try await Bench.database()
        try await Bench.append(2, to: database)
        await #expect(throws: DatabaseError(.rolledBack, "")) {
            try await database.write { (connection) throws(DatabaseError) in
                try AuditChain(connection).append([Bench.event(9)])
                throw DatabaseError(.rolledBack, "given up")
            }
        }
        try await Bench.append(1, to: database)
        let report = try await AuditVerification.verify(database)
        #expect(report.isGood && report.records == 3)
    }

    @Test func partsOfAnActBecomeOneRecordOfEachStudy() async throws {
        let database = try await Bench.database()
        let trail = AuditTrail(database) { _, _ in nil }
        let actor = AuditActor(aeTitle: "CT1", address: "10.0.0.1", door: .dimse, act: "a1")
        func store(_ study: String, _ sopClass: String, _ number: Int, _ act: String = "a1") async throws {
            var actor = actor
            actor.act = act
            let part = AuditChain.Part(.received, by: actor, study: study, patient: Bench.patient, sopClass: sopClass, number: number)
            try await database.write { (connection) throws(DatabaseError) in try AuditChain(connection).gather([part, part]) }
        }
        for _ in 0..<3 { try await store("1.1", "9.1", 1) }
        try await store("1.1", "9.2", 5)
        try await store("1.2", "9.1", 1)
        try await store("1.3", "9.1", 1, "a2")
        #expect(try await trail.head() == nil)
        try await trail.settle(.act("a1"))
        try await trail.settle(.act("a1"))
        var query = AuditQuery()
        query.after = 0
        #expect(try await trail.records(query).map { [$0.event.study, "\($0.event.instances.values.reduce(0, +))"] } == [["1.1", "16"], ["1.2", "2"]])
        #expect(try await trail.records(query).first?.event.instances == ["9.1": 6, "9.2": 10])
        try await trail.settle(.began(before: 0))
        #expect(try await trail.head()?.sequence == 2)
        try await trail.settle(.all)
        #expect(try await trail.head()?.sequence == 3)
        #expect(try await AuditVerification.verify(database).isGood)
    }

    @Test func whatIsDoneAgainAtOnceIsToldOnce() async throws {
        let database = try await Bench.database()
        let trail = AuditTrail(database) { _, _ in nil }
        for number in 0..<20 {
            var event = Bench.event(number % 2)
            event.actor.aeTitle = ""
            event.words = ""
            event.actor.act = "request \(number)"
            try await trail.recordOnce(event)
        }
        #expect(try await trail.head()?.sequence == 2)
    }

    @Test func aHeadKeptElsewhereFindsAChainMadeAnew() async throws {
        let database = try await Bench.database()
        try await Bench.append(20, to: database)
        let trail = AuditTrail(database) { _, _ in nil }
        let head = try #require(try await trail.head())
        #expect(AuditHead(text: head.text) == head)
        #expect(try await AuditVerification.verify(database, anchors: [head]).anchors == 1)
        try await database.run("DELETE FROM audit_record")
        try await database.run("DELETE FROM audit_head")
        try await Bench.append(19, to: database)
        #expect(try await AuditVerification.verify(database).isGood)
        let cut = try await AuditVerification.verify(database, anchors: [head])
        #expect(cut.findings.map(\.problem) == [.cutOff] && cut.findings.first?.sequence == 20)
        try await Bench.append(2, to: database)
        #expect(try await AuditVerification.verify(database, anchors: [head]).findings.map(\.problem) == [.replaced])
    }
}

/// Whoever changes a single record, takes one out, puts one in or makes two change places is found, and so is where.
@Suite struct AuditTamperTests {
    static let records = 24

    enum Act: Sendable {
        case edit(Int, String), delete(Int), insert(Int), swap(Int, Int)
    }

    static let columns: [(StaticString, Bool)] = [
        ("time", true), ("kind", false), ("outcome", true), ("words", false), ("user_name", false), ("ae_title", false), ("address", false), ("door", false),
        ("act", false), ("other", false), ("other_address", false), ("study_uid", false), ("patient_id", false), ("issuer", false), ("patient_name", false),
        ("instances", false), ("query", false), ("subject", false),
    ]

    @Test func everyOneOfTenThousandIsFound() async throws {
        let database = try Engine.sqlite.makeDatabase()
        try await database.migrate(.audit)
        try await Bench.append(Self.records, to: database)
        var random = Seeded(state: 7)
        var missed: [String] = []
        for number in 0..<10_000 {
            let one = Int.random(in: 1...Self.records, using: &random)
            var other = Int.random(in: 1..<Self.records, using: &random)
            if other >= one { other += 1 }
            let column = Self.columns[Int.random(in: 0..<Self.columns.count, using: &random)]
            let flip = Int.random(in: 0..<32, using: &random)
            let named = try await Self.tampered(database, number % 5, one, other, column, flip)
            if !named { missed.append("\(number): \(number % 5) at \(one), \(other), \(column.0)") }
        }
        #expect(missed.isEmpty, "\(missed.prefix(5))")
        #expect(try await AuditVerification.verify(database).isGood)
    }

    /// Changes, verifies and takes the change back.
    ///
    /// - Returns: whether a record concerned was named.
    private static func tampered(
        _ database: any SQLDatabase, _ act: Int, _ one: Int, _ other: Int, _ column: (StaticString, Bool), _ flip: Int
    ) async throws -> Bool {
        var concerned: Set<Int64> = [Int64(one)]
        let undo = DatabaseError(.rolledBack, "taken back")
        var findings: [AuditVerification.Finding] = []
        switch act {
        case 0:
            findings = try await verified(database, undo) { (connection) throws(DatabaseError) in
                if column.1 {
                    try connection.run("UPDATE audit_record SET \(literal: column.0) = \(literal: column.0) + 4 WHERE sequence = \(one)")
                } else {
                    try connection.run("UPDATE audit_record SET \(literal: column.0) = \(literal: column.0) || 'x' WHERE sequence = \(one)")
                }
            }
        case 1:
            findings = try await verified(database, undo) { (connection) throws(DatabaseError) in
                var hash = try connection.first("SELECT hash FROM audit_record WHERE sequence = \(one)")?.blob("hash") ?? []
                hash[flip] ^= 1
                try connection.run("UPDATE audit_record SET hash = \(hash) WHERE sequence = \(one)")
            }
        case 2:
            findings = try await verified(database, undo) { (connection) throws(DatabaseError) in
                try connection.run("DELETE FROM audit_record WHERE sequence = \(one)")
            }
        case 3:
            // A copy of another record in this place; those behind it move on.
            concerned = [Int64(one), Int64(one + 1)]
            findings = try await verified(database, undo) { (connection) throws(DatabaseError) in
                try connection.run("UPDATE audit_record SET sequence = -sequence - 1 WHERE sequence >= \(one)")
                try connection.run("UPDATE audit_record SET sequence = -sequence WHERE sequence < 0")
                let source = other >= one ? other + 1 : other
                try connection.run("""
                    INSERT INTO audit_record SELECT \(one), time, kind, outcome, words, user_name, ae_title, address, door, act, other, other_address, study_uid,
                           patient_id, issuer, patient_name, instances, query, subject, hash FROM audit_record WHERE sequence = \(source)
                    """)
            }
        default:
            concerned = [Int64(one), Int64(other)]
            findings = try await verified(database, undo) { (connection) throws(DatabaseError) in
                try connection.run("UPDATE audit_record SET sequence = -1 WHERE sequence = \(one)")
                try connection.run("UPDATE audit_record SET sequence = \(one) WHERE sequence = \(other)")
                try connection.run("UPDATE audit_record SET sequence = \(other) WHERE sequence = -1")
            }
        }
        return findings.contains { concerned.contains($0.sequence) }
    }

    private static func verified(
        _ database: any SQLDatabase, _ undo: DatabaseError, _ change: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> Void
    ) async throws -> [AuditVerification.Finding] {
        let found = Found()
        do {
            try await database.write { (connection) throws(DatabaseError) in
                try change(connection)
                found.findings = try AuditVerification.verify(connection).findings
                throw undo
            }
        } catch let error as DatabaseError where error.message == undo.message {}
        return found.findings
    }

    /// Filled on the database's thread, read when that is done.
    private final class Found: @unchecked Sendable { var findings: [AuditVerification.Finding] = [] }
}
