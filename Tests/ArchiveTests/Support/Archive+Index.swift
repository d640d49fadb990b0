import Crypto
import DICOM
import Database

@testable import Archive

extension Archive {
    /// Rows as if these had been stored in this order, without their bytes.
    func index(_ instances: [TestInstance]) async throws {
        var entries: [IndexWriter.Entry] = []
        for (number, instance) in instances.enumerated() {
            let dataSet = try instance.encoded()
            var reader = DataSetReader(encoding: .explicitLittle)
            try reader.feed(dataSet)
            try reader.finish()
            let record = try InstanceRecord(reader, identity: nil, transferSyntax: .explicitVRLittleEndian, dataSetOffset: 300, size: UInt64(300 + dataSet.count))
            entries.append(IndexWriter.Entry(
                record: record, object: ObjectID(SHA256.hash(data: Array(instance.instance.utf8))), size: UInt64(300 + dataSet.count),
                received: Int64(1_700_000_000_000_000 + number * 1000), source: "test", policy: .keepFirst))
        }
        for start in stride(from: 0, to: entries.count, by: 500) {
            let batch = Array(entries[start..<min(start + 500, entries.count)])
            try await database.write { (connection) throws(DatabaseError) in
                for entry in batch { _ = try IndexWriter(connection: connection).insert(entry) }
            }
        }
    }
}

extension Archive {
    /// The tables of the index, each with what selects its rows; values by themselves, not by the keys that a database gives out.
    static let indexSelections: [(table: String, selection: SQLStatement)] = indexTables.filter { $0 != "search_value" }.map { table in
        table == "study_value"
            ? (table, "SELECT kind, search_value.value AS text, date_sort, study FROM study_value JOIN search_value ON search_value.id = study_value.value")
            : (table, SQLStatement(stringLiteral: "SELECT * FROM \(table)"))
    }
}
