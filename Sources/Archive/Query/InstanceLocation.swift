import DICOM
import Database

/// Where an instance's bytes lie: enough to read its header or any of its frames with one read each.
public struct InstanceLocation: Sendable {
    public var study: UID
    public var series: UID
    public var sopInstance: UID
    public var sopClass: UID
    public var transferSyntax: TransferSyntax
    public var instanceNumber: Int?
    /// Rows, columns and frames as the index has them; nil where the object does not say.
    public var rows: Int?
    public var columns: Int?
    public var numberOfFrames: Int?

    public var object: ObjectID
    /// Of the file, in bytes.
    public var size: UInt64
    /// First byte of the data set in the file.
    public var dataSetOffset: UInt64
    /// First byte of the pixel data's element in the file; `size` where there is none or where the data set is deflated.
    public var headerEnd: UInt64
    /// Microseconds since 1970.
    public var received: Int64
    let pixelDataIndex: [UInt8]
    /// Key of what the instance is shown with; nil where it is shown as it came. Another correction has another key.
    public var correction: Int64?

    /// Ranges in it count from the first byte of the data set. nil where there is no pixel data, or where the data set is deflated.
    public var pixelData: PixelDataIndex? { PixelDataIndex(pixelDataIndex) }

    /// Of what is shown: another one after a correction.
    public var version: String { correction.map { "\(object)-c\($0)" } ?? "\(object)" }

    /// A range that counts from the first byte of the data set, counted from the first byte of the file.
    public func inFile(_ range: ByteRange) -> ByteRange { ByteRange(offset: dataSetOffset + range.offset, length: range.length) }

    /// nil where the row does not hold what it must.
    init?(_ row: SQLRow) {
        guard let study = UID(row.string("study_uid")), let series = UID(row.string("series_uid")), let instance = UID(row.string("sop_uid")),
            let sopClass = UID(row.string("sop_class")), let syntax = UID(row.string("transfer_syntax")),
            let object = row.blob("object").flatMap({ ObjectID($0) }), let size = UInt64(exactly: row.integer("size") ?? -1),
            let dataSet = UInt64(exactly: row.integer("data_set") ?? -1), let header = UInt64(exactly: row.integer("header") ?? -1)
        else { return nil }
        (self.study, self.series, sopInstance, self.sopClass) = (study, series, instance, sopClass)
        transferSyntax = TransferSyntax(syntax)
        (self.object, self.size, dataSetOffset, headerEnd) = (object, size, dataSet, header)
        instanceNumber = row.integer("number").map { Int(clamping: $0) }
        rows = row.integer("row_count").map { Int(clamping: $0) }
        columns = row.integer("column_count").map { Int(clamping: $0) }
        numberOfFrames = row.integer("frame_count").map { Int(clamping: $0) }
        received = row.integer("received") ?? 0
        pixelDataIndex = row.blob("pixel_data") ?? []
        correction = row.integer("correction")
    }

    static let selection = selection(with: "")

    /// - Parameter more: further columns, with a comma behind each.
    static func selection(with more: SQLStatement) -> SQLStatement {
        """
        SELECT \(more)study.study_uid, series.series_uid, instance.sop_uid, instance.sop_class, instance.transfer_syntax, instance.number,
               instance.row_count, instance.column_count, instance.frame_count, instance.object, instance.size, instance.data_set,
               instance.header, instance.pixel_data, instance.received, instance.correction
        FROM   study JOIN series ON series.study = study.id JOIN instance ON instance.series = series.id
        """
    }
}

extension Archive {
    /// Before an answer begins that could only be broken off.
    ///
    /// - Throws: `.away` where one lies in a folder that cannot be read now.
    public func reach(_ locations: [InstanceLocation]) async throws(ArchiveError) { try await store.reach(locations.map(\.object)) }

    /// The instances of a study, of one of its series, or one of them, by series and instance number; those without a number last.
    /// Empty where there is none, or it may not be seen.
    public func instances(study: UID, series: UID? = nil, instance: UID? = nil, for access: Access) async throws(ArchiveError) -> [InstanceLocation] {
        var condition: SQLStatement = "study.study_uid = \(study.text)"
        if let series { condition += " AND series.series_uid = \(series.text)" }
        if let instance { condition += " AND instance.sop_uid = \(instance.text)" }
        guard instance == nil else { return try locations(await look("\(InstanceLocation.selection) WHERE \(condition)\(access.clause)")) }
        return try locations(await all("""
            \(InstanceLocation.selection)
            WHERE    \(condition)\(access.clause)
            ORDER BY series.number IS NULL, series.number, series.id, instance.number IS NULL, instance.number, instance.id
            """))
    }

    /// One instance by its UID alone (C-MOVE, WADO-URI, references).
    public func instance(_ sopInstance: UID, for access: Access) async throws(ArchiveError) -> InstanceLocation? {
        try locations(await look("\(InstanceLocation.selection) WHERE instance.sop_uid = \(sopInstance.text)\(access.clause)")).first
    }

    private func locations(_ rows: [SQLRow]) throws(ArchiveError) -> [InstanceLocation] {
        var locations: [InstanceLocation] = []
        for row in rows {
            guard let location = InstanceLocation(row) else {
                throw ArchiveError(.storageFailed, "the index row of instance \(row.string("sop_uid")) is damaged: rebuild the index")
            }
            locations.append(location)
        }
        return locations
    }
}
