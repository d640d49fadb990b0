import DICOM
import Database
import Foundation

/// A person's name by component groups, as in the DICOM JSON model (PS3.18 §F.2.2).
public struct NameGroups: Sendable, Codable, Hashable {
    public var alphabetic: String?
    public var ideographic: String?
    public var phonetic: String?

    enum CodingKeys: String, CodingKey {
        case alphabetic = "Alphabetic", ideographic = "Ideographic", phonetic = "Phonetic"
    }

    init(_ name: String) {
        let groups = name.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        func group(_ index: Int) -> String? { index < groups.count && !groups[index].isEmpty ? groups[index] : nil }
        (alphabetic, ideographic, phonetic) = (group(0), group(1), group(2))
    }
}

/// A study as lists show it. An attribute that the objects do not give is "".
public struct StudySummary: Sendable, Codable, Hashable {
    public var studyInstanceUID: String
    public var patientName: NameGroups
    public var patientID: String
    public var issuerOfPatientID: String
    public var patientBirthDate: String
    public var patientSex: String
    /// `YYYYMMDD`.
    public var studyDate: String
    public var studyTime: String
    public var studyDescription: String
    public var accessionNumber: String
    public var referringPhysicianName: NameGroups
    public var modalities: [String]
    public var seriesCount: Int
    public var instanceCount: Int
    /// Of the last instance, ISO 8601.
    public var received: String

    static let columns: SQLStatement = """
        study.id, study.study_uid, study.modalities, study.date_key, study.series_count, study.instance_count, study.received, study.attributes
        """

    init(_ row: SQLRow) throws(ArchiveError) {
        let attributes = try DataSet(row: row.blob("attributes") ?? [])
        func text(_ tag: Tag) -> String { attributes.text(tag) }
        studyInstanceUID = row.string("study_uid")
        patientName = NameGroups(text(.patientName))
        patientID = text(.patientID)
        issuerOfPatientID = text(.issuerOfPatientID)
        patientBirthDate = text(.patientBirthDate)
        patientSex = text(.patientSex)
        studyDate = row.string("date_key")
        studyTime = text(.studyTime)
        studyDescription = text(.studyDescription)
        accessionNumber = text(.accessionNumber)
        referringPhysicianName = NameGroups(text(.referringPhysicianName))
        modalities = row.string("modalities").split(separator: "\\").map(String.init)
        seriesCount = row.int("series_count")
        instanceCount = row.int("instance_count")
        received = Date(timeIntervalSince1970: Double(row.integer("received") ?? 0) / 1_000_000)
            .formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }
}

/// A series as the viewer lists it. A number or text that the objects do not give is nil.
public struct SeriesSummary: Sendable, Codable, Hashable {
    public var seriesInstanceUID: String
    public var seriesNumber: Int?
    public var modality: String
    public var seriesDescription: String?
    public var bodyPart: String?
    public var laterality: String?
    public var instanceCount: Int
    /// Some instance has rows of pixels.
    public var hasImages: Bool

    init(_ row: SQLRow) {
        seriesInstanceUID = row.string("series_uid")
        seriesNumber = row.integer("number").map { Int(clamping: $0) }
        modality = row.string("modality")
        seriesDescription = row.text("description")
        bodyPart = row.text("body_part")
        laterality = row.text("laterality")
        instanceCount = row.int("instance_count")
        hasImages = row.bool("has_images")
    }
}

extension Archive {
    /// nil where there is no such study, or it may not be seen.
    public func study(_ uid: UID, for access: Access) async throws(ArchiveError) -> StudySummary? {
        guard let row = try await first("""
            SELECT \(StudySummary.columns) FROM study WHERE study_uid = \(uid.text)\(access.clause)
            """)
        else { return nil }
        return try StudySummary(row)
    }

    /// By number, those without one last; empty where the study may not be seen.
    public func seriesList(_ uid: UID, for access: Access) async throws(ArchiveError) -> [SeriesSummary] {
        try await all("""
            SELECT   series.series_uid, series.number, series.modality, series.description, series.body_part, series.laterality,
                     series.instance_count,
                     EXISTS (SELECT 1 FROM instance WHERE instance.series = series.id AND instance.row_count IS NOT NULL) AS has_images
            FROM     study JOIN series ON series.study = study.id
            WHERE    study.study_uid = \(uid.text)\(access.clause)
            ORDER BY series.number IS NULL, series.number, series.id
            """).map { SeriesSummary($0) }
    }
}
