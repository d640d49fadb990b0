import DICOM
import Database

/// An object of no study.
public struct NonPatientInstance: Sendable {
    public var category: NonPatientCategory
    /// Where its bytes lie. Its study and series are those of no object.
    public var location: InstanceLocation
    /// All small attributes of the object.
    public var attributes: DataSet
}

extension Archive {
    /// Those of a category that match (PS3.4 §C.2.2.2), by the order in which they came.
    ///
    /// - Parameters:
    ///   - identifier: keys with their values, in UTF-8.
    ///   - offset, limit: of those that match.
    public func nonPatientInstances(
        _ category: NonPatientCategory, matching identifier: DataSet, offset: Int = 0, limit: Int
    ) async throws(ArchiveError) -> (found: [NonPatientInstance], hasMore: Bool) {
        var found: [NonPatientInstance] = []
        var last: Int64 = 0, passed = 0
        while true {
            let rows = try await all(Self.page(of: category, identifier, after: last))
            for row in rows {
                last = row.integer("id") ?? last
                let instance = try Self.instance(row)
                guard DICOM.Matching.matches(instance.attributes, identifier: identifier) else { continue }
                passed += 1
                guard passed > offset else { continue }
                if found.count == limit { return (found, true) }
                found.append(instance)
            }
            if rows.count < Self.page { return (found, false) }
        }
    }

    /// nil where there is none of this UID in the category.
    public func nonPatientInstance(_ category: NonPatientCategory, _ sopInstance: UID) async throws(ArchiveError) -> NonPatientInstance? {
        try await first("""
            SELECT id, \(Self.columns) FROM non_patient_instance WHERE sop_uid = \(sopInstance.text) AND category = \(category.rawValue)
            """).map { (row) throws(ArchiveError) in try Self.instance(row) }
    }

    private static let page = 256

    /// UIDs lead to their rows, anything else is looked for in all of the category.
    static func page(of category: NonPatientCategory, _ identifier: DataSet, after last: Int64) -> SQLStatement {
        let uids = identifier.strings(.sopInstanceUID).filter { !$0.isEmpty && !$0.contains("*") && !$0.contains("?") }
        let named: SQLStatement = uids.isEmpty ? "" : " AND sop_uid IN \(list: uids)"
        return """
            SELECT id, \(columns) FROM non_patient_instance
            WHERE  category = \(category.rawValue) AND id > \(last)\(named) ORDER BY id LIMIT \(page)
            """
    }

    private static let columns: SQLStatement = "category, sop_uid, sop_class, transfer_syntax, object, size, data_set, header, received, attributes"

    private static func instance(_ row: SQLRow) throws(ArchiveError) -> NonPatientInstance {
        guard let category = NonPatientCategory(rawValue: row.string("category")), let location = InstanceLocation(nonPatient: row) else {
            throw ArchiveError(.storageFailed, "the index row of \(row.string("sop_uid")) is damaged: rebuild the index")
        }
        return NonPatientInstance(category: category, location: location, attributes: try DataSet(row: row.blob("attributes") ?? []))
    }
}

extension InstanceLocation {
    /// Of an object of no study.
    fileprivate init?(nonPatient row: SQLRow) {
        let own = ["study_uid", "series_uid"], none = ["number", "row_count", "column_count", "frame_count", "pixel_data", "correction"]
        self.init(SQLRow(
            columns: row.columns + own + none,
            values: row.values + own.map { _ in row["sop_uid"] } + none.map { _ in .null }))
    }
}
