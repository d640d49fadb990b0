import DICOM
import Database

/// A page of answers, in the query's order.
public struct QueryPage: Sendable {
    /// Text is in UTF-8, as their Specific Character Set says. An attribute that the objects do not give is absent.
    public var answers: [DataSet]
    /// Asks for what follows; nil where nothing does.
    public var next: String?
}

extension Archive {
    /// - Throws: `.invalidQuery` naming the key that has no meaning.
    public func query(_ query: Query, for access: Access) async throws(ArchiveError) -> QueryPage {
        guard let filter = KeyPlan(query).filter else { return try await page(query, access) }
        return try await filtered(query, access, filter)
    }

    private func page(_ query: Query, _ access: Access) async throws(ArchiveError) -> QueryPage {
        let statement = try QueryStatement(query, access, offset: query.cursor == nil ? query.offset : 0)
        let rows = try await all(statement.sql)
        let shown = rows.prefix(query.limit)
        let answer = Answer(query)
        var answers: [DataSet] = []
        answers.reserveCapacity(shown.count)
        for row in shown { answers.append(try answer.dataSet(row)) }
        let next = rows.count > query.limit ? shown.last.map { QueryCursor($0, of: statement.order.count).text } : nil
        return QueryPage(answers: answers, next: next)
    }

    /// Rows are read, and those that do not match left out, until the page is full or no row is left.
    private func filtered(_ query: Query, _ access: Access, _ filter: DataSet) async throws(ArchiveError) -> QueryPage {
        var part = query
        part.limit = min(max(query.limit, 200), Query.largestLimit)
        part.offset = 0
        var skip = query.cursor == nil ? query.offset : 0
        let answer = Answer(query)
        let options: DICOM.Matching.Options = query.combinesDateAndTime ? .combinedDateTime : []
        var answers: [DataSet] = []
        while true {
            let statement = try QueryStatement(part, access)
            let rows = try await all(statement.sql)
            for (number, row) in rows.prefix(part.limit).enumerated() {
                if Task.isCancelled { throw ArchiveError(.cancelled, "the query was given up") }
                let whole = try answer.whole(row)
                guard DICOM.Matching.matches(whole, identifier: filter, options: options) else { continue }
                if skip > 0 { skip -= 1; continue }
                answers.append(answer.shown(whole))
                guard answers.count == query.limit else { continue }
                return QueryPage(answers: answers, next: number + 1 < rows.count ? QueryCursor(row, of: statement.order.count).text : nil)
            }
            guard rows.count > part.limit else { return QueryPage(answers: answers, next: nil) }
            part.cursor = QueryCursor(rows[part.limit - 1], of: statement.order.count).text
        }
    }

    /// All answers, read page by page.
    public func answers(_ query: Query, for access: Access) -> Answers { Answers(archive: self, query: query, access: access) }
}

/// The answers to a query, one after the other.
public struct Answers: AsyncSequence, Sendable {
    public typealias Element = DataSet
    let archive: Archive
    let query: Query
    let access: Access

    public func makeAsyncIterator() -> Iterator { Iterator(archive: archive, query: query, access: access) }

    public struct Iterator: AsyncIteratorProtocol {
        private let archive: Archive
        private var query: Query
        private let access: Access
        private var page: [DataSet] = []
        private var isLast = false

        init(archive: Archive, query: Query, access: Access) {
            (self.archive, self.query, self.access) = (archive, query, access)
        }

        public mutating func next() async throws(ArchiveError) -> DataSet? {
            while page.isEmpty, !isLast {
                let read = try await archive.query(query, for: access)
                page = read.answers.reversed()
                query.cursor = read.next
                isLast = read.next == nil
            }
            return page.popLast()
        }
    }
}

extension Query {
    /// What the standard wants answered of a level (PS3.18 Tables 10.6.3-3 to 10.6.3-5; of a patient PS3.4 Table C.6-1).
    public static func standardAttributes(of level: Level) -> [Tag] { Answer.standard[level] ?? [] }
}

/// Makes the data set of a row.
struct Answer {
    private let level: Query.Level
    /// nil: all that the index keeps.
    private let tags: Set<Tag>?
    private let timezone: Int?

    /// What is not kept but counted, listed or known.
    static let computedTags: Set<Tag> = [
        .instanceAvailability, .modalitiesInStudy, .sopClassesInStudy, .numberOfPatientRelatedStudies, .numberOfPatientRelatedSeries,
        .numberOfPatientRelatedInstances, .numberOfStudyRelatedSeries, .numberOfStudyRelatedInstances, .numberOfSeriesRelatedInstances,
        .availableTransferSyntaxUID,
    ]

    init(_ query: Query) {
        level = query.level
        timezone = query.timezone
        switch query.attributes {
        case .all: tags = nil
        case .standard: tags = Set(Self.standard[query.level] ?? []).union(Self.uniqueKeys(query.level)).union(query.keys.compactMap(\.path.first))
        case .these(let these): tags = Set(these).union(Self.uniqueKeys(query.level))
        }
    }

    /// PS3.18 Tables 10.6.3-3 to 10.6.3-5; of a patient what PS3.4 Table C.6-1 names.
    static let standard: [Query.Level: [Tag]] = [
        .patient: [
            .patientName, .patientID, .issuerOfPatientID, .patientBirthDate, .patientSex, .numberOfPatientRelatedStudies,
            .numberOfPatientRelatedSeries, .numberOfPatientRelatedInstances,
        ],
        .study: [
            .studyDate, .studyTime, .accessionNumber, .instanceAvailability, .modalitiesInStudy, .referringPhysicianName, .timezoneOffset,
            .patientName, .patientID, .issuerOfPatientID, .patientBirthDate, .patientSex, .studyInstanceUID, .studyID, .studyDescription,
            .numberOfStudyRelatedSeries, .numberOfStudyRelatedInstances,
        ],
        .series: [
            .modality, .timezoneOffset, .seriesDescription, .seriesInstanceUID, .seriesNumber, .numberOfSeriesRelatedInstances,
            .performedProcedureStepStartDate, .performedProcedureStepStartTime, .requestAttributesSequence, .bodyPartExamined, .laterality,
        ],
        .instance: [
            .sopClassUID, .sopInstanceUID, .instanceAvailability, .timezoneOffset, .instanceNumber, .rows, .columns, .bitsAllocated,
            .numberOfFrames, .availableTransferSyntaxUID,
        ],
    ]

    private static func uniqueKeys(_ level: Query.Level) -> [Tag] {
        switch level {
        case .patient: [.patientID]
        case .study: [.studyInstanceUID]
        case .series: [.studyInstanceUID, .seriesInstanceUID]
        case .instance: [.studyInstanceUID, .seriesInstanceUID, .sopInstanceUID]
        }
    }

    private func wants(_ tag: Tag) -> Bool { tags?.contains(tag) ?? true }

    func dataSet(_ row: SQLRow) throws(ArchiveError) -> DataSet {
        guard timezone == nil else { return shown(try whole(row)) }
        var elements: [DataElement] = []
        for column in columns {
            for element in try DataSet(row: row.blob(column) ?? []).elements where wants(element.tag) { elements.append(element) }
        }
        elements += computed(row).filter { wants($0.tag) }
        return inUTF8(elements)
    }

    /// All that the row knows, times in the zone that is asked for.
    func whole(_ row: SQLRow) throws(ArchiveError) -> DataSet {
        var elements: [DataElement] = []
        for column in columns { elements += try DataSet(row: row.blob(column) ?? []).elements }
        let dataSet = inUTF8(elements + computed(row))
        return timezone.map { TimeShift.shifted(dataSet, to: $0) } ?? dataSet
    }

    /// What is asked for of it.
    func shown(_ whole: DataSet) -> DataSet { inUTF8(whole.elements.filter { wants($0.tag) || timezone != nil && $0.tag == .timezoneOffset }) }

    private func inUTF8(_ elements: [DataElement]) -> DataSet {
        var elements = elements
        // The index knows nothing but UTF-8; plain text need not say so.
        if elements.contains(where: { !$0.isPlain }) { elements.append(DataElement(.specificCharacterSet, .CS, "ISO_IR 192")) }
        var dataSet = DataSet(elements)
        dataSet.inheritedCharacterSet = .utf8
        return dataSet
    }

    private var columns: [String] {
        switch level {
        case .patient: ["patient_attributes"]
        case .study: ["study_attributes"]
        case .series: ["study_attributes", "series_attributes"]
        case .instance: ["study_attributes", "series_attributes", "instance_attributes"]
        }
    }

    /// What the rows count and list.
    private func computed(_ row: SQLRow) -> [DataElement] {
        func list(_ column: String) -> [String] { row.string(column).split(separator: "\\").map(String.init) }
        if level == .patient {
            return [
                DataElement(.numberOfPatientRelatedStudies, .IS, integers: [row.int("studies")]),
                DataElement(.numberOfPatientRelatedSeries, .IS, integers: [row.int("series")]),
                DataElement(.numberOfPatientRelatedInstances, .IS, integers: [row.int("instances")]),
            ]
        }
        var elements = [
            DataElement(.instanceAvailability, .CS, "ONLINE"),
            DataElement(.modalitiesInStudy, .CS, strings: list("modalities")),
            DataElement(.sopClassesInStudy, .UI, strings: list("sop_classes")),
            DataElement(.numberOfStudyRelatedSeries, .IS, integers: [row.int("study_series")]),
            DataElement(.numberOfStudyRelatedInstances, .IS, integers: [row.int("study_instances")]),
        ]
        if level >= .series { elements.append(DataElement(.numberOfSeriesRelatedInstances, .IS, integers: [row.int("series_instances")])) }
        if level == .instance { elements.append(DataElement(.availableTransferSyntaxUID, .UI, row.string("transfer_syntax"))) }
        return elements
    }
}

extension DataElement {
    /// Readable in the default repertoire.
    fileprivate var isPlain: Bool {
        switch value {
        case .bytes(let bytes): !vr.usesSpecificCharacterSet || bytes.allSatisfy { $0 < 0x80 }
        case .items(let items): items.items.allSatisfy { $0.dataSet.elements.allSatisfy(\.isPlain) }
        default: true
        }
    }
}
