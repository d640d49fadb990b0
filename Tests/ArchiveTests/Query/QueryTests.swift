import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite(.everyEngine) struct QueryTests {
    @Test func aPatientIsNotMergedWithAnotherOfTheSameID() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index([
            TestInstance(study: "1.1", series: "1.1.1", instance: "1.1.1.1", patientID: "77", name: "Doe^Jane"),
            TestInstance(study: "1.2", series: "1.2.1", instance: "1.2.1.1", patientID: "77", name: "Smith^Bob"),
            TestInstance(study: "1.3", series: "1.3.1", instance: "1.3.1.1", patientID: "77", name: "DOE^JANE^^"),
            TestInstance(study: "1.4", series: "1.4.1", instance: "1.4.1.1", patientID: "", name: ""),
            TestInstance(study: "1.5", series: "1.5.1", instance: "1.5.1.1", patientID: "", name: ""),
        ])
        let patients = try await archive.query(Query(.patient, keys: [.init(.patientID, values: ["77"])]), for: .everything).answers
        #expect(Set(patients.compactMap { $0.string(.patientName) }) == ["Doe^Jane", "Smith^Bob"])
        #expect(patients.first { $0.string(.patientName) == "Doe^Jane" }?.integer(.numberOfPatientRelatedStudies) == 2)
        #expect(try await archive.query(Query(.patient), for: .everything).answers.count == 4)
        #expect(try await archive.study(UID(test: "1.2"), for: .everything)?.patientName.alphabetic == "Smith^Bob")
    }

    @Test func theIdentifierOfACFindIsKeysAndWhatIsAnswered() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        var instance = TestInstance(name: "Müller^Jörg")
        instance.extra = [
            DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.studyDate, .DA, "20240131"),
            DataElement(.requestAttributesSequence, items: [DataSet([
                DataElement(.requestedProcedureID, .SH, "RP1"), DataElement(.scheduledProcedureStepID, .SH, "S1"),
            ])]),
        ]
        try await archive.index([instance])
        let identifier = DataSet([
            DataElement(.queryRetrieveLevel, .CS, "SERIES"), DataElement(.specificCharacterSet, .CS, "ISO_IR 192"),
            DataElement(.patientName, .PN, "MULLER*"), DataElement(.modality, .CS, ""), DataElement(.studyDate, .DA, ""),
            DataElement(.requestAttributesSequence, items: [DataSet([
                DataElement(.requestedProcedureID, .SH, "RP1"), DataElement(.scheduledProcedureStepID, .SH, ""),
            ])]),
        ])
        let level = try #require(Query.Level(identifier.string(.queryRetrieveLevel) ?? ""))
        let answers = try await archive.query(Query(level, identifier: identifier), for: .everything).answers
        try #require(answers.count == 1)
        #expect(answers[0].string(.patientName) == "Müller^Jörg")
        #expect(answers[0].string(.modality) == "CT")
        #expect(answers[0].string(.studyDate) == "20240131")
        #expect(answers[0].items(.requestAttributesSequence).first?.string(.scheduledProcedureStepID) == "S1")
        #expect(answers[0].string(.specificCharacterSet) == "ISO_IR 192")
        #expect(answers[0].string(.seriesInstanceUID) == "1.2.3.4")
        #expect(answers[0][.patientID] == nil)
        var other = identifier
        other.set(DataElement(.requestAttributesSequence, items: [DataSet([
            DataElement(.requestedProcedureID, .SH, "RP1"), DataElement(.scheduledProcedureStepID, .SH, "S2"),
        ])]))
        #expect(try await archive.query(Query(level, identifier: other), for: .everything).answers.isEmpty)
    }

    @Test("Date and time as one range or each on its own (PS3.4 §C.2.2.2.5)", arguments: [(true, ["1.2", "1.3"]), (false, ["1.2"])])
    func combined(combines: Bool, expected: [String]) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let times = [("1.1", "20240101", "0800"), ("1.2", "20240101", "1500"), ("1.3", "20240102", "0500"), ("1.4", "20240102", "2300")]
        try await archive.index(times.map { uid, date, time in
            TestInstance(study: uid, series: uid + ".1", instance: uid + ".1.1", extra: [DataElement(.studyDate, .DA, date), DataElement(.studyTime, .TM, time)])
        })
        let query = Query(
            .study, keys: [.init(.studyDate, values: ["20240101-20240102"]), .init(.studyTime, values: ["1000-1800"])], combinesDateAndTime: combines)
        #expect(try await archive.query(query, for: .everything).answers.compactMap { $0.string(.studyInstanceUID) }.sorted() == expected)
    }

    @Test func anAnswerMayHaveAllThatTheIndexKeeps() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        var instance = TestInstance()
        instance.extra = [DataElement(.manufacturer, .LO, "Acme"), DataElement(.patientComments, .LT, "walks"), DataElement(.numberOfFrames, .IS, "1")]
        try await archive.index([instance])
        let answers = try await archive.query(Query(.instance, attributes: .all), for: .everything).answers
        #expect(answers.first?.string(.manufacturer) == "Acme")
        #expect(answers.first?.string(.patientComments) == "walks")
        #expect(answers.first?.integer(.rows) == 1)
        #expect(answers.first?.string(.availableTransferSyntaxUID) == "1.2.840.10008.1.2.1")
        #expect(answers.first?[.pixelData] == nil)
    }

    // MARK: Who may see what

    @Test func whatMayNotBeSeenIsInNoListCountOrRead() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((1...6).map {
            TestInstance(study: "1.\($0)", series: "1.\($0).1", instance: "1.\($0).1.1", patientID: "P", modality: $0 % 2 == 0 ? "CT" : "MR")
        })
        let access = Access(condition: "study.modalities = \("CT")")
        #expect(try await archive.query(Query(.study), for: access).answers.count == 3)
        #expect(try await archive.query(Query(.instance), for: access).answers.count == 3)
        let patients = try await archive.query(Query(.patient), for: access).answers
        #expect(patients.first?.integer(.numberOfPatientRelatedStudies) == 3)
        #expect(patients.first?.integer(.numberOfPatientRelatedInstances) == 3)
        #expect(try await archive.query(Query(.patient), for: Access(condition: "1 = 0")).answers.isEmpty)
        let page = try await archive.studyList(StudyListRequest(), for: access)
        #expect(page.total == 3)
        #expect(page.studies.allSatisfy { $0.modalities == ["CT"] })
        #expect(try await archive.study(UID(test: "1.1"), for: access) == nil)
        #expect(try await archive.seriesList(UID(test: "1.1"), for: access).isEmpty)
        #expect(try await archive.instances(study: UID(test: "1.1"), for: access).isEmpty)
        #expect(try await archive.instance(UID(test: "1.1.1.1"), for: access) == nil)
        #expect(try await archive.instance(UID(test: "1.2.1.1"), for: access) != nil)
    }

    @Test func instancesComeByNumberThoseWithoutLast() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let rows = [("1.1", "2", "1"), ("1.1", "2", ""), ("1.2", "1", "10"), ("1.2", "1", "9"), ("1.3", "", "1")]
        try await archive.index(rows.enumerated().map { index, row in
            TestInstance(series: row.0, instance: "1.9.\(index)", extra: [
                DataElement(.seriesNumber, .IS, row.1), DataElement(.instanceNumber, .IS, row.2),
            ])
        })
        let order = try await archive.instances(study: UID(test: "1.2.3"), for: .everything).map(\.sopInstance.text)
        #expect(order == ["1.9.3", "1.9.2", "1.9.0", "1.9.1", "1.9.4"])
        #expect(try await archive.seriesList(UID(test: "1.2.3"), for: .everything).map(\.seriesInstanceUID) == ["1.2", "1.1", "1.3"])
    }
}
