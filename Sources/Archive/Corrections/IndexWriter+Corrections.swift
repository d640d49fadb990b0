import DICOM
import Database

extension IndexWriter {
    /// Notes what the instance of an entry, which is in the index, is shown with.
    func recordCorrection(_ entry: Entry) throws(DatabaseError) {
        guard let id = try correctionKey(entry) else { return }
        try connection.run("UPDATE instance SET correction = \(id) WHERE sop_uid = \(entry.record.sopInstance.text)")
    }

    /// Records the correction of an object, shown or not; nil where it has none.
    @discardableResult
    func correctionKey(_ entry: Entry, time: Int64? = nil) throws(DatabaseError) -> Int64? {
        guard let corrected = entry.record.corrected, let correction = corrected.correction else { return nil }
        if let id = corrected.id { return id }
        return try RecordedCorrection.insert(
            correction, object: entry.object, sopInstance: entry.record.sopInstance, time: time ?? entry.received, system: corrected.system,
            sender: corrected.sender, source: entry.source, in: connection)
    }

    /// The object is here; what is to be different of it may be something else now. Who makes no correction takes back its own alone.
    func isOtherCorrection(_ entry: Entry, than known: RecordedCorrection?) -> Bool {
        guard let corrected = entry.record.corrected else { return false }
        guard let correction = corrected.correction else { return known.map { $0.source == entry.source } ?? false }
        return known.map { !$0.correction.isSame(as: correction) } ?? true
    }

    /// Puts another correction, or none, in place of the one that an instance has.
    func recorrect(_ entry: Entry, time: Int64) throws(DatabaseError) {
        guard let row = try connection.first("""
            SELECT id, study, series, received, source FROM instance WHERE object = \(entry.object.bytes) AND sop_uid = \(entry.record.sopInstance.text)
            """), let id = row.integer("id"), let study = row.integer("study"), let series = row.integer("series")
        else { return }
        let known = try RecordedCorrection.of(entry.object, in: connection)
        guard isOtherCorrection(entry, than: known) else { return }
        try connection.run("DELETE FROM correction WHERE object = \(entry.object.bytes)")
        let key = try correctionKey(entry, time: time)
        var shown = entry
        (shown.received, shown.source) = (row.integer("received") ?? 0, row.string("source"))
        let columns = InstanceColumns(shown)
        try connection.run("UPDATE instance SET (\(InstanceColumns.names)) = (\(columns.values)), correction = \(key) WHERE id = \(id)")
        try SeriesState.raise(of: id, in: connection)
        let tags = Set((known?.correction.tags ?? []) + (entry.record.corrected?.correction?.tags ?? []))
        try refresh(series: series, of: study, shown, id, tags)
        try refresh(study: study, shown, id, tags)
        var noted = entry
        noted.received = time
        try addExtra(entry.record.extra, of: entry.record.sopInstance, renewing: true)
        try holdFeed()
        try note("corrected", noted)
    }

    /// The first object has the word on what its series says, for others only what it lacks.
    private func refresh(series: Int64, of study: Int64, _ entry: Entry, _ id: Int64, _ tags: Set<Tag>) throws(DatabaseError) {
        let isFirst = try connection.first("""
            SELECT 1 FROM instance WHERE series = \(series) AND (received < \(entry.received) OR received = \(entry.received) AND id < \(id))
            """) == nil
        let row = try connection.first("SELECT attributes, instance_count FROM series WHERE id = \(series)")
        guard let attributes = try Self.changed(row?.blob("attributes"), entry.record.seriesAttributes, tags, LevelAttributes.series, isFirst) else { return }
        let columns = SeriesColumns(attributes)
        try connection.run("UPDATE series SET (\(SeriesColumns.names)) = (\(columns.values)) WHERE id = \(series)")
        // Other objects of the series may have other requests.
        if row?.int("instance_count") == 1 { try connection.run("DELETE FROM series_request WHERE series = \(series)") }
        try forget(owner: series, [.performingPhysician, .operators])
        try SearchIndex(connection: connection).add(series: series, of: study, attributes)
        try SearchIndex(connection: connection).addRequests(entry.record.seriesAttributes, series: series)
        try SearchIndex(connection: connection).renew(study: study)
        guard tags.contains(.modality) else { return }
        let modalities = try connection.all("SELECT DISTINCT modality FROM series WHERE study = \(study) AND modality <> '' ORDER BY modality")
            .map { $0.string("modality") }.sorted().joined(separator: "\\")
        try connection.run("UPDATE study SET modalities = \(modalities) WHERE id = \(study)")
    }

    private func refresh(study: Int64, _ entry: Entry, _ id: Int64, _ tags: Set<Tag>) throws(DatabaseError) {
        let isFirst = try connection.first("""
            SELECT 1 FROM instance WHERE study = \(study) AND (received < \(entry.received) OR received = \(entry.received) AND id < \(id))
            """) == nil
        let row = try connection.first("SELECT patient, attributes, modalities FROM study WHERE id = \(study)")
        let own = entry.record.patientAttributes.merging(entry.record.studyAttributes)
        let attributes = try Self.changed(row?.blob("attributes"), own, tags, LevelAttributes.patient + LevelAttributes.study, isFirst)
        guard let attributes else { return }
        let columns = StudyColumns(attributes)
        try connection.run("UPDATE study SET (\(StudyColumns.names)) = (\(columns.values)) WHERE id = \(study)")
        // What is said no more finds nothing more.
        try forget(owner: study, [.patientOfStudy, .referringPhysician, .readingPhysician])
        try connection.run("DELETE FROM study_code WHERE study = \(study)")
        try connection.run("DELETE FROM study_word WHERE study = \(study)")
        try index(study: study, columns)
        for modality in (row?.string("modalities") ?? "").split(separator: "\\") { try addWords(SearchText.words(String(modality)), study: study) }
        try SearchIndex(connection: connection).renew(study: study)
        if let patient = row?.integer("patient") { try refresh(patient: patient, of: study, attributes, entry) }
    }

    /// The study may be another patient's now.
    private func refresh(patient old: Int64, of study: Int64, _ attributes: DataSet, _ entry: Entry) throws(DatabaseError) {
        var entry = entry
        entry.record.patientAttributes = DataSet(LevelAttributes.patient.compactMap { attributes[$0] })
        entry.record.patientAttributes.inheritedCharacterSet = .utf8
        let new = try patient(of: entry)
        if new != old {
            try connection.run("UPDATE study SET patient = \(new) WHERE id = \(study)")
            for patient in [old, new] {
                try connection.run("""
                    UPDATE patient SET study_count = (SELECT count(*) FROM study WHERE patient = \(patient)),
                                       series_count = (SELECT coalesce(sum(series_count), 0) FROM study WHERE patient = \(patient)),
                                       instance_count = (SELECT coalesce(sum(instance_count), 0) FROM study WHERE patient = \(patient))
                    WHERE  id = \(patient)
                    """)
            }
            guard try connection.first("SELECT 1 FROM study WHERE patient = \(old)") == nil else { return }
            try forget(owner: old, [.patient])
            try connection.run("DELETE FROM patient WHERE id = \(old)")
        } else if try connection.first("SELECT study_count FROM patient WHERE id = \(old)")?.int("study_count") == 1 {
            let columns = PatientColumns(entry.record.patientAttributes, study: entry.record.study)
            try connection.run("UPDATE patient SET (\(PatientColumns.names)) = (\(columns.values)) WHERE id = \(old)")
            try forget(owner: old, [.patient])
            try SearchIndex(connection: connection).add(patient: old, entry.record.patientAttributes)
        }
    }

    /// By which it was found.
    private func forget(owner: Int64, _ roles: [NameRole]) throws(DatabaseError) {
        for role in roles.map(\.rawValue) {
            try connection.run("DELETE FROM person_name WHERE owner = \(owner) AND role = \(role)")
            try connection.run("DELETE FROM person_word WHERE owner = \(owner) AND role = \(role)")
            try connection.run("DELETE FROM other_patient_id WHERE owner = \(owner) AND role = \(role)")
        }
    }

    /// A level's attributes after some of an object's have changed; nil where that changes nothing of the level.
    private static func changed(_ row: [UInt8]?, _ own: DataSet, _ tags: Set<Tag>, _ level: [Tag], _ isFirst: Bool) throws(DatabaseError) -> DataSet? {
        // Text under another label may read differently anywhere.
        let tags = tags.contains(.specificCharacterSet) ? Set(level) : tags.intersection(level)
        guard let row, !tags.isEmpty else { return nil }
        var result: DataSet
        do throws(ArchiveError) { result = try DataSet(row: row) } catch { throw DatabaseError(.corrupt, error.message) }
        let old = result
        for tag in tags where isFirst || result[tag] == nil { result[tag] = own[tag] }
        return result == old ? nil : result
    }
}
