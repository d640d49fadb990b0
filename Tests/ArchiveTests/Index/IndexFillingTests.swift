import DICOM
import Database
import Testing

@testable import Archive

@Suite struct IndexFillingTests {
    private func dump(_ archive: Archive) async throws -> [String] {
        // What depends on when and from where an object came, and on its hash.
        let ignored: Set<String> = ["received", "source", "object"]
        var lines: [String] = []
        for table in Archive.indexTables {
            let rows = try await archive.database.all(SQLStatement(stringLiteral: "SELECT * FROM \(table)"))
            lines += rows.map { row in table + " " + zip(row.columns, row.values).filter { !ignored.contains($0.0) }.map { "\($0.0)=\($0.1)" }.joined(separator: " ") }
        }
        return lines
    }

    @Test func rowsAreThoseOfTheObjectsStored() async throws {
        let (stored, filled) = (try TemporaryFolder(), try TemporaryFolder())
        let filling = try await IndexFilling(DataFolder(filled.path + "/filled"))
        let archive = try await Archive.open(stored)
        var batch = IndexFilling.Batch()
        for number in 0..<12 {
            let (study, series) = (number / 4, number / 2)
            let instance = TestInstance(
                study: "1.\(study)", series: "1.\(study).\(series)", instance: "1.2.\(number)", name: "Yamada^Tarou=山田^太郎=やまだ^たろう",
                extra: [DataElement(.specificCharacterSet, .CS, "ISO_IR 192"), DataElement(.studyDescription, .LO, "Größe")], pixelBytes: 5 << 20)
            _ = try await archive.store(try instance.encoded())
            var header = instance.dataSet
            header[.pixelData] = nil
            try batch.add(.init(header, pixelBytes: instance.pixelBytes, received: 1_700_000_000, isOfSameSeries: number % 2 == 1))
        }
        try await filling.write(batch)
        try await filling.finish()
        let beside = try await Archive.open(ArchiveConfiguration(folder: filled.path + "/filled", role: .beside), logger: archive.logger)
        let (rows, expected) = (try await dump(beside), try await dump(archive))
        for (row, stored) in zip(rows, expected) { try #require(row == stored) }
        #expect(rows.count == expected.count)
        #expect(try await beside.totals().instances == 12)
    }

    @Test func aFolderWithAnythingInItIsRefused() async throws {
        let folder = try TemporaryFolder()
        _ = try await Archive.open(folder)
        await #expect(throws: ArchiveError(.notWritable, "")) { try await IndexFilling(DataFolder(folder.path + "/data")) }
    }
}
