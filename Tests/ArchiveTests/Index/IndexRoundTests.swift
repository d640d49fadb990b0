import DICOM
import Database
import DatabaseFixtures
import Testing

@testable import Archive

/// Objects of one transaction leave the rows that they leave one after another.
@Suite(.everyEngine) struct IndexRoundTests {
    private static let instances = [
        TestInstance(study: "1.1", series: "1.1.1", instance: "1.9.1"),
        TestInstance(study: "1.1", series: "1.1.1", instance: "1.9.2", pixelBytes: 256),
        TestInstance(study: "1.2", series: "1.2.1", instance: "1.9.3", patientID: "P2", name: "Roe^Richard"),
        TestInstance(study: "1.1", series: "1.1.2", instance: "1.9.4", modality: "MR"),
        TestInstance(study: "1.1", series: "1.1.1", instance: "1.9.5"),
        TestInstance(study: "1.1", series: "1.1.1", instance: "1.9.6", extra: [DataElement(.studyDescription, .LO, "Thorax")]),
        TestInstance(study: "1.1", series: "1.1.1", instance: "1.9.7"),
        TestInstance(study: "1.3", series: "1.3.1", instance: "1.9.8"),
    ]

    private func dump(_ archive: Archive) async throws -> [String] {
        var lines: [String] = []
        for table in Archive.indexTables {
            let rows = try await archive.database.all(SQLStatement(stringLiteral: "SELECT * FROM \(table)"))
            lines += rows.map { row in table + " " + zip(row.columns, row.values).map { "\($0.0)=\($0.1)" }.joined(separator: " ") }.sorted()
        }
        return lines
    }

    @Test("In rounds of so many", arguments: [1, 2, 3, 8])
    func theRowsAreThoseOfOneByOne(size: Int) async throws {
        let archive = try await Archive.open(try TemporaryFolder())
        for instance in Self.instances { _ = try await archive.store(try instance.encoded()) }
        var entries: [IndexWriter.Entry] = []
        for row in try await archive.database.all("SELECT object, size, received, source FROM instance ORDER BY received") {
            let object = try #require(row.blob("object").flatMap { ObjectID($0) })
            let size = UInt64(row.int("size")), received = try #require(row.integer("received"))
            let record = try await archive.record(of: object, size: size)
            entries.append(.init(record: record, object: object, size: size, received: received, source: row.string("source"), policy: .keepFirst))
        }
        #expect(entries.count == Self.instances.count)
        let other = try await Archive.open(try TemporaryFolder())
        for start in stride(from: 0, to: entries.count, by: size) {
            let group = Array(entries[start..<min(start + size, entries.count)])
            // One that comes twice uses up a key, so it comes last.
            let twice = start + size >= entries.count ? group.prefix(1) : []
            let results = try await other.database.write { (connection) throws(DatabaseError) in try IndexWriter(connection: connection).insert(group + twice) }
            #expect(results == group.map { _ in .stored } + twice.map { _ in .alreadyStored })
        }
        #expect(try await dump(other) == dump(archive))
        #expect(try await other.totals().instances == Self.instances.count)
    }
}
