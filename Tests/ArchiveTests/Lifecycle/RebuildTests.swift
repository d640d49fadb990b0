import DICOM
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import Archive

@Suite(.everyEngine) struct RebuildTests {
    /// All rows of the index, with the keys that a database gives out.
    private func dump(_ archive: Archive, without columns: Set<String> = []) async throws -> [String] {
        var lines: [String] = []
        for table in Archive.indexTables {
            let rows = try await archive.database.all(SQLStatement(stringLiteral: "SELECT * FROM \(table)"))
            lines += rows.map { row in
                table + " " + zip(row.columns, row.values).filter { !columns.contains($0.0) }.map { "\($0.0)=\($0.1)" }.joined(separator: " ")
            }.sorted()
        }
        return lines
    }

    private func fill(_ archive: Archive) async throws {
        var random = SeededGenerator(seed: 7)
        for number in 0..<60 {
            var instance = TestInstance(
                study: "1.\(number % 7)", series: "1.\(number % 7).\(number % 3)", instance: "1.2.\(number)",
                patientID: ["P1", "P2", ""][number % 3], name: ["Doe^Jane", "Müller^Jörg=山田^太郎", ""][number % 3])
            // Attributes that come late, and that contradict each other.
            if Bool.random(using: &random) { instance.extra.append(DataElement(.studyDescription, .LO, "Thorax \(number % 4)")) }
            if Bool.random(using: &random) { instance.extra.append(DataElement(.studyDate, .DA, "2024010\(1 + number % 5)")) }
            instance.extra.append(DataElement(.specificCharacterSet, .CS, "ISO_IR 192"))
            instance.extra.append(DataElement(.requestAttributesSequence, items: [DataSet([
                DataElement(.requestedProcedureID, .SH, "RP\(number % 2)"), DataElement(.scheduledProcedureStepID, .SH, "SPS\(number)"),
            ])]))
            _ = try await archive.store(try instance.encoded())
        }
        let both = Source(kind: .dimse, onConflict: .keepBoth), aside = Source(kind: .dimse, onConflict: .quarantine)
        _ = try await archive.store(try TestInstance(study: "1.0", series: "1.0.0", instance: "1.2.0", patientID: "P1", fill: 99).encoded(), from: both)
        _ = try await archive.store(try TestInstance(study: "1.1", series: "1.1.1", instance: "1.2.1", patientID: "P2", fill: 99).encoded(), from: aside)
    }

    @Test func theNewIndexIsTheOld() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        try await fill(archive)
        try await archive.database.migrate(.init(module: "other", migrations: [.init(1, "CREATE TABLE account (name {text}); INSERT INTO account VALUES ('anna')")]))
        let before = try await dump(archive)
        let changes = try await archive.first("SELECT max(sequence) AS newest FROM change")?.integer("newest") ?? 0
        let report = try await archive.rebuildIndex()
        #expect(report.objects == 62)
        #expect(report.refused.isEmpty)
        #expect(try await dump(archive) == before)
        #expect(try await archive.first("SELECT name FROM account")?.string("name") == "anna")
        let feed = try await Changes.read(archive.database, after: changes, limit: 10)
        #expect(feed.map(\.kind) == [.rebuilt])
        #expect(try await archive.store(try TestInstance(instance: "1.5").encoded()).result == .stored)
    }

    @Test func fromTheObjectsAloneTheIndexIsTheSameButForWhatNoObjectSays() async throws {
        let folder = try TemporaryFolder()
        let before: [String]
        do {
            let archive = try await Archive.open(folder)
            for number in 0..<40 {
                _ = try await archive.store(try TestInstance(study: "1.\(number % 7)", series: "1.\(number % 7).1", instance: "1.2.\(number)").encoded())
            }
            before = try await dump(archive, without: ["source"])
            archive.close()
        }
        folder.loseDatabase()
        let archive = try await Archive.open(folder)
        #expect(try await archive.totals().instances == 0)
        _ = try await archive.rebuildIndex()
        #expect(try await dump(archive, without: ["source"]) == before)
        #expect(try await archive.report().isGood)
        #expect(try folder.incoming() == [])
    }

    @Test func damagedObjectsAreNamedAndLeftOut() async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        let bad = try await archive.store(try TestInstance(instance: "1.2.1").encoded())
        let good = try await archive.store(try TestInstance(instance: "1.2.2").encoded())
        try flip(archive.disk.path(bad.object))
        let report = try await archive.rebuildIndex()
        #expect(report.refused.map(\.object) == [bad.object])
        #expect(try await archive.instance(bad.sopInstance, for: .everything) == nil)
        #expect(try await archive.instance(good.sopInstance, for: .everything) != nil)
        // Sent again it is whole again.
        #expect(try await archive.store(try TestInstance(instance: "1.2.1").encoded()).result == .stored)
        #expect(try await archive.report().isGood)
    }
}
