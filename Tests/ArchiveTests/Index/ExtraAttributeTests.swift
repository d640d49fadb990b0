import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite(.everyEngine) struct ExtraAttributeTests {
    private let species = Tag(0x0010, 0x2201)

    private func instance(_ number: Int, _ extra: [DataElement]) -> TestInstance {
        TestInstance(
            study: "1.\(number / 2)", series: "1.\(number / 2).1", instance: "1.2.\(number)", name: "Doe^\(number)",
            extra: [DataElement(.specificCharacterSet, .CS, "ISO_IR 192")] + extra)
    }

    private func found(_ archive: Archive, _ level: Query.Level, _ path: [Tag], _ values: String..., others: [Query.Key] = []) async throws -> [String] {
        let query = Query(level, keys: [Query.Key(path: path, values: values)] + others)
        let tag: Tag = level == .study ? .studyInstanceUID : level == .series ? .seriesInstanceUID : .sopInstanceUID
        return try await archive.query(query, for: .everything).answers.compactMap { $0.string(tag) }.sorted()
    }

    @Test func newObjectsAreFoundByThemAndOlderOnesOnceTheyHaveBeenRead() async throws {
        let folder = try TemporaryFolder()
        try await fillAndSearch(folder)
        // There after a restart.
        let again = try await Archive.open(folder)
        #expect(try await found(again, .study, [species], "Canine") == ["1.0", "1.1", "1.10"])
        // Removed: neither matched nor kept.
        let removed = try #require(await again.removeExtraAttribute("PatientSpeciesDescription"))
        try await again.dropExtraValues(of: removed.id)
        #expect(try await again.first("SELECT count(*) AS count FROM extra_value")?.int("count") == 0)
        #expect(again.completed(Query(.study, keys: [Query.Key(species, values: ["Canine"])])).unsupportedKeys.count == 1)
    }

    private func fillAndSearch(_ folder: TemporaryFolder) async throws {
        let archive = try await Archive.open(folder)
        for number in 0..<6 { _ = try await archive.store(try instance(number, [DataElement(species, .LO, number < 4 ? "Canine" : "Katze ä")]).encoded()) }
        let attribute = try await archive.addExtraAttribute("PatientSpeciesDescription", level: .study)
        try await archive.extra.load(archive.database)
        // Not yet: not matched, and said so.
        let query = Query(.study, keys: [Query.Key(species, values: ["Canine"])])
        #expect(archive.completed(query).unsupportedKeys.count == 1)
        #expect(archive.completed(query).fillingKeys.count == 1)
        #expect(try await archive.query(query, for: .everything).answers.count == 3)
        let filling = try #require(await archive.fillExtraAttribute(attribute.id))
        #expect((filling.done, filling.total, filling.unreadable) == (6, 6, 0))
        #expect(archive.completed(query).unsupportedKeys.isEmpty)
        #expect(try await found(archive, .study, [species], "Canine") == ["1.0", "1.1"])
        #expect(try await found(archive, .study, [species], "Can*") == ["1.0", "1.1"])
        #expect(try await found(archive, .series, [species], "Katze ä") == ["1.2.1"])
        #expect(try await found(archive, .study, [species], "\"\"").isEmpty)
        _ = try await archive.store(try instance(20, [DataElement(species, .LO, "Canine")]).encoded())
        _ = try await archive.store(try instance(22, []).encoded())
        #expect(try await found(archive, .study, [species], "Canine") == ["1.0", "1.1", "1.10"])
        #expect(try await found(archive, .study, [species], "\"\"") == ["1.11"])
        #expect(try await found(archive, .instance, [species], "Canine", others: [Query.Key(.patientName, values: ["Doe^20"])]) == ["1.2.20"])
        // It comes back when asked for, and is there after a rebuild.
        var wanted = Query(.study, keys: [Query.Key(.studyInstanceUID, values: ["1.2"])])
        wanted.attributes = .these([species])
        #expect(try await archive.query(wanted, for: .everything).answers[0].string(species) == "Katze ä")
        _ = try await archive.rebuildIndex()
        #expect(try await found(archive, .study, [species], "Canine") == ["1.0", "1.1", "1.10"])
        archive.close()
    }

    @Test func privateOnesInWhateverBlock() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        _ = try await archive.addExtraAttribute("(0099,ACME,10)", level: .instance, vr: .LO)
        let other = try await archive.addExtraAttribute("(0099,OTHER,10)", level: .instance, vr: .US)
        _ = try await archive.fillExtraAttribute(other.id)
        let acme = try #require(await archive.extraAttributes().first)
        _ = try await archive.fillExtraAttribute(acme.id)
        _ = try await archive.store(try instance(0, [DataElement(Tag(0x99, 0x10), .LO, "ACME"), DataElement(Tag(0x99, 0x1010), .LO, "grün")]).encoded())
        _ = try await archive.store(try instance(1, [
            DataElement(Tag(0x99, 0x10), .LO, "OTHER"), DataElement(Tag(0x99, 0x1010), .US, integers: [5]),
            DataElement(Tag(0x99, 0x42), .LO, "ACME"), DataElement(Tag(0x99, 0x4210), .LO, "rot"),
        ]).encoded())
        let creator = Query.Key(Tag(0x99, 0x10), values: ["ACME"])
        let asked = Tag(0x99, 0x1010)
        #expect(try await found(archive, .instance, [asked], "rot", others: [creator]) == ["1.2.1"])
        #expect(try await found(archive, .instance, [asked], "gr?n", others: [creator]) == ["1.2.0"])
        #expect(try await found(archive, .instance, [asked], "05", others: [Query.Key(Tag(0x99, 0x10), values: ["OTHER"])]) == ["1.2.1"])
        let answers = try await archive.query(Query(.instance, keys: [creator, Query.Key(asked, values: ["rot"])]), for: .everything).answers
        #expect(answers[0].privateElement(creator: "ACME", group: 0x99, element: 0x10)?.strings(in: .utf8) == ["rot"])
    }

    @Test func inSequencesNumbersNamesAndDates() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let paths: [(String, Query.Level)] = [
            ("PerformedProtocolCodeSequence.CodeValue", .series), ("SliceThickness", .instance), ("PhysiciansOfRecord", .study), ("DateOfSecondaryCapture", .instance),
        ]
        for (path, level) in paths { _ = try await archive.fillExtraAttribute(archive.addExtraAttribute(path, level: level).id) }
        let (codes, thickness, record, captured) = (Tag(0x0040, 0x0260), Tag(0x0018, 0x0050), Tag(0x0008, 0x1048), Tag(0x0018, 0x1012))
        for number in 0..<6 {
            _ = try await archive.store(try instance(number, [
                DataElement(codes, items: [DataSet([DataElement(.codeValue, .SH, "P\(number / 2)")]), DataSet([DataElement(.codeValue, .SH, "ALL")])]),
                DataElement(thickness, .DS, "\(number).50"), DataElement(record, .PN, "Müller^Jörg=山田^太郎"), DataElement(captured, .DA, "2024010\(number + 1)"),
            ]).encoded())
        }
        #expect(try await found(archive, .series, [codes, .codeValue], "P1") == ["1.1.1"])
        #expect(try await found(archive, .series, [codes, .codeValue], "ALL").count == 3)
        #expect(try await found(archive, .instance, [thickness], "2.5") == ["1.2.2"])
        #expect(try await found(archive, .study, [record], "muller^JORG").count == 3)
        #expect(try await found(archive, .study, [record], "山田*").count == 3)
        #expect(try await found(archive, .instance, [captured], "20240102-20240104") == ["1.2.1", "1.2.2", "1.2.3"])
        await #expect(throws: ArchiveError(.invalidQuery, "")) { try await found(archive, .instance, [thickness], "thick") }
    }

    @Test func whatCannotBeSearchedIsRefused() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        for (path, level) in [("PatientID", Query.Level.study), ("PixelData", .instance), ("Nonsense", .study), ("(0099,ACME,10)", .study), ("PatientComments", .study), ("SliceThickness", .patient)] {
            await #expect(throws: ArchiveError(.invalidQuery, ""), "\(path)") { try await archive.addExtraAttribute(path, level: level) }
        }
        _ = try await archive.addExtraAttribute("SliceThickness", level: .instance)
        await #expect(throws: ArchiveError(.invalidQuery, "")) { try await archive.addExtraAttribute("SliceThickness", level: .series) }
    }

    /// What one instance alone said of its study is found no more when it says something else, or goes; what others say stays.
    @Test(arguments: [Query.Level.study, .series, .instance]) func whatIsCorrectedOrDeletedIsNotFoundByWhatItSaid(_ level: Query.Level) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        _ = try await archive.fillExtraAttribute(archive.addExtraAttribute("PatientSpeciesDescription", level: level).id)
        let instances = try [instance(0, [DataElement(species, .LO, "Canine")]), instance(1, [DataElement(species, .LO, "Feline")])]
        let id = level == .study ? "1.0" : level == .series ? "1.0.1" : "1.2.0"
        for instance in instances { _ = try await archive.store(try instance.encoded()) }
        let other = level == .instance ? "1.2.1" : id
        #expect(try await found(archive, level, [species], "Canine") == [id])

        let rules = try JSONDecoder().decode(CoercionRules.self, from: Data(#"[{"name": "species", "set": {"PatientSpeciesDescription": "Equine"}}]"#.utf8))
        let corrector = Corrector(rules: rules, CoercionContext(callingAETitle: "CT1", calledAETitle: "ISOCENTER"), system: "ISOCENTER")
        var again = try await archive.begin(source: .test, transferSyntax: .explicitVRLittleEndian, corrector: corrector)
        try again.write(try DataSetWriter.encode(instances[0].dataSet, as: .explicitVRLittleEndian))
        _ = try await again.finish()
        #expect(try await found(archive, level, [species], "Canine").isEmpty)
        #expect(try await found(archive, level, [species], "Equine") == [id])
        #expect(try await found(archive, level, [species], "Feline") == [other])

        let scope = DeletionScope(study: UID(test: "1.0"), series: UID(test: "1.0.1"), instance: UID(test: "1.2.0"))
        let deletion = try await archive.delete(scope, reason: .other, comment: "", by: "anna", keeping: 1, for: .everything)
        #expect(try await found(archive, level, [species], "Equine").isEmpty)
        #expect(try await found(archive, level, [species], "Feline") == [other])
        _ = try await archive.restore(deletion.id)
        #expect(try await found(archive, level, [species], "Feline") == [other])
        #expect(try await found(archive, level, [species], "Canine").isEmpty)
        #expect(try await found(archive, level, [species], "Equine") == [id])
    }

    @Test func fillingGoesOnWhereItWasLeft() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        for number in 0..<300 { _ = try await archive.store(try instance(number, [DataElement(species, .LO, "S\(number % 3)")]).encoded()) }
        let attribute = try await archive.addExtraAttribute("PatientSpeciesDescription", level: .instance)
        struct Enough: Error {}
        let first = Task { try await archive.fillExtraAttribute(attribute.id) { _ in withUnsafeCurrentTask { $0?.cancel() } } }
        await #expect(throws: (any Error).self) { try await first.value }
        let left = try await archive.first("SELECT filled FROM extra_attribute")?.integer("filled") ?? 0
        #expect((1..<300).contains(left))
        let filling = try #require(await archive.fillExtraAttribute(attribute.id))
        #expect((filling.done, filling.total) == (300, 300))
        #expect(try await found(archive, .instance, [species], "S1").count == 100)
    }
}
