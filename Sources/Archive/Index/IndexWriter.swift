import DICOM
import Database

/// Writes one object's rows within a transaction, and decides there what a SOP Instance UID that is known means.
///
/// The rows depend on the objects and the order in which they were received alone: an index made anew from the blobs is the same.
/// What many objects of one transaction change alike (counts, sizes, times) is gathered and written once.
struct IndexWriter {
    struct Entry: Sendable {
        var record: InstanceRecord
        var object: ObjectID
        var size: UInt64
        /// Microseconds since 1970; later than that of every entry before.
        var received: Int64
        var source: String
        var policy: ConflictPolicy
    }

    let connection: any SQLConnection

    func insert(_ entry: Entry) throws(DatabaseError) -> StoreOutcome.Result { try insert([entry])[0] }

    /// In the order in which they were received.
    func insert(_ entries: [Entry]) throws(DatabaseError) -> [StoreOutcome.Result] {
        try holdFeed()
        var round = IndexRound()
        var results: [StoreOutcome.Result] = []
        for entry in entries { results.append(try insert(entry, &round)) }
        try round.write(connection)
        try takeBack(zip(entries, results).compactMap { entry, result in if case .conflict = result { nil } else { entry.object } })
        return results
    }

    /// What is here again is deleted no more: an index made anew must not leave it out, nor its deletion's end take its bytes.
    private func takeBack(_ objects: [ObjectID]) throws(DatabaseError) {
        guard !objects.isEmpty else { return }
        try connection.run("DELETE FROM deleted_instance WHERE object IN \(list: objects.map(\.bytes))")
    }

    private func insert(_ entry: Entry, _ round: inout IndexRound) throws(DatabaseError) -> StoreOutcome.Result {
        if let category = entry.record.nonPatient { return try NonPatientWriter(connection: connection, category: category).insert(entry) }
        // Mostly study and series are there and say the same, and the UID is new: the insert itself finds out.
        if let place = try knownPlace(of: entry, &round), try insertInstance(entry, place) {
            try add(entry, to: place, &round)
            return .stored
        }
        if let known = try known(entry.record.sopInstance) { return try decide(entry, known, &round) }
        let study = try study(of: entry, &round)
        let series = try series(of: entry, study)
        let place = IndexRound.Place(study: study, series: series, attributes: [])
        guard try insertInstance(entry, place) else {
            // Another process was first with this UID: the study and series above are its own.
            guard let known = try known(entry.record.sopInstance) else { throw DatabaseError(.busy, "an instance came and went") }
            return try decide(entry, known, &round)
        }
        try add(entry, to: place, &round)
        return .stored
    }

    private func add(_ entry: Entry, to place: IndexRound.Place, _ round: inout IndexRound) throws(DatabaseError) {
        try recordCorrection(entry)
        try list(entry, in: place.study, &round)
        round.count(entry, in: place)
        try SearchIndex(connection: connection).add(report: entry.record, study: place.study.id)
        try addExtra(entry.record.extra, of: entry.record.sopInstance)
        try note("stored", entry)
    }

    /// Study and series, where they are there and would stay as they are.
    private func knownPlace(of entry: Entry, _ round: inout IndexRound) throws(DatabaseError) -> IndexRound.Place? {
        let record = entry.record
        if record.seriesAttributes[.requestAttributesSequence] != nil { return nil }
        let attributes = [record.encodedStudy, record.encodedSeries]
        if let place = round.place(record) { return place.attributes == attributes ? place : nil }
        guard let row = try connection.first("""
            SELECT study.id AS study, study.patient, study.modalities, study.sop_classes, study.attributes AS study_attributes,
                   series.id AS series, series.attributes AS series_attributes
            FROM   study JOIN series ON series.study = study.id
            WHERE  study.study_uid = \(record.study.text) AND series.series_uid = \(record.series.text)
            """), let study = row.integer("study"), let patient = row.integer("patient"), let series = row.integer("series"),
            row.blob("study_attributes") == attributes[0], row.blob("series_attributes") == attributes[1]
        else { return nil }
        let place = IndexRound.Place(
            study: .init(id: study, patient: patient, isNew: false, modalities: row.string("modalities"), sopClasses: row.string("sop_classes")),
            series: series, attributes: attributes)
        round.know(place, record)
        return place
    }

    // MARK: A UID that is known

    private struct Known {
        var id: Int64
        var object: ObjectID
        var study: String
        var series: String
        var source: String
    }

    private func known(_ sopInstance: UID) throws(DatabaseError) -> Known? {
        guard let row = try connection.first("""
            SELECT instance.id, instance.object, instance.source, study.study_uid, series.series_uid
            FROM   instance JOIN series ON series.id = instance.series JOIN study ON study.id = instance.study
            WHERE  instance.sop_uid = \(sopInstance.text)
            """), let id = row.integer("id")
        else { return nil }
        guard let object = row.blob("object").flatMap({ ObjectID($0) }) else { throw DatabaseError(.corrupt, "instance \(id) has no object") }
        return Known(id: id, object: object, study: row.string("study_uid"), series: row.string("series_uid"), source: row.string("source"))
    }

    private func decide(_ entry: Entry, _ known: Known, _ round: inout IndexRound) throws(DatabaseError) -> StoreOutcome.Result {
        try round.write(connection)
        if known.object == entry.object {
            try recorrect(entry, time: entry.received)
            return .alreadyStored
        }
        if let row = try connection.first("SELECT state FROM instance_version WHERE object = \(entry.object.bytes)") {
            return row.string("state") == "superseded" ? .alreadyStored : .quarantined(kept: known.object)
        }
        let isSamePlace = known.study == entry.record.study.text && known.series == entry.record.series.text
        switch entry.policy {
        case .keepFirst:
            return .conflict(kept: known.object)
        case .keepBoth where isSamePlace,
            .keepBothFromSameSource where isSamePlace && Source.isSame(known.source, entry.source):
            try supersede(known, by: entry)
            try addExtra(entry.record.extra, of: entry.record.sopInstance, renewing: true)
            try note("replaced", entry)
            return .storedAsNewVersion(of: known.object)
        case .keepBoth, .keepBothFromSameSource, .quarantine:
            try keepAside(entry)
            try note("quarantined", entry)
            return .quarantined(kept: known.object)
        }
    }

    private func keepAside(_ entry: Entry) throws(DatabaseError) {
        try connection.run("""
            INSERT INTO instance_version (object, sop_uid, state, size, received, source)
            VALUES (\(entry.object.bytes), \(entry.record.sopInstance.text), 'quarantine', \(Int64(entry.size)), \(entry.received), \(entry.source))
            """)
        try correctionKey(entry)
    }

    private func supersede(_ known: Known, by entry: Entry) throws(DatabaseError) {
        let old = try connection.first("SELECT size FROM instance WHERE id = \(known.id)")?.integer("size") ?? 0
        try connection.run("""
            INSERT INTO instance_version (object, sop_uid, state, size, received, source)
            SELECT object, sop_uid, 'superseded', size, received, source FROM instance WHERE id = \(known.id)
            """)
        let columns = InstanceColumns(entry)
        try connection.run("""
            UPDATE instance SET (\(InstanceColumns.names)) = (\(columns.values)), correction = NULL WHERE id = \(known.id)
            """)
        try SearchIndex(connection: connection).forget(report: known.id)
        if let study = try connection.first("SELECT study FROM instance WHERE id = \(known.id)")?.integer("study") {
            try SearchIndex(connection: connection).add(report: entry.record, study: study)
        }
        try recordCorrection(entry)
        try SeriesState.raise(of: known.id, in: connection)
        let growth = Int64(entry.size) - old
        try connection.run("""
            UPDATE study SET bytes = bytes + \(growth), received = \(entry.received) WHERE study_uid = \(known.study)
            """)
        try connection.run("UPDATE total SET bytes = bytes + \(growth) WHERE id = 1")
    }

    // MARK: Levels

    private func insertInstance(_ entry: Entry, _ place: IndexRound.Place) throws(DatabaseError) -> Bool {
        let columns = InstanceColumns(entry)
        return try connection.run("""
            INSERT INTO instance (study, series, sop_uid, \(InstanceColumns.names))
            VALUES (\(place.study.id), \(place.series), \(entry.record.sopInstance.text), \(columns.values)) ON CONFLICT (sop_uid) DO NOTHING
            """) == 1
    }

    private func study(of entry: Entry, _ round: inout IndexRound) throws(DatabaseError) -> IndexRound.Study {
        // What is in the row is about to be looked at.
        try round.write(connection)
        let attributes = entry.record.patientAttributes.merging(entry.record.studyAttributes)
        if let row = try connection.first("""
            SELECT id, patient, modalities, sop_classes, attributes FROM study WHERE study_uid = \(entry.record.study.text)
            """), let id = row.integer("id"), let patient = row.integer("patient") {
            if let filled = try Self.filled(row.blob("attributes"), with: attributes) { try update(study: id, filled) }
            return IndexRound.Study(id: id, patient: patient, isNew: false, modalities: row.string("modalities"), sopClasses: row.string("sop_classes"))
        }
        let patient = try patient(of: entry)
        let columns = StudyColumns(attributes)
        let inserted = try connection.first("""
            INSERT INTO study (patient, study_uid, received, modalities, sop_classes, \(StudyColumns.names))
            VALUES (\(patient), \(entry.record.study.text), \(entry.received), '', '', \(columns.values)) RETURNING id
            """)
        guard let id = inserted?.integer("id") else { throw DatabaseError(.statement, "a new study got no key") }
        try index(study: id, columns)
        try connection.run("UPDATE patient SET study_count = study_count + 1 WHERE id = \(patient)")
        return IndexRound.Study(id: id, patient: patient, isNew: true, modalities: "", sopClasses: "")
    }

    private func update(study: Int64, _ attributes: DataSet) throws(DatabaseError) {
        let columns = StudyColumns(attributes)
        try connection.run("UPDATE study SET (\(StudyColumns.names)) = (\(columns.values)) WHERE id = \(study)")
        try index(study: study, columns)
    }

    /// Words only grow, as the rest of the search index does.
    func index(study: Int64, _ columns: StudyColumns) throws(DatabaseError) {
        try SearchIndex(connection: connection).add(study: study, columns.attributes)
        try addWords(columns.words, study: study)
    }

    func addWords(_ words: Set<String>, study: Int64) throws(DatabaseError) {
        for word in words.sorted() {
            try connection.run("INSERT INTO study_word (word, study) VALUES (\(word), \(study)) ON CONFLICT DO NOTHING")
        }
    }

    func patient(of entry: Entry) throws(DatabaseError) -> Int64 {
        let columns = PatientColumns(entry.record.patientAttributes, study: entry.record.study)
        if let row = try connection.first("""
            SELECT id, attributes FROM patient
            WHERE  patient_id = \(columns.patientID) AND issuer = \(columns.issuer) AND discriminator = \(columns.discriminator)
            """), let id = row.integer("id") {
            if let filled = try Self.filled(row.blob("attributes"), with: entry.record.patientAttributes) {
                let columns = PatientColumns(filled, study: entry.record.study)
                try connection.run("UPDATE patient SET (\(PatientColumns.names)) = (\(columns.values)) WHERE id = \(id)")
                try SearchIndex(connection: connection).add(patient: id, filled)
            }
            return id
        }
        let inserted = try connection.first("""
            INSERT INTO patient (patient_id, issuer, discriminator, \(PatientColumns.names))
            VALUES (\(columns.patientID), \(columns.issuer), \(columns.discriminator), \(columns.values)) RETURNING id
            """)
        guard let id = inserted?.integer("id") else { throw DatabaseError(.statement, "a new patient got no key") }
        try SearchIndex(connection: connection).add(patient: id, entry.record.patientAttributes)
        return id
    }

    private func series(of entry: Entry, _ study: IndexRound.Study) throws(DatabaseError) -> Int64 {
        let attributes = entry.record.seriesAttributes
        if let row = try connection.first("""
            SELECT id, attributes FROM series WHERE study = \(study.id) AND series_uid = \(entry.record.series.text)
            """), let id = row.integer("id") {
            if let filled = try Self.filled(row.blob("attributes"), with: attributes) {
                let columns = SeriesColumns(filled)
                try connection.run("UPDATE series SET (\(SeriesColumns.names)) = (\(columns.values)) WHERE id = \(id)")
                try SearchIndex(connection: connection).add(series: id, of: study.id, filled)
            }
            try SearchIndex(connection: connection).addRequests(attributes, series: id)
            return id
        }
        let columns = SeriesColumns(attributes)
        let inserted = try connection.first("""
            INSERT INTO series (study, series_uid, received, \(SeriesColumns.names))
            VALUES (\(study.id), \(entry.record.series.text), \(entry.received), \(columns.values)) RETURNING id
            """)
        guard let id = inserted?.integer("id") else { throw DatabaseError(.statement, "a new series got no key") }
        try SearchIndex(connection: connection).add(series: id, of: study.id, attributes)
        try connection.run("UPDATE study SET series_count = series_count + 1 WHERE id = \(study.id)")
        try connection.run("UPDATE patient SET series_count = series_count + 1 WHERE id = \(study.patient)")
        try connection.run("UPDATE total SET series = series + 1 WHERE id = 1")
        return id
    }

    // MARK: Lists

    private func list(_ entry: Entry, in study: IndexRound.Study, _ round: inout IndexRound) throws(DatabaseError) {
        let modality = entry.record.seriesAttributes.key(.modality) ?? ""
        let modalities = Self.adding(modality, to: study.modalities, longest: IndexedText.longest)
        let sopClasses = Self.adding(entry.record.sopClass.text, to: study.sopClasses)
        guard modalities != study.modalities || sopClasses != study.sopClasses else { return }
        try connection.run("UPDATE study SET modalities = \(modalities), sop_classes = \(sopClasses) WHERE id = \(study.id)")
        if sopClasses != study.sopClasses {
            try SearchIndex(connection: connection).add([SearchValue(.sopClass, entry.record.sopClass.text)], study: study.id)
        }
        if modalities != study.modalities { try addWords(SearchText.words(modality), study: study.id) }
        round.forgetPlaces()
    }

    /// A sorted list, its values between backslashes.
    private static func adding(_ value: String, to list: String, longest: Int = .max) -> String {
        // One that has no room any more is found in its series.
        guard !value.isEmpty, value != list, list.utf8.count + value.utf8.count < longest else { return list }
        var values = Set(list.split(separator: "\\").map(String.init))
        values.insert(value)
        return values.sorted().joined(separator: "\\")
    }

    /// Until the end of the transaction nobody else writes changes: they get their numbers in the order of commits, on every engine.
    func holdFeed() throws(DatabaseError) { try connection.run("UPDATE total SET instances = instances WHERE id = 1") }

    func note(_ kind: String, _ entry: Entry) throws(DatabaseError) {
        let record = entry.record
        try connection.run("""
            INSERT INTO change (kind, study_uid, series_uid, sop_uid, time)
            VALUES (\(kind), \(record.study.text), \(record.series.text), \(record.sopInstance.text), \(entry.received))
            """)
    }

    // MARK: Attributes of several objects

    /// The first value that an attribute has stays; what was absent is filled in. nil where nothing changes.
    private static func filled(_ row: [UInt8]?, with attributes: DataSet) throws(DatabaseError) -> DataSet? {
        guard let row, row != attributes.encodedForRow() else { return nil }
        var result: DataSet
        do throws(ArchiveError) { result = try DataSet(row: row) } catch { throw DatabaseError(.corrupt, error.message) }
        var isChanged = false
        for element in attributes.elements where result[element.tag] == nil {
            result.set(element)
            isChanged = true
        }
        return isChanged ? result : nil
    }
}

extension DataSet {
    func merging(_ other: DataSet) -> DataSet {
        var result = self
        for element in other.elements { result.set(element) }
        return result
    }
}
