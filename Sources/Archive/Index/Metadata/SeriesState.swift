import Crypto
import DICOM
import Database

/// A series and the state it is in, as far as its metadata goes: whatever changes one instance's metadata changes the state.
public struct SeriesState: Sendable, Equatable {
    public var study: UID
    public var series: UID
    let id: Int64
    /// When the last instance came.
    let received: Int64
    /// Grows with each new instance. Two processes may give theirs the same time, or commit them in another order.
    let instances: Int64
    /// Grows with each instance that is replaced, corrected, removed or restored; never one that it was before, also of a series that was empty.
    let revision: Int64
    let epoch: Int64
    /// The document for the root that was asked for, where one is kept, be it of this state or an older one.
    let kept: Kept?

    struct Kept: Sendable, Equatable {
        var received: Int64
        var instances: Int64
        var revision: Int64
        var segments: [[UInt8]]
        var missing: [String]
    }

    /// Never the same for two states of one series.
    public var version: String { "\(epoch).\(id).\(received).\(instances).\(revision)" }

    /// The kept document shows this state, all of it.
    public var isReady: Bool { current?.missing.isEmpty ?? false }

    /// Instances whose object could not be read when the document was made.
    public var missing: [String] { current?.missing ?? [] }

    /// The kept document, where it is of this state.
    private var current: Kept? {
        kept.flatMap { $0.received == received && $0.instances == instances && $0.revision == revision ? $0 : nil }
    }
}

extension SeriesState {
    static func read(_ study: UID, _ series: UID?, root: String, _ access: Access) -> SQLStatement {
        let place: SQLStatement = series.map { "study.study_uid = \(study.text) AND series.series_uid = \($0.text)" } ?? "study.study_uid = \(study.text)"
        return """
        SELECT   series.id, series.series_uid, series.received, series.instance_count, coalesce(series_revision.revision, 0) AS revision,
                 (SELECT epoch FROM metadata_epoch WHERE id = 1) AS epoch,
                 document.received AS kept_received, document.instances AS kept_instances, document.revision AS kept_revision, document.segments, document.missing
        FROM     study JOIN series ON series.study = study.id
                 LEFT JOIN series_revision ON series_revision.series = series.id
                 LEFT JOIN metadata_document document ON document.series = series.id AND document.root = \(root)
        WHERE    \(place)\(access.clause)
        ORDER BY series.number IS NULL, series.number, series.id
        """
    }

    init?(_ row: SQLRow, study: UID) {
        guard let id = row.integer("id"), let series = UID(row.string("series_uid")) else { return nil }
        (self.study, self.series, self.id) = (study, series, id)
        (received, instances) = (row.integer("received") ?? 0, row.integer("instance_count") ?? 0)
        (revision, epoch) = (row.integer("revision") ?? 0, row.integer("epoch") ?? 0)
        kept = row.integer("kept_received").map { received in
            Kept(
                received: received, instances: row.integer("kept_instances") ?? 0, revision: row.integer("kept_revision") ?? 0,
                segments: Self.fingerprints(row.blob("segments") ?? []),
                missing: row.string("missing").split(separator: " ").map(String.init))
        }
    }

    static func fingerprints(_ bytes: [UInt8]) -> [[UInt8]] {
        stride(from: 0, to: bytes.count - 31, by: 32).map { Array(bytes[$0..<$0 + 32]) }
    }

    /// In the transaction that changes what an instance looks like, or brings one back.
    static func raise(of instance: Int64, in connection: any SQLConnection) throws(DatabaseError) {
        guard let series = try connection.first("SELECT series FROM instance WHERE id = \(instance)")?.integer("series") else { return }
        try raise(series: series, in: connection)
    }

    static func raise(of sopInstance: UID, in connection: any SQLConnection) throws(DatabaseError) {
        guard let row = try connection.first("SELECT series FROM instance WHERE sop_uid = \(sopInstance.text)"), let series = row.integer("series") else { return }
        try raise(series: series, in: connection)
    }

    /// The clock makes it another one than all that were before, also where the row was removed meanwhile.
    private static func raise(series: Int64, in connection: any SQLConnection) throws(DatabaseError) {
        try connection.run("""
            INSERT INTO series_revision (series, revision) VALUES (\(series), \(Clock.microseconds()))
            ON CONFLICT (series) DO UPDATE SET revision =
                CASE WHEN excluded.revision > series_revision.revision THEN excluded.revision ELSE series_revision.revision + 1 END
            """)
    }

    /// In the transaction that removes instances of a series: what documents say of them goes as well.
    ///
    /// - Parameter isEmpty: none is left, and the row of the series goes next.
    static func forget(series: Int64, isEmpty: Bool, in connection: any SQLConnection) throws(DatabaseError) {
        try connection.run("DELETE FROM metadata_segment WHERE series = \(series)")
        try connection.run("DELETE FROM metadata_document WHERE series = \(series)")
        if isEmpty { try connection.run("DELETE FROM series_revision WHERE series = \(series)") } else { try raise(series: series, in: connection) }
    }
}

extension Archive {
    /// The series of a study, or one of them, that the caller may see, by number, each with the document that is kept for a root.
    public func seriesStates(study: UID, series: UID? = nil, root: String, for access: Access) async throws(ArchiveError) -> [SeriesState] {
        try await all(SeriesState.read(study, series, root: root, access)).compactMap { SeriesState($0, study: study) }
    }
}
