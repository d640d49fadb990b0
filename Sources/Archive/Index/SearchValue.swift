import DICOM
import Database

/// What many studies share, and by which they are found newest first (`search_value`, `study_value`).
struct SearchValue: Hashable, Sendable {
    enum Kind: Int, Sendable {
        case modality = 1, sopClass, sex, issuer, studyDescription
        /// Of the Procedure Code Sequence.
        case codeValue, codeMeaning
        case bodyPart = 10, institution, station, seriesDescription, laterality, seriesNumber
        /// The first letters of a component group of the patient's name, up to `longestBeginning`.
        case nameBeginning = 20
        // Two at once: of a series, behind its modality.
        case modalityBodyPart = 30, modalityInstitution, modalityStation, modalitySeriesDescription, modalityStudyDescription
    }

    var kind: Kind
    var text: String

    init(_ kind: Kind, _ text: String) {
        (self.kind, self.text) = (kind, IndexedText.of(String(text.prefix(128))))
    }

    init(_ kind: Kind, modality: String, _ text: String) { self.init(kind, modality + "\u{1}" + text) }

    static let longestBeginning = 4

    static func ofStudy(_ attributes: DataSet) -> Set<SearchValue> {
        var values: Set<SearchValue> = []
        func add(_ kind: Kind, _ text: String?) { if let text, !text.isEmpty { values.insert(SearchValue(kind, text)) } }
        add(.sex, attributes.string(.patientSex))
        add(.issuer, attributes.string(.issuerOfPatientID))
        add(.studyDescription, attributes.string(.studyDescription))
        for code in attributes.items(.procedureCodeSequence).prefix(SearchIndex.mostItems) {
            add(.codeValue, code.codeValue)
            add(.codeMeaning, code.key(.codeMeaning))
        }
        for group in attributes.strings(.patientName).flatMap(SearchText.nameGroups) { values.formUnion(beginnings(of: group)) }
        return values
    }

    static func beginnings(of group: String) -> [SearchValue] {
        (1...longestBeginning).map { String(group.unicodeScalars.prefix($0)) }.map { SearchValue(.nameBeginning, $0) }
    }

    static func ofSeries(_ attributes: DataSet, studyDescription: String?) -> Set<SearchValue> {
        var values: Set<SearchValue> = []
        let modality = attributes.string(.modality) ?? ""
        func add(_ kind: Kind, _ text: String?, with pair: Kind? = nil) {
            guard let text, !text.isEmpty else { return }
            values.insert(SearchValue(kind, text))
            if let pair, !modality.isEmpty { values.insert(SearchValue(pair, modality: modality, text)) }
        }
        add(.modality, modality)
        add(.bodyPart, attributes.string(.bodyPartExamined), with: .modalityBodyPart)
        add(.institution, attributes.string(.institutionName), with: .modalityInstitution)
        add(.station, attributes.string(.stationName), with: .modalityStation)
        add(.seriesDescription, attributes.string(.seriesDescription), with: .modalitySeriesDescription)
        add(.laterality, attributes.string(.laterality))
        add(.seriesNumber, attributes.integer(.seriesNumber).map { "\($0)" })
        if let studyDescription, !studyDescription.isEmpty, !modality.isEmpty {
            values.insert(SearchValue(.modalityStudyDescription, modality: modality, studyDescription))
        }
        return values
    }
}

extension SearchIndex {
    /// Adds a study's entries for these values. Its row is there already.
    func add(_ values: some Sequence<SearchValue>, study: Int64) throws(DatabaseError) {
        let date = try connection.first("SELECT date_sort FROM study WHERE id = \(study)")?.string("date_sort") ?? ""
        for value in values.sorted(by: { ($0.kind.rawValue, $0.text) < ($1.kind.rawValue, $1.text) }) {
            try connection.run("""
                INSERT INTO study_value (value, date_sort, study) VALUES (\(try id(of: value)), \(date), \(study)) ON CONFLICT DO NOTHING
                """)
        }
    }

    private func id(of value: SearchValue) throws(DatabaseError) -> Int64 {
        let lookup: SQLStatement = "SELECT id FROM search_value WHERE kind = \(value.kind.rawValue) AND value = \(value.text)"
        if let id = try connection.first(lookup)?.integer("id") { return id }
        try connection.run("INSERT INTO search_value (kind, value) VALUES (\(value.kind.rawValue), \(value.text)) ON CONFLICT DO NOTHING")
        guard let id = try connection.first(lookup)?.integer("id") else { throw DatabaseError(.busy, "a value of the search index came and went") }
        return id
    }

    /// A study's date is another: its entries stand where they belong.
    func move(study: Int64) throws(DatabaseError) {
        let date = try connection.first("SELECT date_sort FROM study WHERE id = \(study)")?.string("date_sort") ?? ""
        let moved = try connection.all("SELECT value FROM study_value WHERE study = \(study) AND date_sort <> \(date)")
        guard !moved.isEmpty else { return }
        for row in moved {
            try connection.run("""
                INSERT INTO study_value (value, date_sort, study) VALUES (\(row.integer("value") ?? 0), \(date), \(study)) ON CONFLICT DO NOTHING
                """)
        }
        try connection.run("DELETE FROM study_value WHERE study = \(study) AND date_sort <> \(date)")
    }

    func addModality(_ modality: String, ofStudy attributes: DataSet, study: Int64) throws(DatabaseError) {
        guard !modality.isEmpty else { return }
        var values = [SearchValue(.modality, modality)]
        if let description = attributes.string(.studyDescription) { values.append(SearchValue(.modalityStudyDescription, modality: modality, description)) }
        try add(values, study: study)
    }

    /// The study's entries as its rows are now: something of it was corrected or deleted.
    func renew(study: Int64) throws(DatabaseError) {
        guard let row = try connection.first("SELECT attributes, sop_classes FROM study WHERE id = \(study)") else { return }
        try connection.run("DELETE FROM study_value WHERE study = \(study)")
        try add(SearchValue.ofStudy(try Self.attributes(row)), study: study)
        try add(row.string("sop_classes").split(separator: "\\").map { SearchValue(.sopClass, String($0)) }, study: study)
        for row in try connection.all("SELECT attributes FROM series WHERE study = \(study)") {
            try addValues(series: try Self.attributes(row), study: study)
        }
    }

    // MARK: What was there before step 6

    @Sendable static func fill0006(_ connection: any SQLConnection) throws(DatabaseError) {
        let index = SearchIndex(connection: connection)
        try connection.run("DELETE FROM person_word")
        try each("SELECT id, attributes FROM patient WHERE id > ", connection) { (id, attributes) throws(DatabaseError) in
            try index.addWords(attributes, .patientName, role: .patient, owner: id)
        }
        try each("SELECT id, attributes FROM study WHERE id > ", connection) { (id, attributes) throws(DatabaseError) in
            try index.addWords(attributes, .patientName, role: .patientOfStudy, owner: id)
            try index.addWords(attributes, .referringPhysicianName, role: .referringPhysician, owner: id)
            try index.addWords(attributes, .nameOfPhysiciansReadingStudy, role: .readingPhysician, owner: id)
            try index.add(SearchValue.ofStudy(attributes), study: id)
            let classes = try connection.first("SELECT sop_classes FROM study WHERE id = \(id)")?.string("sop_classes") ?? ""
            try index.add(classes.split(separator: "\\").map { SearchValue(.sopClass, String($0)) }, study: id)
        }
        try each("SELECT id, attributes FROM series WHERE id > ", connection) { (id, attributes) throws(DatabaseError) in
            try index.addWords(attributes, .performingPhysicianName, role: .performingPhysician, owner: id)
            try index.addWords(attributes, .operatorsName, role: .operators, owner: id)
            let study = try connection.first("SELECT study FROM series WHERE id = \(id)")?.integer("study") ?? 0
            try index.addValues(series: attributes, study: study)
        }
    }

    // MARK: What was there before step 14

    @Sendable static func fill0014(_ connection: any SQLConnection) throws(DatabaseError) {
        let index = SearchIndex(connection: connection)
        try each("SELECT id, attributes FROM study WHERE id > ", connection) { (id, attributes) throws(DatabaseError) in
            try index.add(SearchValue.ofStudy(attributes).filter { $0.kind == .codeValue || $0.kind == .codeMeaning }, study: id)
        }
    }
}
