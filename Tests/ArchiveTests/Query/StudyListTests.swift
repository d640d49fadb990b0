import DICOM
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite(.everyEngine) struct StudyListTests {
    private static func archive() async throws -> Archive {
        let archive = try await Archive.open(try TemporaryFolder())
        let studies: [(uid: String, name: String, id: String, date: String, accession: String, description: String, modality: String)] = [
            ("1.1", "Müller^Jörg", "MRN-001", "20240131", "ACC1", "CT Thorax mit KM", "CT"),
            ("1.2", "Smith^Anna Maria", "MRN-002", "20240115", "ACC2", "Knee left", "MR"),
            ("1.3", "Yamada^Tarou=山田^太郎=やまだ^たろう", "X9", "20231224", "", "", "US"),
            ("1.4", "O'Neil-Jones^Pat", "MRN-002", "", "ACC4", "Thorax", "CR"),
        ]
        try await archive.index(studies.map { study in
            TestInstance(study: study.uid, series: study.uid + ".1", instance: study.uid + ".1.1", patientID: study.id, name: study.name, modality: study.modality, extra: [
                DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.studyDate, .DA, study.date), DataElement(.accessionNumber, .SH, study.accession),
                DataElement(.studyDescription, .LO, study.description), DataElement(.studyTime, .TM, "101112"), DataElement(.referringPhysicianName, .PN, "House^Greg"),
            ])
        })
        return archive
    }

    private static func uids(_ page: StudyListPage) -> [String] { page.studies.map(\.studyInstanceUID) }

    @Test("Each word begins a word of the study, or is its date (docs/develop/http-api.md)", arguments: [
        ("", ["1.1", "1.2", "1.3", "1.4"]),
        ("muller", ["1.1"]), ("MÜLL", ["1.1"]), ("jörg mül", ["1.1"]), ("maria", ["1.2"]), ("ann smi", ["1.2"]), ("nna", []),
        ("山田", ["1.3"]), ("やま", ["1.3"]), ("o'neil", ["1.4"]), ("neil", ["1.4"]), ("jones", ["1.4"]),
        ("mrn-002", ["1.2", "1.4"]), ("002 kn", ["1.2"]), ("acc", ["1.1", "1.2", "1.4"]), ("ct", ["1.1"]), ("thorax", ["1.1", "1.4"]), ("thorax ct", ["1.1"]),
        ("2024", ["1.1", "1.2"]), ("202401", ["1.1", "1.2"]), ("20240131", ["1.1"]), ("2024-01-31", ["1.1"]), ("2023-12", ["1.3"]), ("smith 2023", []),
        ("smith,anna", ["1.2"]), ("'; DROP TABLE study; --", []), ("%", []), ("_", []), ("house", []),
    ])
    func search(words: String, expected: [String]) async throws {
        let archive = try await Self.archive()
        let page = try await archive.studyList(StudyListRequest(search: words), for: .everything)
        #expect(Self.uids(page).sorted() == expected)
        #expect(page.total == expected.count)
        #expect(page.next == nil)
    }

    @Test("Filters", arguments: [
        (modality: "CT", from: "", to: "", ["1.1"]), ("", "20240101", "", ["1.1", "1.2"]), ("", "", "20240115", ["1.2", "1.3"]),
        ("", "20240115", "20240131", ["1.1", "1.2"]), ("MR", "20240101", "20240131", ["1.2"]), ("MR", "20250101", "", []),
    ])
    func filter(modality: String, from: String, to: String, expected: [String]) async throws {
        let archive = try await Self.archive()
        let page = try await archive.studyList(StudyListRequest(modality: modality, from: from, to: to), for: .everything)
        #expect(Self.uids(page).sorted() == expected)
        #expect(page.total == expected.count)
    }

    @Test("Order", arguments: [
        (StudyListRequest.Sort.date, StudyListRequest.Order?.none, ["1.1", "1.2", "1.3", "1.4"]), (.date, .asc, ["1.4", "1.3", "1.2", "1.1"]),
        (.patient, nil, ["1.1", "1.4", "1.2", "1.3"]), (.patientID, nil, ["1.1", "1.2", "1.4", "1.3"]), (.modality, nil, ["1.4", "1.1", "1.2", "1.3"]),
        (.description, .desc, ["1.4", "1.2", "1.1", "1.3"]), (.accession, .asc, ["1.3", "1.1", "1.2", "1.4"]), (.received, nil, ["1.4", "1.3", "1.2", "1.1"]),
    ])
    func order(sort: StudyListRequest.Sort, order: StudyListRequest.Order?, expected: [String]) async throws {
        let archive = try await Self.archive()
        #expect(Self.uids(try await archive.studyList(StudyListRequest(sort: sort, order: order), for: .everything)) == expected)
    }

    @Test("Pages put together are the whole, also with equal keys", arguments: StudyListRequest.Sort.allCases, [StudyListRequest.Order.asc, .desc])
    func pages(sort: StudyListRequest.Sort, order: StudyListRequest.Order) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await archive.index((0..<53).map { number in
            TestInstance(study: "1.\(number)", series: "1.\(number).1", instance: "1.\(number).1.1", patientID: "P\(number % 3)", name: ["A", "É", "", "b"][number % 4], extra: [
                DataElement(.studyDate, .DA, ["20240101", "20240102", ""][number % 3]), DataElement(.studyDescription, .LO, number % 2 == 0 ? "x" : ""),
            ])
        })
        let whole = try await archive.studyList(StudyListRequest(sort: sort, order: order, limit: 500), for: .everything)
        #expect(whole.studies.count == 53)
        var request = StudyListRequest(sort: sort, order: order, limit: 10)
        var paged: [String] = []
        repeat {
            let page = try await archive.studyList(request, for: .everything)
            #expect(page.total == 53)
            paged += Self.uids(page)
            request.cursor = page.next
        } while request.cursor != nil
        #expect(paged == Self.uids(whole))
    }

    @Test func aStudyIsShownAsItsObjectsSay() async throws {
        let archive = try await Self.archive()
        let study = try #require(await archive.study(UID(test: "1.3"), for: .everything))
        #expect(study.patientName == NameGroups("Yamada^Tarou=山田^太郎=やまだ^たろう"))
        #expect((study.patientName.alphabetic, study.patientName.ideographic, study.patientName.phonetic) == ("Yamada^Tarou", "山田^太郎", "やまだ^たろう"))
        #expect((study.patientID, study.studyDate, study.studyTime, study.accessionNumber) == ("X9", "20231224", "101112", ""))
        #expect((study.modalities, study.seriesCount, study.instanceCount) == (["US"], 1, 1))
        #expect(study.received.hasPrefix("2023-11-14T22:13:20"))
        let json = String(decoding: try JSONEncoder().encode(study), as: UTF8.self)
        #expect(json.contains("\"Alphabetic\":\"Yamada^Tarou\""))
    }

    @Test("What has no meaning is said", arguments: [
        StudyListRequest(limit: 0), StudyListRequest(limit: 501), StudyListRequest(from: "today"), StudyListRequest(cursor: "x"), StudyListRequest(sort: .patient, cursor: "date.desc.1.00"),
    ])
    func invalid(request: StudyListRequest) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        await #expect(throws: ArchiveError(.invalidQuery, "")) { try await archive.studyList(request, for: .everything) }
    }
}
