import DICOM
import Database
import DatabaseFixtures
import Testing

@testable import Archive

/// What a question reads does not grow with the archive. PostgreSQL chooses its plans by the sizes that it counts, so it is asked in an archive that
/// is worth an index, and tells how many rows it really read.
@Suite(.everyEngine) struct RowsReadTests {
    static let studies = 2000
    /// Of rows of all tables together: answers with what belongs to them, and no fifth of a table.
    static let most = 400.0

    private static func instance(_ number: Int) -> TestInstance {
        func text(_ tag: Tag, _ vr: VR, _ value: String) -> DataElement { DataElement(tag, vr, value) }
        let day = 20_150_000 + (number / 336 % 10) * 10_000 + (number / 28 % 12 + 1) * 100 + number % 28 + 1
        var instance = TestInstance(study: "1.\(number)", series: "1.\(number).1", instance: "1.\(number).1.1", patientID: "P\(number)", name: "Name\(number)^Given\(number % 50)")
        instance.modality = ["CT", "MR", "US", "DX"][number % 4]
        instance.extra = [
            text(.patientBirthDate, .DA, "\(19_300_000 + (number % 90) * 10_000 + 101 + number / 90 % 28)"), text(.studyDate, .DA, "\(day)"), text(.seriesDate, .DA, "\(day)"), text(.contentDate, .DA, "\(day)"),
            text(.performedProcedureStepStartDate, .DA, "\(day)"), text(.accessionNumber, .SH, "A\(number)"), text(.studyID, .SH, "S\(number)"),
            text(.studyDescription, .LO, "Thorax \(number)"), text(.referringPhysicianName, .PN, "House\(number)^Gregory"), text(.bodyPartExamined, .CS, "PART\(number % 500)"),
            text(.institutionName, .LO, "Hospital \(number % 1000)"), text(.stationName, .SH, "ST\(number % 1000)"), text(.operatorsName, .PN, "Operator\(number % 1000)"),
            text(.frameOfReferenceUID, .UI, "1.9.\(number)"), text(.nameOfPhysiciansReadingStudy, .PN, "Reader\(number)"), text(.performingPhysicianName, .PN, "Performer\(number)"),
            DataElement(.otherPatientIDsSequence, items: [DataSet([text(.patientID, .LO, "O\(number)")])]),
            DataElement(.procedureCodeSequence, items: [DataSet([text(.codeValue, .SH, "C\(number)"), text(.codeMeaning, .LO, "Meaning \(number)")])]),
            DataElement(.requestAttributesSequence, items: [DataSet([
                text(.requestedProcedureID, .SH, "R\(number)"), text(.scheduledProcedureStepID, .SH, "SP\(number)"), text(.accessionNumber, .SH, "A\(number)"),
            ])]),
        ]
        return instance
    }

    /// Many have some, few have most.
    static let keys: [(Query.Level, [Query.Key])] = [
        (.patient, [.init(.patientID, values: ["P77"])]), (.patient, [.init(.patientName, values: ["name77*"])]), (.patient, [.init(.otherPatientIDs, values: ["O77"])]),
        (.study, [.init(.studyInstanceUID, values: ["1.77", "1.78"])]), (.study, [.init(.patientID, values: ["P77"])]), (.study, [.init(.patientName, values: ["Name77^Given27"])]),
        (.study, [.init(.accessionNumber, values: ["A77"])]), (.study, [.init(.studyID, values: ["S77"])]), (.study, [.init(.studyDescription, values: ["Thorax 77"])]),
        (.study, [.init(.referringPhysicianName, values: ["house77^*"])]), (.study, [.init(.otherPatientIDs, values: ["O77"])]),
        (.study, [.init(.procedureCodeSequence, .codeValue, values: ["C77"])]), (.study, [.init(.nameOfPhysiciansReadingStudy, values: ["reader77"])]),
        (.study, [.init(.studyDate, values: ["20150305"])]), (.study, [.init(.studyDate, values: ["20150305"]), .init(.modalitiesInStudy, values: ["CT"])]),
        (.study, [.init(.modalitiesInStudy, values: ["CT"])]), (.study, [.init(.patientID, values: ["P77"]), .init(.modalitiesInStudy, values: ["CT"])]), (.study, []),
        (.series, [.init(.seriesInstanceUID, values: ["1.77.1"])]), (.series, [.init(.modality, values: ["CT"])]), (.series, [.init(.stationName, values: ["ST77"])]),
        (.series, [.init(.bodyPartExamined, values: ["PART77"])]), (.series, [.init(.operatorsName, values: ["operator77"])]), (.series, [.init(.performingPhysicianName, values: ["performer77"])]),
        (.series, [.init(.frameOfReferenceUID, values: ["1.9.77"])]), (.series, [.init(.requestAttributesSequence, .requestedProcedureID, values: ["R77"])]),
        (.series, [.init(.performedProcedureStepStartDate, values: ["20150305"])]),
        (.instance, [.init(.sopInstanceUID, values: ["1.77.1.1"])]), (.instance, [.init(.seriesInstanceUID, values: ["1.77.1"])]), (.instance, [.init(.contentDate, values: ["20150305"])]),
        (.instance, [.init(.patientID, values: ["P77"])]),
    ]

    @Test("A question reads what it answers, and no fifth of a table")
    func read() async throws {
        guard Engine.current == .postgreSQL else { return }
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<Self.studies).map(Self.instance))
        try await archive.database.run("ANALYZE")
        for (level, keys) in Self.keys {
            let query = Query(level, keys: keys, limit: 20)
            let lead = try await archive.database.read { (connection) throws(DatabaseError) in
                do { return try Lead.chosen(for: query, in: connection) } catch { throw DatabaseError(.statement, "\(error)") }
            }
            let (read, plan) = try await Plan.rowsRead(try QueryStatement(query, .everything, lead: lead).sql, in: archive)
            #expect(read <= Self.most && plan.contains("actual"), "\(level) \(keys) read \(read) rows:\n\(plan)")
        }
        for request in [StudyListRequest(limit: 20), StudyListRequest(search: "name77", limit: 20), StudyListRequest(search: "A77", limit: 20), StudyListRequest(modality: "CT", limit: 20), StudyListRequest(from: "20150305", to: "20150305", limit: 20)] {
            let lead = try await archive.database.read { (connection) throws(DatabaseError) in try StudyListStatement.Lead.chosen(for: request, in: connection) }
            let (read, plan) = try await Plan.rowsRead(try StudyListStatement(request, .everything, lead).page, in: archive)
            #expect(read <= Self.most && plan.contains("actual"), "\(request) read \(read) rows:\n\(plan)")
        }
        for statement in ["\(InstanceLocation.selection) WHERE study.study_uid = \("1.77")", "\(InstanceLocation.selection) WHERE instance.sop_uid = \("1.77.1.1")"] as [SQLStatement] {
            let (read, plan) = try await Plan.rowsRead(statement, in: archive)
            #expect(read <= Self.most && plan.contains("actual"), "read \(read) rows:\n\(plan)")
        }
    }
}
