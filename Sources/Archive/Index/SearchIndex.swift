import DICOM
import Database

/// The rows beside a patient, study or series by which it is found. They only grow: what once was found by a value stays found by it.
struct SearchIndex {
    let connection: any SQLConnection

    func add(patient: Int64, _ attributes: DataSet) throws(DatabaseError) {
        try add(attributes, .patientName, role: .patient, owner: patient)
        try addOtherIDs(attributes, role: .patient, owner: patient)
    }

    func add(study: Int64, _ attributes: DataSet) throws(DatabaseError) {
        try move(study: study)
        try add(SearchValue.ofStudy(attributes), study: study)
        let modalities = try connection.first("SELECT modalities FROM study WHERE id = \(study)")?.string("modalities") ?? ""
        for modality in modalities.split(separator: "\\") { try addModality(String(modality), ofStudy: attributes, study: study) }
        try addNames(study: study, attributes)
    }

    private func addNames(study: Int64, _ attributes: DataSet) throws(DatabaseError) {
        try add(attributes, .patientName, role: .patientOfStudy, owner: study)
        try add(attributes, .referringPhysicianName, role: .referringPhysician, owner: study)
        try add(attributes, .nameOfPhysiciansReadingStudy, role: .readingPhysician, owner: study)
        try addOtherIDs(attributes, role: .patientOfStudy, owner: study)
        for code in attributes.items(.procedureCodeSequence).prefix(Self.mostItems) {
            try connection.run("""
                INSERT INTO study_code (value, scheme, meaning, study)
                VALUES (\(code.codeValue ?? ""), \(code.key(.codingSchemeDesignator) ?? ""), \(code.key(.codeMeaning) ?? ""), \(study)) ON CONFLICT DO NOTHING
                """)
        }
    }

    func add(series: Int64, of study: Int64, _ attributes: DataSet) throws(DatabaseError) {
        try addValues(series: attributes, study: study)
        try addNames(series: series, attributes)
    }

    func addValues(series attributes: DataSet, study: Int64) throws(DatabaseError) {
        let description = try connection.first("SELECT description FROM study WHERE id = \(study)")?.text("description")
        try add(SearchValue.ofSeries(attributes, studyDescription: description), study: study)
    }

    /// Names and requests.
    private func addNames(series: Int64, _ attributes: DataSet) throws(DatabaseError) {
        try add(attributes, .performingPhysicianName, role: .performingPhysician, owner: series)
        try add(attributes, .operatorsName, role: .operators, owner: series)
        try addRequests(attributes, series: series)
    }

    /// Items of the Request Attributes Sequence; other objects of a series may have others.
    func addRequests(_ attributes: DataSet, series: Int64) throws(DatabaseError) {
        for item in attributes.items(.requestAttributesSequence).prefix(Self.mostItems) {
            let texts = [Tag.requestedProcedureID, .scheduledProcedureStepID, .accessionNumber].map { item.key($0) ?? "" }
            guard texts.contains(where: { !$0.isEmpty }) else { continue }
            try connection.run("""
                INSERT INTO series_request (series, procedure_id, step_id, accession) VALUES (\(series), \(texts[0]), \(texts[1]), \(texts[2]))
                ON CONFLICT DO NOTHING
                """)
        }
    }

    static let mostItems = 64

    private func add(_ attributes: DataSet, _ tag: Tag, role: NameRole, owner: Int64) throws(DatabaseError) {
        for name in attributes.strings(tag) {
            for group in SearchText.nameGroups(name) {
                try connection.run("""
                    INSERT INTO person_name (role, folded, owner) VALUES (\(role.rawValue), \(group), \(owner)) ON CONFLICT DO NOTHING
                    """)
            }
        }
        try addWords(attributes, tag, role: role, owner: owner)
    }

    func addWords(_ attributes: DataSet, _ tag: Tag, role: NameRole, owner: Int64) throws(DatabaseError) {
        for word in Set(attributes.strings(tag).flatMap(NameWords.indexed)).sorted() {
            try connection.run("""
                INSERT INTO person_word (role, word, owner) VALUES (\(role.rawValue), \(word), \(owner)) ON CONFLICT DO NOTHING
                """)
        }
    }

    private func addOtherIDs(_ attributes: DataSet, role: NameRole, owner: Int64) throws(DatabaseError) {
        var ids = attributes.strings(.otherPatientIDs).prefix(Self.mostItems).map { (IndexedText.of($0), "") }
        for item in attributes.items(.otherPatientIDsSequence).prefix(Self.mostItems) {
            ids.append((item.key(.patientID) ?? "", item.key(.issuerOfPatientID) ?? ""))
        }
        for (id, issuer) in ids where !id.isEmpty {
            try connection.run("""
                INSERT INTO other_patient_id (role, patient_id, issuer, owner) VALUES (\(role.rawValue), \(id), \(issuer), \(owner))
                ON CONFLICT DO NOTHING
                """)
        }
    }

    // MARK: What was there before step 2

    @Sendable static func fill0002(_ connection: any SQLConnection) throws(DatabaseError) {
        let index = SearchIndex(connection: connection)
        try each("SELECT id, attributes FROM patient WHERE id > ", connection) { (id, attributes) throws(DatabaseError) in
            try index.add(patient: id, attributes)
        }
        // Values come with step 6.
        try each("SELECT id, attributes FROM study WHERE id > ", connection) { (id, attributes) throws(DatabaseError) in
            try index.addNames(study: id, attributes)
        }
        try each("SELECT id, attributes FROM series WHERE id > ", connection) { (id, attributes) throws(DatabaseError) in
            try connection.run("UPDATE series SET (\(SeriesColumns.names)) = (\(SeriesColumns(attributes).values)) WHERE id = \(id)")
            try index.addNames(series: id, attributes)
        }
    }

    static func each(
        _ statement: SQLStatement, _ connection: any SQLConnection, _ body: (Int64, DataSet) throws(DatabaseError) -> Void
    ) throws(DatabaseError) {
        var last: Int64 = 0
        while true {
            let rows = try connection.all("\(statement)\(last) ORDER BY id LIMIT 1000")
            guard let end = rows.last?.integer("id") else { return }
            for row in rows { try body(row.integer("id") ?? 0, try attributes(row)) }
            last = end
        }
    }

    static func attributes(_ row: SQLRow) throws(DatabaseError) -> DataSet {
        do throws(ArchiveError) { return try DataSet(row: row.blob("attributes") ?? []) } catch { throw DatabaseError(.corrupt, error.message) }
    }
}

/// What a name in `person_name`, and an ID in `other_patient_id`, is of.
enum NameRole: Int {
    case patientOfStudy = 1, referringPhysician = 2, patient = 3, readingPhysician = 4, performingPhysician = 5, operators = 6
}
