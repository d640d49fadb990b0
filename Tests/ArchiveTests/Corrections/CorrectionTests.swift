import Crypto
import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite("Corrections beside objects", .everyEngine)
struct CorrectionTests {
    private static func corrector(_ json: String) throws -> Corrector? {
        let rules = try JSONDecoder().decode(CoercionRules.self, from: Data("[\(json)]".utf8))
        return Corrector(rules: rules, CoercionContext(callingAETitle: "CT1", calledAETitle: "ISOCENTER"), system: "ISOCENTER")
    }

    private static let issuer = #"{"name": "issuer", "issuer": {"patientID": "NORTH"}, "set": {"PatientName": "Müller^Jörg", "SeriesDescription": "Axial", "InstitutionName": "North", "ImageComments": "seen"}, "remove": ["(0009,ACME)"]}"#

    private func store(
        _ archive: Archive, _ instance: TestInstance, _ json: String?, as syntax: TransferSyntax = .explicitVRLittleEndian, from source: Source = .test
    ) async throws -> StoreOutcome {
        var ingest = try await archive.begin(source: source, transferSyntax: syntax, corrector: try json.flatMap { try Self.corrector($0) })
        try ingest.write(try DataSetWriter.encode(instance.dataSet, as: syntax))
        return try await ingest.finish()
    }

    private func location(_ archive: Archive, _ instance: String = "1.2.3.4.5") async throws -> InstanceLocation {
        try #require(try await archive.instance(UID(test: instance), for: .everything))
    }

    private func names(_ archive: Archive, _ text: String) async throws -> Int {
        try await archive.studyList(StudyListRequest(search: text), for: .everything).studies.count
    }

    private var image: TestInstance {
        var instance = TestInstance(pixelBytes: 700_000)
        instance.extra = [
            DataElement(.rows, .US, integers: [10]), DataElement(.columns, .US, integers: [35_000]),
            DataElement(.imageComments, .LT, "seen"), DataElement(Tag(0x0009, 0x0010), .LO, "ACME"), DataElement(Tag(0x0009, 0x1001), .LO, "x"),
            DataElement(Tag(0xFFFC, 0xFFFC), .OB, bytes: [0, 0, 0, 1]),
        ]
        return instance
    }

    static let syntaxes: [TransferSyntax] = [
        .implicitVRLittleEndian, .explicitVRLittleEndian, .explicitVRBigEndian, .deflatedExplicitVRLittleEndian,
    ]

    @Test("The object stays, answers are corrected", arguments: syntaxes)
    func objectStays(syntax: TransferSyntax) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let outcome = try await store(archive, image, Self.issuer, as: syntax)
        #expect(outcome.result == .stored)
        let location = try await location(archive)
        #expect(location.correction != nil)
        #expect(location.version != "\(location.object)")

        // The index.
        #expect(try await names(archive, "muller jorg") == 1)
        #expect(try await names(archive, "doe") == 0)
        let found = try await archive.query(Query(.series, attributes: .all), for: .everything).answers
        #expect(found.map { $0.string(.issuerOfPatientID) } == ["NORTH"])
        #expect(found.map { $0.string(.seriesDescription) } == ["Axial"])

        // The bytes as they came.
        var stored: [UInt8] = []
        for try await piece in archive.stored(location) { stored += piece }
        #expect(ObjectID(SHA256.hash(data: stored)) == location.object)
        #expect(try FileReader.read(stored).dataSet.string(.patientName) == "Doe^Jane")

        // Header and file as they are shown.
        let file = try FileReader.read(try await archive.bytes(location))
        #expect(file.warnings.isEmpty)
        #expect(file.transferSyntax == syntax)
        for dataSet in [try await archive.header(of: location), file.dataSet] {
            #expect(dataSet.string(.patientName) == "Müller^Jörg")
            #expect(dataSet.string(.specificCharacterSet) == "ISO_IR 192")
            #expect(dataSet.string(.issuerOfPatientID) == "NORTH")
            #expect(dataSet[Tag(0x0009, 0x0010)] == nil && dataSet[Tag(0x0009, 0x1001)] == nil)
            let original = try #require(dataSet.item(0, of: .originalAttributesSequence))
            #expect(original.item(0, of: Tag(0x0400, 0x0550))?.string(.patientName) == "Doe^Jane")
            #expect(original.string(Tag(0x0400, 0x0564)) == "CT1")
        }
        #expect(file.dataSet.bytes(.pixelData).map(Array.init) == [UInt8](repeating: 7, count: 700_000))
        #expect(file.dataSet[Tag(0xFFFC, 0xFFFC)] != nil)
        let ranges = try await archive.file(of: location)
        var whole: [UInt8] = []
        while UInt64(whole.count) < ranges.size { whole += try await ranges.read(ByteRange(offset: UInt64(whole.count), length: 99_991)) }
        #expect(try FileReader.read(whole).dataSet == file.dataSet)
        // The frame lies where it lay.
        if let frames = try await archive.frames(of: location) {
            #expect(try await archive.read(location, location.inFile(try frames.location(of: 0).range)).count == 700_000)
        }
        #expect(try await archive.report().isGood)
    }

    @Test func takenBackItIsAsIfNothingHadBeen() async throws {
        let plain = try await Archive.open(try TemporaryFolder()), archive = try await Archive.open(try TemporaryFolder())
        _ = try await store(plain, image, nil)
        _ = try await store(archive, image, Self.issuer)
        let before = try await location(archive)
        let removed = try #require(try await archive.removeCorrection(of: UID(test: "1.2.3.4.5")))
        #expect(removed.correction.rules == ["issuer"])
        let location = try await location(archive)
        #expect(location.correction == nil)
        #expect(location.object == before.object)
        #expect(try FileReader.read(try await archive.bytes(location)).dataSet == FileReader.read(try await plain.bytes(location)).dataSet)
        #expect(try await names(archive, "muller") == 0)
        #expect(try await dump(archive) == dump(plain))
        #expect(try await archive.removeCorrection(of: UID(test: "1.2.3.4.5")) == nil)
        await #expect(throws: ArchiveError(.notFound, "")) { try await archive.removeCorrection(of: UID(test: "1.9")) }
        let changes = try await Changes.read(archive.database, after: 0, limit: 10)
        #expect(changes.map(\.kind) == [.stored, .corrected])
    }

    /// Rows of the index without keys and times.
    private func dump(_ archive: Archive) async throws -> [String] {
        var lines: [String] = []
        for (table, selection) in Archive.indexSelections {
            lines += try await archive.database.all(selection).map { row in
                table + " " + zip(row.columns, row.values).filter { !["id", "received", "study", "series", "patient", "owner"].contains($0.0) }.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
            }.sorted()
        }
        return lines
    }

    @Test func aNewIndexKeepsThem() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        _ = try await store(archive, image, Self.issuer)
        var other = TestInstance(study: "1.3", series: "1.3.1", instance: "1.3.1.1")
        other.patientID = "P2"
        _ = try await store(archive, other, nil)
        let before = try await dump(archive), correction = try await location(archive).correction
        let report = try await archive.rebuildIndex()
        #expect(report.refused.isEmpty)
        #expect(try await dump(archive) == before)
        #expect(try await location(archive).correction == correction)
        #expect(try await location(archive, "1.3.1.1").correction == nil)
        #expect(try await archive.header(of: try await location(archive)).string(.issuerOfPatientID) == "NORTH")
    }

    @Test func theSameAgainWritesNothingAndOtherRulesAnotherCorrection() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        _ = try await store(archive, image, Self.issuer)
        let first = try await location(archive)
        #expect(try await store(archive, image, Self.issuer).result == .alreadyStored)
        #expect(try await location(archive).correction == first.correction)

        let other = #"{"name": "other", "set": {"PatientID": "X1", "Modality": "MR"}}"#
        #expect(try await store(archive, image, other).result == .alreadyStored)
        let second = try await location(archive)
        #expect(second.correction != first.correction && second.version != first.version)
        #expect(try await archive.corrections().map(\.correction.rules) == [["other"]])
        let study = try #require(try await archive.studyList(StudyListRequest(search: "x1"), for: .everything).studies.first)
        #expect(study.patientID == "X1")
        #expect(try await names(archive, "muller") == 0)
        #expect(try await names(archive, "doe") == 1)
        #expect(try await archive.query(Query(.patient, attributes: .all), for: .everything).answers.map { $0.string(.patientID) } == ["X1"])
        #expect(try await archive.query(Query(.study, attributes: .all), for: .everything).answers.map { $0.string(.modalitiesInStudy) } == ["MR"])

        // Who knows no rules has no word on it; the sender itself, whose rules are gone, has.
        #expect(try await store(archive, image, nil).result == .alreadyStored)
        let idle = #"{"name": "idle", "when": {"Modality": "US"}, "remove": ["StudyID"]}"#
        #expect(try await store(archive, image, idle, from: Source(kind: .dimse, aeTitle: "WS", host: "1.2.3.4")).result == .alreadyStored)
        #expect(try await location(archive).correction == second.correction)
        #expect(try await store(archive, image, idle).result == .alreadyStored)
        #expect(try await location(archive).correction == nil)
        #expect(try await archive.corrections().isEmpty)
        #expect(try await archive.totals().instances == 1)
    }

    @Test func theFirstObjectOfAStudyHasTheWord() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let name = #"{"name": "n", "set": {"PatientName": "New^Name"}}"#
        var second = image
        second.instance = "1.2.3.4.6"
        _ = try await store(archive, image, nil)
        _ = try await store(archive, second, nil)
        #expect(try await store(archive, second, name).result == .alreadyStored)
        #expect(try await names(archive, "new name") == 0)
        #expect(try await store(archive, image, name).result == .alreadyStored)
        #expect(try await names(archive, "new name") == 1)
        let before = try await dump(archive)
        _ = try await archive.rebuildIndex()
        #expect(try await dump(archive) == before)
    }

    @Test func whatARuleRefusesLeavesNothing() async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        let rule = #"{"name": "no CT", "when": {"Modality": "CT"}, "refuse": {"status": "0124", "words": "no CT from here"}}"#
        let error = await #expect(throws: ArchiveError.self) { _ = try await store(archive, image, rule) }
        #expect(error?.code == .refused)
        #expect(error?.refusal == 0x0124)
        #expect(error?.message == "no CT from here")
        #expect(try await archive.totals().instances == 0)
        #expect(try folder.incoming().isEmpty)
        #expect(try await archive.report() == Verification.Report())
    }

    @Test func aDamagedObjectIsNotDeliveredWhole() async throws {
        let folder = try TemporaryFolder()
        let archive = try await Archive.open(folder)
        _ = try await store(archive, image, Self.issuer)
        let location = try await location(archive)
        let name = "\(location.object)"
        try flip("\(folder.path)/data/objects/\(name.prefix(2))/\(name.dropFirst(2).prefix(2))/\(name)")
        await #expect(throws: ArchiveError(.damaged, "")) { try await archive.bytes(location) }
    }

    /// S12: a new version only from whoever sent the first.
    @Test("Both are kept from the same source alone", arguments: [
        (Source(kind: .dimse, aeTitle: "CT1", host: "10.0.0.9"), true), (Source(kind: .dimse, aeTitle: "CT2", host: "127.0.0.1"), false),
        (Source(kind: .upload, user: "CT1"), false),
    ])
    func sameSource(source: Source, isSame: Bool) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let first = try await store(archive, image, Self.issuer)
        var source = source, changed = image
        source.onConflict = .keepBothFromSameSource
        changed.fill = 9
        let outcome = try await store(archive, changed, nil, from: source)
        #expect(outcome.result == (isSame ? .storedAsNewVersion(of: first.object) : .quarantined(kept: first.object)))
        #expect(try await location(archive).object == (isSame ? outcome.object : first.object))
        #expect((try await location(archive).correction == nil) == isSame)
    }
}
