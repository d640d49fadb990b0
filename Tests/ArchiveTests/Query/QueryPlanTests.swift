import DICOM
import Database
import Testing

@testable import Archive

/// No supported key is answered by reading a whole table. On SQLite: PostgreSQL's planner decides by the sizes that it counts.
@Suite struct QueryPlanTests {
    private static func archive() async throws -> Archive {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<200).map { TestInstance(study: "1.\($0 / 4)", series: "1.\($0 / 2).1", instance: "1.\($0).1.1", patientID: "P\($0 / 8)") })
        return archive
    }

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
            let plan = try await Plan.of(Archive.page(of: .hangingProtocols, identifier, after: 0), in: archive)
            #expect(!plan.readsAll, "\(plan)")
        }
    }

    @Test func whatSomebodyStoredInAStudy() async throws {
        let plan = try await Plan.of(Archive.instances(study: UID("1.1")!, sopClass: UID("1.2")!, .everything), in: try await Self.archive())
        #expect(!plan.readsAll, "\(plan)")
    }

    @Test("No key leads to a whole table")
    func keyed() async throws {
        let archive = try await Self.archive()
        for (level, key) in Self.keys {
            let query = Query(level, keys: [key])
            // Where no study has the value nothing is read.
            for lead in [Lead.ranked, try await lead(query, archive)] where lead != .nothing {
                let plan = try await Plan.of(try QueryStatement(query, .everything, lead: lead).sql, in: archive)
                #expect(!plan.readsAll, "\(level) \(key) \(lead):\n\(plan)")
            }
        }
    }

    private func lead(_ query: Query, _ archive: Archive) async throws -> Lead {
        try await archive.database.read { (connection) throws(DatabaseError) in
            do { return try Lead.chosen(for: query, in: connection) } catch { throw DatabaseError(.statement, "\(error)") }
        }
    }

    @Test("Names by their sound are looked up by a word")
    func fuzzy() async throws {
        let archive = try await Self.archive()
        var query = Query(.study, keys: [.init(.patientName, values: ["Doe^Jane"])])
        query.isFuzzy = true
        for lead in [Lead.ranked, .fuzzy(key: 0, word: 0), .fuzzy(key: 0, word: 1)] {
            let plan = try await Plan.of(try QueryStatement(query, .everything, lead: lead).sql, in: archive)
            #expect(!plan.readsAll, "\(lead):\n\(plan)")
        }
    }

    @Test("What many match is met along the order of the answers, and nothing is sorted but what belongs to one study")
    func walked() async throws {
        let archive = try await Self.archive()
        for (level, key) in Self.keys where level > .patient && !Query(level, keys: [key]).isWithinStudy {
            for lead in [Lead.value(1), .order] {
                let plan = try await Plan.of(try QueryStatement(Query(level, keys: [key]), .everything, lead: lead).sql, in: archive)
                let first = try #require(plan.steps.first)
                if lead == .order {
                    #expect(first.table == "study" && first.index == "study_by_date", "\(level) \(key) \(lead):\n\(plan)")
                } else {
                    #expect(first.table == "led" && first.isEntered, "\(level) \(key) \(lead):\n\(plan)")
                }
                #expect(!plan.steps.dropFirst().contains { !$0.isEntered }, "\(level) \(key) \(lead):\n\(plan)")
                #expect(!plan.sorts && !plan.lists, "\(level) \(key) \(lead):\n\(plan)")
            }
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
        let plan = try await Plan.of(try QueryStatement(Query(.study, keys: keys), .everything).sql, in: archive)
        #expect(plan.steps.first == Plan.Step(table: "study", index: index, isEntered: true), "\(plan)")
        // Nothing is read in full, nor into a list, but for what belongs to a row that is found.
        #expect(!plan.readsAll && !plan.lists, "\(plan)")
    }

    @Test func aRangeOfDatesIsWalkedInTheOrderOfTheAnswersWithoutSorting() async throws {
        let archive = try await Self.archive()
        let query = Query(.study, keys: [.init(.studyDate, values: ["20240101-20240107"]), .init(.modalitiesInStudy, values: ["CT"])])
        let plan = try await Plan.of(try QueryStatement(query, .everything).sql, in: archive)
        #expect(!plan.sorts && !plan.description.contains("TEMP B-TREE"), "\(plan)")
    }

    @Test("Sorts of queries are along an index, and so are their next pages", arguments: [Query.Level.patient, .study])
    func sorted(level: Query.Level) async throws {
        let archive = try await Self.archive()
        for tag in Query.sortable(level) {
            for isAscending in [true, false] {
                var query = Query(level, sort: [.init(tag, isAscending: isAscending)], limit: 3)
                let first = try await Plan.of(try QueryStatement(query, .everything).sql, in: archive)
                #expect(first.steps.allSatisfy { $0.index != nil } && !first.sorts, "\(tag):\n\(first)")
                query.cursor = try await archive.query(query, for: .everything).next
                let next = try await Plan.of(try QueryStatement(query, .everything).sql, in: archive)
                #expect(query.cursor != nil && !next.readsAll && !next.sorts, "\(tag):\n\(next)")
            }
        }
    }

    @Test("Sorts of the study list walk along an index", arguments: StudyListRequest.Sort.allCases)
    func list(sort: StudyListRequest.Sort) async throws {
        let archive = try await Self.archive()
        for order in [StudyListRequest.Order.asc, .desc] {
            let first = try StudyListStatement(StudyListRequest(sort: sort, order: order), .everything)
            // Studies of one patient ID lie in another order in its index: these are sorted, and no others.
            let firstPlan = try await Plan.of(first.page, in: archive)
            #expect(firstPlan.steps.allSatisfy { $0.index != nil } && !firstPlan.sorts, "\(firstPlan)")
            #expect(!(try await Plan.of(first.total, in: archive)).readsAll)
            let page = try await archive.studyList(StudyListRequest(sort: sort, order: order, limit: 3), for: .everything)
            let next = try StudyListStatement(StudyListRequest(sort: sort, order: order, limit: 3, cursor: page.next), .everything)
            let nextPlan = try await Plan.of(next.page, in: archive)
            #expect(!nextPlan.readsAll && !nextPlan.sorts, "\(nextPlan)")
        }
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
            let plan = try await Plan.of(part, in: archive)
            #expect(!plan.readsAll, "\(plan)")
        }
    }

    @Test("Values of attributes that were added are looked up, at each level", arguments: [Query.Level.study, .series, .instance])
    func extra(level: Query.Level) async throws {
        let archive = try await Self.archive()
        _ = try await archive.addExtraAttribute("ProtocolName", level: level)
        try await archive.database.run("UPDATE extra_attribute SET filled = NULL")
        let attribute = try #require(try await archive.extraAttributes().first)
        for value in ["Thorax", "Tho*", "Tho*x?"] {
            var query = Query(level, keys: [.init(.protocolName, values: [value])])
            query.extras = [attribute]
            for lead in [Lead.ranked, .key(0)] {
                let plan = try await Plan.of(try QueryStatement(query, .everything, lead: lead).sql, in: archive)
                #expect(!plan.readsAll, "\(value) \(lead):\n\(plan)")
            }
        }
    }

    @Test func deletionsAreListedAlongTheirIndex() async throws {
        let archive = try await Self.archive()
        let list = try await Plan.of(Deletion.list([], before: nil, limit: 100), in: archive)
        #expect(!list.sorts && list.steps.count == 1, "\(list)")
        for plan in [
            try await Plan.of(Deletion.list([], before: 7, limit: 100), in: archive),
            try await Plan.of("SELECT id FROM deletion WHERE state = 'purging' ORDER BY due LIMIT 1000", in: archive),
            try await Plan.of("SELECT object FROM deleted_instance WHERE deletion = \(1) AND object > \([UInt8]([1])) ORDER BY object LIMIT \(9)", in: archive),
        ] {
            #expect(!plan.readsAll && !plan.sorts, "\(plan)")
        }
    }

    @Test func retrievalAndIngestSearch() async throws {
        let archive = try await Self.archive()
        let statements: [SQLStatement] = [
            "\(InstanceLocation.selection) WHERE study.study_uid = \("1.1") ORDER BY series.number IS NULL, series.number, series.id, instance.number",
            "\(InstanceLocation.selection) WHERE instance.sop_uid = \("1.1")",
            "SELECT object FROM instance WHERE sop_uid = \("1.1")",
            "SELECT 1 FROM instance WHERE object = \([UInt8]([1])) UNION ALL SELECT 1 FROM instance_version WHERE object = \([UInt8]([1]))",
        ]
        for statement in statements {
            let plan = try await Plan.of(statement, in: archive)
            #expect(!plan.readsAll, "\(plan)")
        }
        // The end of an index, and no more of it.
        let newest = try await Plan.of("SELECT max((SELECT max(received) FROM study)) AS newest", in: archive)
        #expect(newest.steps.allSatisfy { $0.index == "study_by_received" }, "\(newest)")
    }
}
