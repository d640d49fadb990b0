import DICOM
import Database

/// An attribute that can be matched: where it lies and how it is compared.
struct QueryableAttribute: Sendable {
    enum Kind: Sendable {
        /// Case is told apart; `*` and `?` are wildcards.
        case text
        case uid
        case date, time
        case integer
        /// Folded component groups in `person_name`.
        case name(NameRole)
        /// A value of some series or instance of the study.
        case modalityOfStudy, sopClassOfStudy
        /// In some item of a sequence.
        case item(Items)
        /// In `extra_value`.
        case extra(ExtraAttribute)
    }

    /// A table of items: `owner` and what selects the rows of the attribute.
    enum Items: Sendable, CaseIterable {
        case requests, codes, otherIDsOfStudy, otherIDsOfPatient
    }

    /// How many rows a value leaves, as a rule: the keys of the lowest rank decide which index is searched, the others only filter.
    enum Rank: Int, Sendable, Comparable {
        /// One thing, or few.
        case identifier, name, date, broad
        /// Half of all rows; never worth an index.
        case hopeless

        static func < (a: Rank, b: Rank) -> Bool { a.rawValue < b.rawValue }
    }

    var path: [Tag]
    /// The level whose table has the column.
    var level: Query.Level
    var column: SQLStatement
    var kind: Kind
    var rank: Rank
    /// What a list is sorted by; nil where it cannot be.
    var sortColumn: SQLStatement?

    static func find(_ path: [Tag], at level: Query.Level) -> QueryableAttribute? {
        guard let found = (level == .patient ? byPathOfPatient : byPath)[path], found.level <= level else { return nil }
        return found
    }

    static func sortable(_ level: Query.Level) -> [Tag] {
        (level == .patient ? ofPatient : ofStudyAndBelow).filter { $0.level <= level && $0.sortColumn != nil }.compactMap(\.path.first)
    }

    private static let byPathOfPatient = Dictionary(uniqueKeysWithValues: ofPatient.map { ($0.path, $0) })
    private static let byPath = Dictionary(uniqueKeysWithValues: ofStudyAndBelow.map { ($0.path, $0) })

    // Required and optional keys of PS3.4 Tables C.6-1 to C.6-4 and PS3.18 Table 10.6.1-5, as far as the index has columns for them.

    private static let ofPatient: [QueryableAttribute] = [
        row(.patientName,         .patient, "patient.id",             .name(.patient), .name, sort: "patient.name_folded"),
        row(.patientID,           .patient, "patient.patient_id",     .text, sort: "patient.patient_id"),
        row(.issuerOfPatientID,   .patient, "patient.issuer",         .text, .hopeless),
        row(.patientBirthDate,    .patient, "patient.birth_key",      .date, .date, sort: "coalesce(patient.birth_key, '')"),
        row(.patientBirthTime,    .patient, "patient.birth_time_key", .time, .broad),
        row(.patientSex,          .patient, "patient.sex",            .text, .hopeless),
        row(.otherPatientIDs,     .patient, "patient_id",             .item(.otherIDsOfPatient)),
        row([.otherPatientIDsSequence, .patientID],         .patient, "patient_id", .item(.otherIDsOfPatient)),
        row([.otherPatientIDsSequence, .issuerOfPatientID], .patient, "issuer",     .item(.otherIDsOfPatient), .hopeless),
    ]

    private static let ofStudyAndBelow: [QueryableAttribute] = [
        row(.patientName,         .study, "study.id",             .name(.patientOfStudy), .name, sort: "study.name_folded"),
        row(.patientID,           .study, "study.patient_id",     .text, sort: "study.patient_id"),
        row(.issuerOfPatientID,   .study, "study.issuer",         .text, .hopeless),
        row(.patientBirthDate,    .study, "study.birth_key",      .date, .date, sort: "coalesce(study.birth_key, '')"),
        row(.patientBirthTime,    .study, "study.birth_time_key", .time, .broad),
        row(.patientSex,          .study, "study.sex",            .text, .hopeless),
        row(.otherPatientIDs,     .study, "patient_id",           .item(.otherIDsOfStudy)),
        row([.otherPatientIDsSequence, .patientID],         .study, "patient_id", .item(.otherIDsOfStudy)),
        row([.otherPatientIDsSequence, .issuerOfPatientID], .study, "issuer",     .item(.otherIDsOfStudy), .hopeless),
        row(.studyInstanceUID,    .study, "study.study_uid",      .uid),
        row(.studyDate,           .study, "study.date_key",       .date, .date, sort: "study.date_sort"),
        row(.studyTime,           .study, "study.time_key",       .time, .broad),
        row(.accessionNumber,     .study, "study.accession",      .text, sort: "study.accession"),
        row(.studyID,             .study, "study.study_id",       .text, .name),
        row(.studyDescription,    .study, "study.description",    .text, .name, sort: "study.description_folded"),
        row(.referringPhysicianName,       .study, "study.id",    .name(.referringPhysician), .name),
        row(.nameOfPhysiciansReadingStudy, .study, "study.id",    .name(.readingPhysician), .name),
        row(.modalitiesInStudy,   .study, "study.id",             .modalityOfStudy, .broad, sort: "study.modalities"),
        row(.sopClassesInStudy,   .study, "study.id",             .sopClassOfStudy, .broad),
        row([.procedureCodeSequence, .codeValue],              .study, "value",   .item(.codes), .name),
        row([.procedureCodeSequence, .codingSchemeDesignator], .study, "scheme",  .item(.codes), .hopeless),
        row([.procedureCodeSequence, .codeMeaning],            .study, "meaning", .item(.codes), .name),
        row(.seriesInstanceUID,   .series, "series.series_uid",   .uid),
        row(.seriesNumber,        .series, "series.number",       .integer, .hopeless, sort: "coalesce(series.number, 2147483648)"),
        row(.seriesDate,          .series, "series.date_key",     .date, .date),
        row(.seriesTime,          .series, "series.time_key",     .time, .hopeless),
        row(.modality,            .series, "series.modality",     .text, .broad),
        row(.seriesDescription,   .series, "series.description",  .text, .name),
        row(.bodyPartExamined,    .series, "series.body_part",    .text, .broad),
        row(.laterality,          .series, "series.laterality",   .text, .hopeless),
        row(.institutionName,     .series, "series.institution",  .text, .broad),
        row(.stationName,         .series, "series.station",      .text, .broad),
        row(.frameOfReferenceUID, .series, "series.frame_of_reference", .uid),
        row(.performingPhysicianName, .series, "series.id",       .name(.performingPhysician), .name),
        row(.operatorsName,       .series, "series.id",           .name(.operators), .name),
        row(.performedProcedureStepStartDate, .series, "series.step_date_key", .date, .date),
        row(.performedProcedureStepStartTime, .series, "series.step_time_key", .time, .hopeless),
        row(.performedProcedureStepID,        .series, "series.step_id",       .text),
        row([.requestAttributesSequence, .requestedProcedureID],     .series, "procedure_id", .item(.requests)),
        row([.requestAttributesSequence, .scheduledProcedureStepID], .series, "step_id",      .item(.requests)),
        row([.requestAttributesSequence, .accessionNumber],          .series, "accession",    .item(.requests)),
        row(.sopInstanceUID,      .instance, "instance.sop_uid",          .uid),
        row(.sopClassUID,         .instance, "instance.sop_class",        .uid, .broad),
        row(.instanceNumber,      .instance, "instance.number",           .integer, .hopeless, sort: "coalesce(instance.number, 2147483648)"),
        row(.contentDate,         .instance, "instance.content_date_key", .date, .date),
        row(.contentTime,         .instance, "instance.content_time_key", .time, .hopeless),
        row(.rows,                .instance, "instance.row_count",        .integer, .hopeless),
        row(.columns,             .instance, "instance.column_count",     .integer, .hopeless),
        row(.bitsAllocated,       .instance, "instance.bits_allocated",   .integer, .hopeless),
        row(.numberOfFrames,      .instance, "instance.frame_count",      .integer, .hopeless),
    ]

    /// No index begins with its column.
    var isUnindexed: Bool { rank == .hopeless }

    private static func row(
        _ tag: Tag, _ level: Query.Level, _ column: SQLStatement, _ kind: Kind, _ rank: Rank = .identifier, sort: SQLStatement? = nil
    ) -> QueryableAttribute { row([tag], level, column, kind, rank, sort: sort) }

    private static func row(
        _ path: [Tag], _ level: Query.Level, _ column: SQLStatement, _ kind: Kind, _ rank: Rank = .identifier, sort: SQLStatement? = nil
    ) -> QueryableAttribute {
        QueryableAttribute(path: path, level: level, column: column, kind: kind, rank: rank, sortColumn: sort)
    }
}

extension QueryableAttribute.Items {
    /// The column of the level's table that the items belong to.
    var parent: SQLStatement {
        switch self {
        case .requests: "series.id"
        case .codes, .otherIDsOfStudy: "study.id"
        case .otherIDsOfPatient: "patient.id"
        }
    }

    /// Its own column that says so.
    var owner: SQLStatement {
        switch self {
        case .requests: "series_request.series"
        case .codes: "study_code.study"
        case .otherIDsOfStudy, .otherIDsOfPatient: "other_patient_id.owner"
        }
    }

    /// `SELECT owner FROM … WHERE`, to go on with conditions.
    var selection: SQLStatement {
        switch self {
        case .requests: "SELECT series FROM series_request WHERE "
        case .codes: "SELECT study FROM study_code WHERE "
        case .otherIDsOfStudy: "SELECT owner FROM other_patient_id WHERE role = 1 AND "
        case .otherIDsOfPatient: "SELECT owner FROM other_patient_id WHERE role = 3 AND "
        }
    }
}
