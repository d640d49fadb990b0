import Archive
import DICOM

/// A supported question, asked with a value that the archive has.
struct IndexQuestion: Sendable {
    var name: String
    /// What it is asked with; nil asks without.
    var sample: IndexSample.Kind
    /// - Returns: how many answers there were.
    var ask: @Sendable (Archive, IndexSample) async throws(ArchiveError) -> Int

    static let all: [IndexQuestion] = [
        query("patient by ID", .study, .study) { [.init(.patientID, values: [$0.text(.patientID)])] },
        query("patient by name", .study, .study) { [.init(.patientName, values: [$0.text(.patientName)])] },
        query("patients by name prefix", .study, .patient, 50) { [.init(.patientName, values: [$0.prefix(.patientName, 5)])] },
        query("studies by name prefix", .study, .study, 50) { [.init(.patientName, values: [$0.prefix(.patientName, 5)])] },
        query("name, fuzzy", .study, .study, 50, isFuzzy: true) { [.init(.patientName, values: [$0.text(.patientName)])] },
        query("patient of a birth date", .study, .study, 50) { [.init(.patientBirthDate, values: [$0.text(.patientBirthDate)])] },
        query("accession number", .study, .study) { [.init(.accessionNumber, values: [$0.text(.accessionNumber)])] },
        query("study by UID", .study, .study) { [.init(.studyInstanceUID, values: [$0.text(.studyInstanceUID)])] },
        query("date and modality", .study, .study, 50) { [.init(.studyDate, values: [$0.text(.studyDate)]), .init(.modalitiesInStudy, values: [$0.text(.modalitiesInStudy)])] },
        query("a month and modality", .study, .study, 50) {
            let month = $0.prefix(.studyDate, 6, star: false)
            return [.init(.studyDate, values: ["\(month)01-\(month)31"]), .init(.modalitiesInStudy, values: [$0.text(.modalitiesInStudy)])]
        },
        query("newest 50", .none, .study, 50) { _ in [] },
        query("patients, first 50", .none, .patient, 50) { _ in [] },
        query("referring physician", .study, .study, 50) { [.init(.referringPhysicianName, values: [$0.text(.referringPhysicianName)])] },
        query("study description", .study, .study, 50) { [.init(.studyDescription, values: [$0.text(.studyDescription)])] },
        query("procedure code", .study, .study, 50) { [.init(path: [.procedureCodeSequence, .codeMeaning], values: [$0.text(.studyDescription)])] },
        query("series of a study", .series, .series) { [.init(.studyInstanceUID, values: [$0.text(.studyInstanceUID)])] },
        query("institution", .series, .series, 50) { [.init(.institutionName, values: [$0.text(.institutionName)])] },
        query("station and date", .series, .series, 50) { [.init(.stationName, values: [$0.text(.stationName)]), .init(.seriesDate, values: [$0.text(.seriesDate)])] },
        query("body part and date", .series, .series, 50) { [.init(.bodyPartExamined, values: [$0.text(.bodyPartExamined)]), .init(.seriesDate, values: [$0.text(.seriesDate)])] },
        query("requested procedure", .series, .series) { [.init(path: [.requestAttributesSequence, .requestedProcedureID], values: [$0.procedure])] },
        query("instances of a series", .series, .instance, 100) {
            [.init(.studyInstanceUID, values: [$0.text(.studyInstanceUID)]), .init(.seriesInstanceUID, values: [$0.text(.seriesInstanceUID)])]
        },
        query("instance by UID", .instance, .instance) { [.init(.sopInstanceUID, values: [$0.text(.sopInstanceUID)])] },
        IndexQuestion(name: "instance to retrieve", sample: .instance) { (archive, sample) throws(ArchiveError) in
            guard let uid = UID(sample.text(.sopInstanceUID)) else { return 0 }
            return try await archive.instance(uid, for: .everything) == nil ? 0 : 1
        },
        IndexQuestion(name: "series to retrieve", sample: .series) { (archive, sample) throws(ArchiveError) in
            guard let study = UID(sample.text(.studyInstanceUID)) else { return 0 }
            return try await archive.instances(study: study, series: UID(sample.text(.seriesInstanceUID)), for: .everything).count
        },
        list("list: newest 100", .none) { _ in StudyListRequest() },
        list("list: by patient", .none) { _ in StudyListRequest(sort: .patient) },
        list("list: words", .study) { StudyListRequest(search: "\($0.prefix(.patientName, 6, star: false)) \($0.prefix(.studyDescription, 4, star: false))") },
        list("list: name being typed", .study) { StudyListRequest(search: $0.prefix(.patientName, 3, star: false)) },
        list("list: modality and day", .study) { StudyListRequest(modality: $0.text(.modalitiesInStudy), from: $0.text(.studyDate), to: $0.text(.studyDate)) },
        query("deep page by cursor", .cursor, .study, 50) { _ in [] },
        IndexQuestion(name: "totals", sample: .none) { (archive, _) throws(ArchiveError) in
            _ = try await archive.totals()
            return 1
        },
        IndexQuestion(name: "changes page", sample: .change) { (archive, sample) throws(ArchiveError) in
            var changes = try await archive.changes(after: sample.number).makeAsyncIterator()
            return try await changes.next() == nil ? 0 : 1
        },
    ]

    private static func query(
        _ name: String, _ sample: IndexSample.Kind, _ level: Query.Level, _ limit: Int = 100, isFuzzy: Bool = false,
        _ keys: @escaping @Sendable (IndexSample) -> [Query.Key]
    ) -> IndexQuestion {
        IndexQuestion(name: name, sample: sample) { (archive, sample) throws(ArchiveError) in
            var query = Query(level, keys: keys(sample), limit: limit, cursor: sample.cursor)
            query.isFuzzy = isFuzzy
            return try await archive.query(query, for: .everything).answers.count
        }
    }

    private static func list(_ name: String, _ sample: IndexSample.Kind, _ request: @escaping @Sendable (IndexSample) -> StudyListRequest) -> IndexQuestion {
        IndexQuestion(name: name, sample: sample) { (archive, sample) throws(ArchiveError) in
            try await archive.studyList(request(sample), for: .everything).studies.count
        }
    }
}
