import DICOM
import Database

/// A page of answers, in the query's order.
public struct QueryPage: Sendable {
    /// Text is in UTF-8, as their Specific Character Set says. An attribute that the objects do not give is absent.
    public var answers: [DataSet]
    /// Asks for what follows; nil where nothing does.
    public var next: String?

    public init(answers: [DataSet], next: String?) { (self.answers, self.next) = (answers, next) }
}

extension Archive {
    /// - Throws: `.invalidQuery` naming the key that has no meaning.
    public func query(_ query: Query, for access: Access) async throws(ArchiveError) -> QueryPage {
        let query = completed(query)
        guard let filter = KeyPlan(query).filter else { return try await page(query, access) }
        return try await filtered(query, access, filter)
    }

    private func page(_ query: Query, _ access: Access) async throws(ArchiveError) -> QueryPage {
        let (rows, places) = try await rows(query, access, offset: query.cursor == nil ? query.offset : 0)
        let shown = rows.prefix(query.limit)
        let answer = Answer(query)
        var answers: [DataSet] = []
        answers.reserveCapacity(shown.count)
        for row in shown { answers.append(try answer.dataSet(row)) }
        let next = rows.count > query.limit ? shown.last.map { QueryCursor($0, of: places).text } : nil
        return QueryPage(answers: try await addExtras(to: answers, Array(shown), query), next: next)
    }

    /// One more than the limit, where there are more; and how many columns their order has.
    private func rows(_ query: Query, _ access: Access, offset: Int = 0) async throws(ArchiveError) -> ([SQLRow], Int) {
        try await reading { connection in
            let statement = try QueryStatement(query, access, lead: try Lead.chosen(for: query, in: connection), offset: offset)
            return (try connection.all(statement.sql), statement.order.count)
        }
    }

    private func reading<Value: Sendable>(_ body: @escaping @Sendable (any SQLConnection) throws -> Value) async throws(ArchiveError) -> Value {
        let result: Result<Value, ArchiveError>
        do throws(DatabaseError) {
            result = try await database.read { (connection) throws(DatabaseError) in
                do { return .success(try body(connection)) } catch let error as DatabaseError { throw error } catch let error as ArchiveError { return .failure(error) } catch {
                    throw DatabaseError(.statement, "\(error)")
                }
            }
        } catch {
            throw ArchiveError(error, "reading the index")
        }
        return try result.get()
    }

    /// How many answers the query has, whatever its limit, offset and cursor say.
    ///
    /// - Parameter bound: counting ends there; the cost grows with what is counted.
    public func count(_ query: Query, upTo bound: Int = .max, for access: Access) async throws(ArchiveError) -> Int {
        var query = completed(query)
        (query.limit, query.offset, query.cursor) = (Query.largestLimit, 0, nil)
        if KeyPlan(query).filter != nil {
            query.attributes = .these([])
            var count = 0
            let all = answers(query, for: access)
            for try await _ in all {
                count += 1
                if count == bound { break }
            }
            return count
        }
        if query.keys.allSatisfy(\.values.isEmpty), query.search.isEmpty, access.isEverything, query.level > .patient {
            let total = try await totals()
            return switch query.level {
            case .patient, .study: total.studies
            case .series: total.series
            case .instance: total.instances
            }
        }
        let counted = query
        return try await reading { connection in
            let lead = try Lead.chosen(for: counted, in: connection)
            return try connection.first(QueryStatement.count(counted, access, lead: lead, bound: bound))?.int("matches") ?? 0
        }
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
        var found: [SQLRow] = []
        while true {
            let (rows, places) = try await rows(part, access)
            for (number, row) in rows.prefix(part.limit).enumerated() {
                if Task.isCancelled { throw ArchiveError(.cancelled, "the query was given up") }
                let whole = try answer.whole(row)
                guard DICOM.Matching.matches(whole, identifier: filter, options: options) else { continue }
                if skip > 0 { skip -= 1; continue }
                answers.append(answer.shown(whole))
                found.append(row)
                guard answers.count == query.limit else { continue }
                return QueryPage(answers: try await addExtras(to: answers, found, query), next: number + 1 < rows.count ? QueryCursor(row, of: places).text : nil)
            }
            guard rows.count > part.limit else { return QueryPage(answers: try await addExtras(to: answers, found, query), next: nil) }
            part.cursor = QueryCursor(rows[part.limit - 1], of: places).text
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
    /// Of these sequences only what the paths lead to.
    private var within: [Tag: [[Tag]]] = [:]
    private let timezone: Int?

    /// What is not kept but counted, listed or known.
    static let computedTags: Set<Tag> = [
        .instanceAvailability, .modalitiesInStudy, .sopClassesInStudy, .numberOfPatientRelatedStudies, .numberOfPatientRelatedSeries,
        .numberOfPatientRelatedInstances, .numberOfStudyRelatedSeries, .numberOfStudyRelatedInstances, .numberOfSeriesRelatedInstances,
        .availableTransferSyntaxUID,
    ]

    static func computed(at level: Query.Level) -> Set<Tag> {
        let ofPatient: Set<Tag> = [.numberOfPatientRelatedStudies, .numberOfPatientRelatedSeries, .numberOfPatientRelatedInstances]
        var ofStudy: Set<Tag> = [.instanceAvailability, .modalitiesInStudy, .sopClassesInStudy, .numberOfStudyRelatedSeries, .numberOfStudyRelatedInstances]
        if level >= .series { ofStudy.insert(.numberOfSeriesRelatedInstances) }
        if level == .instance { ofStudy.insert(.availableTransferSyntaxUID) }
        return level == .patient ? ofPatient : ofStudy
    }

    init(_ query: Query) {
        level = query.level
        timezone = query.timezone
        switch query.attributes {
        case .all: tags = nil
        case .standard: tags = Set(Self.standard[query.level] ?? []).union(Self.uniqueKeys(query.level)).union(query.keys.compactMap(\.path.first))
        case .these(let these): tags = Set(these).union(Self.uniqueKeys(query.level))
        case .paths(let paths):
            tags = Set(paths.compactMap(\.first)).union(Self.uniqueKeys(query.level))
            let whole = Set(paths.filter { $0.count == 1 }.map { $0[0] })
            within = Dictionary(grouping: paths.filter { $0.count > 1 && !whole.contains($0[0]) }, by: { $0[0] }).mapValues { $0.map { Array($0.dropFirst()) } }
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

    static func uniqueKeys(_ level: Query.Level) -> [Tag] {
        switch level {
        case .patient: [.patientID]
        case .study: [.studyInstanceUID]
        case .series: [.studyInstanceUID, .seriesInstanceUID]
        case .instance: [.studyInstanceUID, .seriesInstanceUID, .sopInstanceUID]
        }
    }

    private func wants(_ tag: Tag) -> Bool { tags?.contains(tag) ?? true }

    private func trimmed(_ element: DataElement) -> DataElement {
        guard let paths = within[element.tag] else { return element }
        return element.only(paths)
    }

    func dataSet(_ row: SQLRow) throws(ArchiveError) -> DataSet {
        guard timezone == nil else { return shown(try whole(row)) }
        var elements: [DataElement] = []
        for column in columns {
            for element in try DataSet(row: row.blob(column) ?? []).elements where wants(element.tag) { elements.append(trimmed(element)) }
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
    func shown(_ whole: DataSet) -> DataSet { inUTF8(whole.elements.filter { wants($0.tag) || timezone != nil && $0.tag == .timezoneOffset }.map { trimmed($0) }) }

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
    /// A sequence with nothing in its items but what the paths lead to.
    fileprivate func only(_ paths: [[Tag]]) -> DataElement {
        guard case .items(let items) = value else { return self }
        let kept = Set(paths.compactMap(\.first))
        return DataElement(tag, items: items.items.map { item in
            var dataSet = DataSet(item.dataSet.elements.filter { kept.contains($0.tag) }.map { element in
                let deeper = paths.filter { $0.first == element.tag }.map { Array($0.dropFirst()) }
                return deeper.contains([]) ? element : element.only(deeper)
            })
            dataSet.inheritedCharacterSet = item.dataSet.inheritedCharacterSet
            return dataSet
        })
    }

    /// Readable in the default repertoire.
    fileprivate var isPlain: Bool {
        switch value {
        case .bytes(let bytes): !vr.usesSpecificCharacterSet || bytes.allSatisfy { $0 < 0x80 }
        case .items(let items): items.items.allSatisfy { $0.dataSet.elements.allSatisfy(\.isPlain) }
        default: true
        }
    }
}
