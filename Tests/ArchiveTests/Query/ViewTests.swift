import DICOM
import Database
import DatabaseFixtures
import Testing

@testable import Archive

@Suite("What a view shows", .everyEngine)
struct ViewTests {
    private static func archive() async throws -> Archive {
        let archive = try await Archive.open(try TemporaryFolder())
        func element(_ tag: Tag, _ vr: VR, _ text: String) -> DataElement { DataElement(tag, vr, text) }
        try await archive.index([
            TestInstance(study: "1.1", series: "1.1.1", instance: "1.1.1.1", patientID: "A1", modality: "CT", extra: [element(.bodyPartExamined, .CS, "HEAD")]),
            TestInstance(study: "1.1", series: "1.1.2", instance: "1.1.2.1", patientID: "A1", modality: "SR"),
            TestInstance(study: "1.2", series: "1.2.1", instance: "1.2.1.1", patientID: "A2", modality: "MR", extra: [element(.bodyPartExamined, .CS, "KNEE"), element(.institutionName, .LO, "Westend")]),
            TestInstance(study: "1.3", series: "1.3.1", instance: "1.3.1.1", patientID: "B1", modality: "US", extra: [element(.studyDate, .DA, "20240131")]),
        ])
        return archive
    }

    @Test("Keys of one attribute are alternatives, of several attributes conditions", arguments: [
        ([], ["1.1", "1.2", "1.3"]), (["Modality=CT"], ["1.1"]), (["Modality=SR"], ["1.1"]), (["ModalitiesInStudy=CT", "ModalitiesInStudy=MR"], ["1.1", "1.2"]),
        (["Modality=CT", "Modality=US"], ["1.1", "1.3"]), (["Modality=CT", "PatientID=B*"], []), (["PatientID=A*"], ["1.1", "1.2"]), (["00100020=A2"], ["1.2"]),
        (["BodyPartExamined=HEAD"], ["1.1"]), (["InstitutionName=West*"], ["1.2"]), (["StudyDate=20240101-20241231"], ["1.3"]), (["PatientID=*"], ["1.1", "1.2", "1.3"]), (["PatientID=' OR 1=1 --"], []),
    ])
    func studies(_ view: [String], _ expected: [String]) async throws {
        let archive = try await Self.archive()
        let access = try Access(view: view)
        let uids = Set(expected.map { UID(test: $0).text })
        #expect(Set(try await archive.query(Query(.study), for: access).answers.compactMap { $0.string(.studyInstanceUID) }) == uids)
        // Whole studies: the report of a CT is seen with it. At every level, and by name.
        #expect(Set(try await archive.query(Query(.instance), for: access).answers.compactMap { $0.string(.studyInstanceUID) }) == uids)
        #expect(Set(try await archive.query(Query(.series), for: access).answers.compactMap { $0.string(.studyInstanceUID) }) == uids)
        for study in ["1.1", "1.2", "1.3"] {
            #expect(try await archive.instances(study: UID(test: study), for: access).isEmpty == !expected.contains(study))
        }
    }

    @Test("A view that cannot be one is refused", arguments: ["Modality", "Modality=", "=CT", "Modalities=CT", "Rows=512", "StudyDate=yesterday", "PixelData=1"])
    func wrong(_ view: String) {
        #expect(throws: ArchiveError.self) { try Access(view: [view]) }
    }

    @Test func twoAccessesTogetherShowWhatBothShow() async throws {
        let archive = try await Self.archive()
        let both = try Access(view: ["PatientID=A*"]).and(Access(view: ["Modality=CT", "Modality=US"]))
        #expect(try await archive.query(Query(.study), for: both).answers.map { $0.string(.studyInstanceUID) } == [UID(test: "1.1").text])
        #expect(Access.everything.and(.everything).isEverything)
        #expect(both.and(.everything) == both)
    }
}
