import DICOM
import Database
import Testing

@testable import Archive

/// No supported key is answered by reading a whole table.
@Suite struct QueryPlanTests {
    private static func archive() async throws -> Archive {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<200).map { TestInstance(study: "1.\($0 / 4)", series: "1.\($0 / 2).1", instance: "1.\($0).1.1", patientID: "P\($0 / 8)") })
        return archive
    }

    private func plan(_ statement: SQLStatement, _ archive: Archive) async throws -> [String] {
        try await archive.database.all("EXPLAIN QUERY PLAN \(statement)").map { $0.string("detail") }
    }

    /// `SCAN x` without an index reads all rows, with one it walks along the order that is asked for until the page is full.
    private func isFullScan(_ step: String) -> Bool { step.hasPrefix("SCAN") && !step.contains("CONSTANT ROW") && step != "SCAN found" }

    static let keys: [(Query.Level, Query.Key)] = [
        (.patient, .init(.patientID, values: ["P1"])), (.patient, .init(.patientName, values: ["doe*"])), (.patient, .init(.patientBirthDate, values: ["19600101"])),
        (.study, .init(.studyInstanceUID, values: ["1.1", "1.2"])), (.study, .init(.patientID, values: ["P1"])), (.study, .init(.patientID, values: ["P*"])),
        (.study, .init(.patientName, values: ["doe*"])), (.study, .init(.patientName, values: ["Doe^Jane"])), (.study, .init(.patientBirthDate, values: ["19600101"])),
        (.study, .init(.studyDate, values: ["20240101"])), (.study, .init(.studyDate, values: ["20240101-20240131"])), (.study, .init(.accessionNumber, values: ["A1"])),
        (.study, .init(.studyID, values: ["1"])), (.study, .init(.studyDescription, values: ["Thorax*"])), (.study, .init(.referringPhysicianName, values: ["house*"])),
        (.study, .init(.modalitiesInStudy, values: ["CT"])), (.study, .init(.sopClassesInStudy, values: ["1.2"])),
        (.series, .init(.studyInstanceUID, values: ["1.1"])), (.series, .init(.seriesInstanceUID, values: ["1.1"])), (.series, .init(.modality, values: ["CT"])),
        (.series, .init(.bodyPartExamined, values: ["HEAD"])), (.series, .init(.performedProcedureStepStartDate, values: ["20240101-"])),
        (.series, .init(.requestAttributesSequence, .requestedProcedureID, values: ["R"])), (.series, .init(.requestAttributesSequence, .scheduledProcedureStepID, values: ["S"])),
        (.series, .init(.patientID, values: ["P1"])),
        (.patient, .init(.otherPatientIDs, values: ["X"])), (.study, .init(.otherPatientIDs, values: ["X"])), (.study, .init(.otherPatientIDsSequence, .patientID, values: ["X"])),
        (.study, .init(.procedureCodeSequence, .codeValue, values: ["C"])), (.study, .init(.procedureCodeSequence, .codeMeaning, values: ["M"])),
        (.study, .init(.nameOfPhysiciansReadingStudy, values: ["house*"])), (.series, .init(.operatorsName, values: ["a*"])), (.series, .init(.performingPhysicianName, values: ["a"])),
        (.series, .init(.institutionName, values: ["H"])), (.series, .init(.stationName, values: ["S"])), (.series, .init(.seriesDate, values: ["20240101-20240102"])),
        (.series, .init(.frameOfReferenceUID, values: ["1.2"])), (.series, .init(.requestAttributesSequence, .accessionNumber, values: ["A"])),
        (.instance, .init(.sopInstanceUID, values: ["1.1"])), (.instance, .init(.seriesInstanceUID, values: ["1.1"])), (.instance, .init(.studyInstanceUID, values: ["1.1"])),
        (.instance, .init(.sopClassUID, values: ["1.1"])), (.instance, .init(.contentDate, values: ["20240101"])), (.instance, .init(.patientID, values: ["P1"])),
    ]

    @Test func whatBelongsToNoStudy() async throws {
        let archive = try await Self.archive()
        for identifier in [DataSet(), DataSet([DataElement(.sopInstanceUID, .UI, strings: ["1.2", "1.3"])])] {
            let plan = try await plan(Archive.page(of: .hangingProtocols, identifier, after: 0), archive)
            #expect(plan.contains { $0.hasPrefix("SEARCH non_patient_instance USING INDEX") }, "\(plan)")
            #expect(!plan.contains(where: isFullScan), "\(plan)")
        }
    }

    @Test("Keys", arguments: keys.indices)
    func key(index: Int) async throws {
        let archive = try await Self.archive()
        let (level, key) = Self.keys[index]
        let query = Query(level, keys: [key])
        // Where no study has the value nothing is read.
        for lead in [Lead.ranked, try await lead(query, archive)] where lead != .nothing {
            let plan = try await plan(try QueryStatement(query, .everything, lead: lead).sql, archive)
            #expect(!plan.contains(where: isFullScan), "\(level) \(key) \(lead): \(plan)")
        }
    }

    private func lead(_ query: Query, _ archive: Archive) async throws -> Lead {
        try await archive.database.read { (connection) throws(DatabaseError) in
            do { return try Lead.chosen(for: query, in: connection) } catch { throw DatabaseError(.statement, "\(error)") }
        }
    }

    @Test("What many match is met along the order of the answers, and nothing is sorted but what belongs to one study", arguments: keys.indices)
    func walked(index: Int) async throws {
        let archive = try await Self.archive()
        let (level, key) = Self.keys[index]
        guard level > .patient, !Query(level, keys: [key]).isWithinStudy else { return }
        for lead in [Lead.value(1), .order] {
            let plan = try await plan(try QueryStatement(Query(level, keys: [key]), .everything, lead: lead).sql, archive)
            let first = lead == .order ? "study USING INDEX study_by_date " : "led USING PRIMARY KEY "
            #expect(plan.first.map { "\($0) ".contains(first) } == true, "\(level) \(key) \(lead): \(plan)")
            #expect(!plan.dropFirst().contains(where: isFullScan), "\(level) \(key) \(lead): \(plan)")
            #expect(!plan.contains("USE TEMP B-TREE FOR ORDER BY"), "\(level) \(key) \(lead): \(plan)")
            #expect(!plan.contains { $0.contains("LIST SUBQUERY") }, "\(level) \(key) \(lead): \(plan)")
        }
    }

    @Test("The key that leaves the fewest rows leads", arguments: [
        ([Query.Key(.studyDate, values: ["20240101-20240107"]), .init(.modalitiesInStudy, values: ["CT"])], "study_by_date"),
        ([.init(.patientID, values: ["P1"]), .init(.studyDate, values: ["20240101-20240107"]), .init(.modalitiesInStudy, values: ["CT"])], "study_by_patient_id"),
        ([.init(.patientID, values: ["P1"]), .init(.patientName, values: ["doe*"]), .init(.sopClassesInStudy, values: ["1.2"])], "study_by_patient_id"),
        ([.init(.accessionNumber, values: ["A"]), .init(.studyDescription, values: ["CT*"]), .init(.patientSex, values: ["F"])], "study_by_accession"),
    ])
    func leading(keys: [Query.Key], index: String) async throws {
        let archive = try await Self.archive()
        let plan = try await plan(try QueryStatement(Query(.study, keys: keys), .everything).sql, archive)
        #expect(plan.first?.contains("SEARCH study USING INDEX \(index)") == true, "\(plan)")
        // Nothing is read in full, nor into a list, but for what belongs to a row that is found.
        #expect(!plan.contains { isFullScan($0) || $0.contains("LIST SUBQUERY") }, "\(plan)")
    }

    @Test func aRangeOfDatesIsWalkedInTheOrderOfTheAnswersWithoutSorting() async throws {
        let archive = try await Self.archive()
        let query = Query(.study, keys: [.init(.studyDate, values: ["20240101-20240107"]), .init(.modalitiesInStudy, values: ["CT"])])
        let plan = try await plan(try QueryStatement(query, .everything).sql, archive)
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    @Test("Sorts of the study list walk along an index", arguments: StudyListRequest.Sort.allCases)
    func list(sort: StudyListRequest.Sort) async throws {
        let archive = try await Self.archive()
        let first = try StudyListStatement(StudyListRequest(sort: sort), .everything)
        let firstPlan = try await plan(first.page, archive)
        // Studies of one patient ID lie in another order in its index.
        #expect(firstPlan.filter { sort != .patientID || !$0.hasSuffix("RIGHT PART OF ORDER BY") }.allSatisfy { $0.contains("USING INDEX") || $0.contains("USING COVERING INDEX") }, "\(firstPlan)")
        #expect(!(try await plan(first.total, archive)).contains(where: isFullScan))
        let page = try await archive.studyList(StudyListRequest(sort: sort, limit: 3), for: .everything)
        let next = try StudyListStatement(StudyListRequest(sort: sort, limit: 3, cursor: page.next), .everything)
        let nextPlan = try await plan(next.page, archive)
        #expect(nextPlan.filter { sort != .patientID || !$0.hasSuffix("RIGHT PART OF ORDER BY") }.allSatisfy { $0.hasPrefix("SEARCH") && $0.contains("INDEX") }, "\(nextPlan)")
    }

    @Test("Searches of the study list", arguments: [
        StudyListRequest(search: "doe"), StudyListRequest(search: "doe jane"), StudyListRequest(search: "2024"), StudyListRequest(modality: "CT"),
        StudyListRequest(from: "20240101", to: "20240131"), StudyListRequest(search: "doe", modality: "CT", from: "20240101"),
    ])
    func search(request: StudyListRequest) async throws {
        let archive = try await Self.archive()
        let lead = try await archive.database.read { (connection) throws(DatabaseError) in try StudyListStatement.Lead.chosen(for: request, in: connection) }
        let statement = try StudyListStatement(request, .everything, lead)
        for part in [statement.page, statement.total] {
            let plan = try await plan(part, archive)
            #expect(!plan.contains(where: isFullScan), "\(plan)")
        }
    }

    @Test func retrievalAndIngestSearch() async throws {
        let archive = try await Self.archive()
        let statements: [SQLStatement] = [
            "\(InstanceLocation.selection) WHERE study.study_uid = \("1.1") ORDER BY series.number IS NULL, series.number, series.id, instance.number",
            "\(InstanceLocation.selection) WHERE instance.sop_uid = \("1.1")",
            "SELECT object FROM instance WHERE sop_uid = \("1.1")",
            "SELECT 1 FROM instance WHERE object = \([UInt8]([1])) UNION ALL SELECT 1 FROM instance_version WHERE object = \([UInt8]([1]))",
            "SELECT max((SELECT max(received) FROM study), 1) AS newest",
        ]
        for statement in statements {
            let plan = try await plan(statement, archive)
            #expect(!plan.contains(where: isFullScan), "\(plan)")
        }
    }
}
