import DICOM
import Database

extension IndexWriter {
    /// The instances of one study that go, with the rows above them that lose something.
    struct Doomed {
        var study: Int64
        var patient: Int64
        /// On the columns of `instance`.
        var condition: SQLStatement
        var count: Int
        var bytes: Int64
    }

    /// nil where nothing is there, or it may not be seen.
    func doomed(_ scope: DeletionScope, _ access: Access) throws(DatabaseError) -> Doomed? {
        guard let row = try connection.first("SELECT id, patient FROM study WHERE study_uid = \(scope.study.text)\(access.clause)"),
            let study = row.integer("id"), let patient = row.integer("patient")
        else { return nil }
        var condition: SQLStatement = "instance.study = \(study)"
        if let series = scope.series {
            guard let row = try connection.first("SELECT id FROM series WHERE study = \(study) AND series_uid = \(series.text)") else { return nil }
            condition = "instance.series = \(row.integer("id") ?? 0)"
        }
        if let instance = scope.instance { condition += " AND instance.sop_uid = \(instance.text)" }
        let sums = try connection.first("SELECT count(*) AS number, CAST(coalesce(sum(size), 0) AS BIGINT) AS bytes FROM instance WHERE \(condition)")
        guard let sums, sums.int("number") > 0 else { return nil }
        return Doomed(study: study, patient: patient, condition: condition, count: sums.int("number"), bytes: sums.integer("bytes") ?? 0)
    }

    /// Takes them out of every query. Counts, lists and the rows above are as if they had never come; what only they said of study
    /// and series stays where others remain.
    func delete(_ doomed: Doomed, in deletion: Int64, time: Int64) throws(DatabaseError) {
        try connection.run("""
            INSERT INTO deleted_instance (object, deletion, study_uid, series_uid, sop_uid, size, received, source)
            SELECT instance.object, \(deletion), study.study_uid, series.series_uid, instance.sop_uid, instance.size, instance.received, instance.source
            FROM   instance JOIN series ON series.id = instance.series JOIN study ON study.id = instance.study
            WHERE  \(doomed.condition)
            """)
        try holdFeed()
        try connection.run("""
            INSERT INTO change (kind, study_uid, series_uid, sop_uid, time)
            SELECT 'deleted', study_uid, series_uid, sop_uid, \(time) FROM deleted_instance WHERE deletion = \(deletion) ORDER BY object
            """)
        try takeOut(doomed, time: time)
    }

    /// Their rows, and what the rows above say of them.
    func takeOut(_ doomed: Doomed, time: Int64) throws(DatabaseError) {
        let series = try connection.all("SELECT DISTINCT series FROM instance WHERE \(doomed.condition)").compactMap { $0.integer("series") }
        try connection.run("DELETE FROM report_word WHERE instance IN (SELECT id FROM instance WHERE \(doomed.condition))")
        try connection.run("DELETE FROM extra_value WHERE instance IN (SELECT id FROM instance WHERE \(doomed.condition))")
        try connection.run("DELETE FROM instance WHERE \(doomed.condition)")
        var emptied = 0
        for series in series where try recount(series: series, time: time) { emptied += 1 }
        try recount(study: doomed.study, emptied: emptied, time: time)
        let isEmpty = try connection.first("SELECT 1 FROM instance WHERE study = \(doomed.study) LIMIT 1") == nil
        if isEmpty { try remove(study: doomed.study) }
        try recount(patient: doomed.patient, doomed, series: emptied, study: isEmpty)
        try connection.run("""
            UPDATE total SET studies = studies - \(isEmpty), series = series - \(emptied), instances = instances - \(doomed.count), bytes = bytes - \(doomed.bytes)
            WHERE  id = 1
            """)
    }

    /// - Returns: whether nothing was left of it, and its row is gone.
    private func recount(series: Int64, time: Int64) throws(DatabaseError) -> Bool {
        let count = try connection.first("SELECT count(*) AS number FROM instance WHERE series = \(series)")?.int("number") ?? 0
        try SeriesState.forget(series: series, isEmpty: count == 0, in: connection)
        guard count == 0 else {
            try connection.run("UPDATE series SET instance_count = \(count), received = \(time) WHERE id = \(series)")
            return false
        }
        for statement in Self.ofSeries { try connection.run(statement(series)) }
        try connection.run("DELETE FROM series WHERE id = \(series)")
        return true
    }

    private func recount(study: Int64, emptied: Int, time: Int64) throws(DatabaseError) {
        func list(_ statement: SQLStatement) throws(DatabaseError) -> String {
            try connection.all(statement).map { $0.string("value") }.filter { !$0.isEmpty }.joined(separator: "\\")
        }
        let modalities = try list("SELECT DISTINCT modality AS value FROM series WHERE study = \(study) ORDER BY value")
        let sopClasses = try list("SELECT DISTINCT sop_class AS value FROM instance WHERE study = \(study) ORDER BY value")
        try connection.run("""
            UPDATE study SET series_count = series_count - \(emptied), received = \(time), modalities = \(modalities), sop_classes = \(sopClasses),
                             instance_count = (SELECT count(*) FROM instance WHERE instance.study = study.id),
                             bytes = (SELECT CAST(coalesce(sum(size), 0) AS BIGINT) FROM instance WHERE instance.study = study.id)
            WHERE  id = \(study)
            """)
        try SearchIndex(connection: connection).renew(study: study)
    }

    private func remove(study: Int64) throws(DatabaseError) {
        for statement in Self.ofStudy { try connection.run(statement(study)) }
        try connection.run("DELETE FROM study WHERE id = \(study)")
    }

    private func recount(patient: Int64, _ doomed: Doomed, series: Int, study: Bool) throws(DatabaseError) {
        guard try connection.first("SELECT 1 FROM study WHERE patient = \(patient) LIMIT 1") != nil else {
            for statement in Self.ofPatient { try connection.run(statement(patient)) }
            try connection.run("DELETE FROM patient WHERE id = \(patient)")
            return
        }
        try connection.run("""
            UPDATE patient SET study_count = study_count - \(study), series_count = series_count - \(series), instance_count = instance_count - \(doomed.count)
            WHERE  id = \(patient)
            """)
    }

    // MARK: Rows that go with a row

    private static func names(_ roles: [NameRole], _ owner: Int64) -> [SQLStatement] {
        let roles = roles.map(\.rawValue)
        return [
            "DELETE FROM person_name WHERE owner = \(owner) AND role IN \(list: roles)",
            "DELETE FROM person_word WHERE owner = \(owner) AND role IN \(list: roles)",
        ]
    }

    private typealias Removal = @Sendable (Int64) -> SQLStatement

    private static let ofSeries: [Removal] = [
        { "DELETE FROM series_request WHERE series = \($0)" },
        { names([.performingPhysician, .operators], $0)[0] }, { names([.performingPhysician, .operators], $0)[1] },
    ]

    private static let ofStudy: [Removal] = [
        { "DELETE FROM study_word WHERE study = \($0)" },
        { "DELETE FROM study_code WHERE study = \($0)" },
        { "DELETE FROM study_value WHERE study = \($0)" },
        { "DELETE FROM report_word WHERE study = \($0)" },
        { "DELETE FROM other_patient_id WHERE owner = \($0) AND role = \(NameRole.patientOfStudy.rawValue)" },
        { names([.patientOfStudy, .referringPhysician, .readingPhysician], $0)[0] },
        { names([.patientOfStudy, .referringPhysician, .readingPhysician], $0)[1] },
    ]

    private static let ofPatient: [Removal] = [
        { "DELETE FROM other_patient_id WHERE owner = \($0) AND role = \(NameRole.patient.rawValue)" },
        { names([.patient], $0)[0] }, { names([.patient], $0)[1] },
    ]
}
