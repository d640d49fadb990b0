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
        /// In some item of the Request Attributes Sequence.
        case request
    }

    var path: [Tag]
    /// The level whose table has the column.
    var level: Query.Level
    var column: SQLStatement
    var kind: Kind
    /// What a list is sorted by; nil where it cannot be.
    var sortColumn: SQLStatement?

    static func find(_ path: [Tag], at level: Query.Level) -> QueryableAttribute? {
        (level == .patient ? ofPatient : ofStudyAndBelow).first { $0.path == path && $0.level <= level }
    }

    // Required and optional keys of PS3.4 Tables C.6-1 to C.6-4 and PS3.18 Table 10.6.1-5, as far as the index has columns for them.

    private static let ofPatient: [QueryableAttribute] = [
        row(.patientName,         .patient, "patient.id",             .name(.patient), sort: "patient.name_folded"),
        row(.patientID,           .patient, "patient.patient_id",     .text, sort: "patient.patient_id"),
        row(.issuerOfPatientID,   .patient, "patient.issuer",         .text),
        row(.patientBirthDate,    .patient, "patient.birth_key",      .date, sort: "coalesce(patient.birth_key, '')"),
        row(.patientBirthTime,    .patient, "patient.birth_time_key", .time),
        row(.patientSex,          .patient, "patient.sex",            .text),
    ]

    private static let ofStudyAndBelow: [QueryableAttribute] = [
        row(.patientName,         .study, "study.id",             .name(.patientOfStudy), sort: "study.name_folded"),
        row(.patientID,           .study, "study.patient_id",     .text, sort: "study.patient_id"),
        row(.issuerOfPatientID,   .study, "study.issuer",         .text),
        row(.patientBirthDate,    .study, "study.birth_key",      .date, sort: "coalesce(study.birth_key, '')"),
        row(.patientBirthTime,    .study, "study.birth_time_key", .time),
        row(.patientSex,          .study, "study.sex",            .text),
        row(.studyInstanceUID,    .study, "study.study_uid",      .uid),
        row(.studyDate,           .study, "study.date_key",       .date, sort: "study.date_sort"),
        row(.studyTime,           .study, "study.time_key",       .time),
        row(.accessionNumber,     .study, "study.accession",      .text, sort: "study.accession"),
        row(.studyID,             .study, "study.study_id",       .text),
        row(.studyDescription,    .study, "study.description",    .text, sort: "study.description_folded"),
        row(.referringPhysicianName, .study, "study.id",          .name(.referringPhysician)),
        row(.modalitiesInStudy,   .study, "study.id",             .modalityOfStudy, sort: "study.modalities"),
        row(.sopClassesInStudy,   .study, "study.id",             .sopClassOfStudy),
        row(.seriesInstanceUID,   .series, "series.series_uid",   .uid),
        row(.seriesNumber,        .series, "series.number",       .integer, sort: "coalesce(series.number, 2147483648)"),
        row(.modality,            .series, "series.modality",     .text),
        row(.seriesDescription,   .series, "series.description",  .text),
        row(.bodyPartExamined,    .series, "series.body_part",    .text),
        row(.laterality,          .series, "series.laterality",   .text),
        row(.performedProcedureStepStartDate, .series, "series.step_date_key", .date),
        row(.performedProcedureStepStartTime, .series, "series.step_time_key", .time),
        row(.performedProcedureStepID,        .series, "series.step_id",       .text),
        row([.requestAttributesSequence, .requestedProcedureID],     .series, "procedure_id", .request),
        row([.requestAttributesSequence, .scheduledProcedureStepID], .series, "step_id",      .request),
        row(.sopInstanceUID,      .instance, "instance.sop_uid",          .uid),
        row(.sopClassUID,         .instance, "instance.sop_class",        .uid),
        row(.instanceNumber,      .instance, "instance.number",           .integer, sort: "coalesce(instance.number, 2147483648)"),
        row(.contentDate,         .instance, "instance.content_date_key", .date),
        row(.contentTime,         .instance, "instance.content_time_key", .time),
        row(.rows,                .instance, "instance.row_count",        .integer),
        row(.columns,             .instance, "instance.column_count",     .integer),
        row(.bitsAllocated,       .instance, "instance.bits_allocated",   .integer),
        row(.numberOfFrames,      .instance, "instance.frame_count",      .integer),
    ]

    private static func row(_ tag: Tag, _ level: Query.Level, _ column: SQLStatement, _ kind: Kind, sort: SQLStatement? = nil) -> QueryableAttribute {
        row([tag], level, column, kind, sort: sort)
    }

    private static func row(_ path: [Tag], _ level: Query.Level, _ column: SQLStatement, _ kind: Kind, sort: SQLStatement? = nil) -> QueryableAttribute {
        QueryableAttribute(path: path, level: level, column: column, kind: kind, sortColumn: sort)
    }
}
