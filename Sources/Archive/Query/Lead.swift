import DICOM
import Database

/// Where the search for the answers of a query begins. What is chosen changes no answer and not their order, only what they cost.
///
/// Few rows are looked up and sorted. Where a key leaves many, the answers are met soon enough along their order, newest first, among all
/// studies or among those of one value. Which of the two it is, is found by counting up to a bound: what a query costs so does not grow
/// with the archive, but for keys that neither an index nor a value serves.
enum Lead: Equatable {
    /// By what is known of the attribute: the key that as a rule leaves the fewest rows.
    case ranked
    /// By this one of the keys that the index matches.
    case key(Int)
    /// By this word of a name that is matched fuzzily.
    case fuzzy(key: Int, word: Int)
    /// By this one of the words that are searched for.
    case word(Int)
    /// By the studies of one value, in the order of the answers.
    case value(Int64)
    /// By the studies of some values, few in all.
    case values([Int64])
    /// By all, in the order of the answers.
    case order
    /// Nothing matches: no study has that value.
    case nothing
}

extension Lead {
    /// - Returns: `.ranked` where counting would tell nothing new.
    static func chosen(for query: Query, in connection: any SQLConnection) throws -> Lead {
        let matchings = QueryStatement.matchings(query, .ranked).map { matching in
            var leading = matching
            leading.leads = true
            return leading
        }
        let ranks = matchings.map { QueryStatement.rank($0.key, $0.attribute) }
        let words = SearchWords(query.level > .patient ? query.search : "")
        let lowest = ranks.min() ?? .hopeless
        guard lowest > .identifier, !matchings.isEmpty || !words.words.isEmpty else { return .ranked }
        let bound = try bound(query, connection)
        var found: [Counted] = []
        if !words.words.isEmpty {
            let rarest = try words.rarest(bound, connection)
            found.append(Counted(lead: rarest.map { .word($0.index) } ?? .order, rows: rarest?.rows ?? .max, oldest: "~"))
        }
        if query.level > .patient {
            for sought in values(matchings) {
                guard let counted = try sought.counted(query, bound, matchings, connection) else { return .nothing }
                found.append(counted)
            }
        }
        // A part of a text anywhere leads to values or to nothing.
        for (index, matching) in matchings.enumerated() where found.allSatisfy({ $0.rows > few }) {
            for (word, probe) in matching.wordProbes().enumerated() {
                let rows = try connection.first("SELECT count(*) AS matches FROM (\(probe) LIMIT \(bound)) AS found")?.int("matches") ?? 0
                found.append(Counted(lead: .fuzzy(key: index, word: word), rows: rows, oldest: ""))
            }
            guard let probe = try matching.probe(), let row = try connection.first("SELECT count(*) AS matches FROM (\(probe) LIMIT \(bound)) AS found")
            else { continue }
            found.append(Counted(lead: .key(index), rows: row.int("matches"), oldest: ""))
        }
        let isNewestFirst = query.sort.isEmpty && query.level > .patient && !query.isWithinStudy
        if let best = found.filter({ $0.rows < bound }).min(by: { $0.rows < $1.rows }) {
            if case .value(let value) = best.lead, !isNewestFirst { return .values([value]) }
            return best.lead
        }
        // All are many: the one whose last ones go back furthest is the rarest.
        let walked = found.filter { if case .value = $0.lead { isNewestFirst } else { false } }.min { $0.oldest < $1.oldest }
        if let walked { return walked.lead }
        return found.isEmpty && lowest < .broad ? .ranked : query.level == .patient && found.isEmpty ? .ranked : .order
    }

    private static let few = 50

    /// Rows that are looked up and sorted rather than met along the order: as many as make both cost the same where neither is good.
    private static func bound(_ query: Query, _ connection: any SQLConnection) throws -> Int {
        let studies = try connection.first("SELECT studies FROM total WHERE id = 1")?.int("studies") ?? 0
        return max(400, Int((Double(studies) * Double(min(query.limit, 200))).squareRoot()))
    }

    struct Counted {
        var lead: Lead
        /// Up to the bound.
        var rows: Int
        /// `date_sort` of the last of as many, newest first.
        var oldest: String
    }

    // MARK: Values

    /// One value, or all that a pattern or list finds.
    private struct Sought {
        var kind: SearchValue.Kind
        var exact: String?
        var matching: Matching?

        /// nil where no study has such a value.
        func counted(_ query: Query, _ bound: Int, _ matchings: [Matching], _ connection: any SQLConnection) throws -> Counted? {
            let condition: SQLStatement? = if let exact { "value = \(SearchValue(kind, exact).text)" } else {
                try matching.flatMap { try $0.values() }
            }
            guard let condition else { return Counted(lead: .order, rows: .max, oldest: "~") }
            let ids = try connection.all("SELECT id FROM search_value WHERE kind = \(kind.rawValue) AND \(condition) LIMIT \(Self.mostValues + 1)").compactMap { $0.integer("id") }
            guard !ids.isEmpty else { return nil }
            guard ids.count <= Self.mostValues else { return Counted(lead: .order, rows: .max, oldest: "~") }
            var dates: SQLStatement = ""
            if let date = try matchings.first(where: { $0.key.path == [.studyDate] })?.dateSort("date_sort") { dates = " AND \(date)" }
            if ids.count == 1 {
                let row = try connection.first("""
                    SELECT count(*) AS matches, min(date_sort) AS oldest FROM (
                        SELECT date_sort FROM study_value WHERE value = \(ids[0])\(dates) ORDER BY date_sort DESC, study DESC LIMIT \(bound)) AS found
                    """)
                return Counted(lead: .value(ids[0]), rows: row?.int("matches") ?? 0, oldest: row?.string("oldest") ?? "")
            }
            let rows = try connection.first("""
                SELECT count(*) AS matches FROM (SELECT 1 AS one FROM study_value WHERE value IN \(list: ids)\(dates) LIMIT \(bound)) AS found
                """)?.int("matches") ?? 0
            return Counted(lead: .values(ids), rows: rows, oldest: "~")
        }

        static let mostValues = 60
    }

    private static func values(_ matchings: [Matching]) -> [Sought] {
        var sought: [Sought] = []
        var exact: [Tag: String] = [:]
        for matching in matchings where !matching.key.wantsEmpty {
            if case .name(.patientOfStudy) = matching.attribute.kind, !matching.query.isFuzzy {
                guard matching.key.values.count == 1, let group = SearchText.nameGroups(matching.key.values[0]).first else { continue }
                let beginning = group.unicodeScalars.prefix { $0 != "*" && $0 != "?" }.prefix(SearchValue.longestBeginning)
                if !beginning.isEmpty { sought.append(Sought(kind: .nameBeginning, exact: String(beginning))) }
                continue
            }
            guard let kind = matching.key.path.count == 1 ? kinds[matching.key.path[0]] : codes[matching.key.path] else { continue }
            if matching.key.values.count == 1, let text = matching.key.values.first, !text.contains(where: { $0 == "*" || $0 == "?" }) {
                let canonical = kind == .seriesNumber ? Int(text).map { "\($0)" } ?? text : text
                if matching.key.path.count == 1 { exact[matching.key.path[0]] = canonical }
                sought.append(Sought(kind: kind, exact: canonical))
            } else {
                sought.append(Sought(kind: kind, matching: matching))
            }
        }
        guard let modality = exact[.modality] ?? exact[.modalitiesInStudy] else { return sought }
        for (tag, pair) in pairs {
            // Of a series' attribute, the modality has to be that series'.
            guard let text = exact[tag], exact[.modality] != nil || tag == .studyDescription else { continue }
            sought.append(Sought(kind: pair, exact: SearchValue(pair, modality: modality, text).text))
        }
        return sought
    }

    private static let kinds: [Tag: SearchValue.Kind] = [
        .modality: .modality, .modalitiesInStudy: .modality, .sopClassUID: .sopClass, .sopClassesInStudy: .sopClass, .patientSex: .sex,
        .issuerOfPatientID: .issuer, .studyDescription: .studyDescription, .bodyPartExamined: .bodyPart, .institutionName: .institution,
        .stationName: .station, .seriesDescription: .seriesDescription, .laterality: .laterality, .seriesNumber: .seriesNumber,
    ]

    private static let codes: [[Tag]: SearchValue.Kind] = [
        [.procedureCodeSequence, .codeValue]: .codeValue, [.procedureCodeSequence, .codeMeaning]: .codeMeaning,
    ]

    private static let pairs: [(Tag, SearchValue.Kind)] = [
        (.bodyPartExamined, .modalityBodyPart), (.institutionName, .modalityInstitution), (.stationName, .modalityStation),
        (.seriesDescription, .modalitySeriesDescription), (.studyDescription, .modalityStudyDescription),
    ]
}

extension Matching {
    /// The key's values as a condition on `search_value.value`.
    fileprivate func values() throws -> SQLStatement? {
        switch attribute.kind {
        case .text, .modalityOfStudy, .item:
            var conditions: [SQLStatement] = []
            for value in key.values {
                guard let condition = Self.text("value", value) else { return nil }
                conditions.append(condition)
            }
            return "(\(conditions.joined(separator: " OR ")))"
        case .uid, .sopClassOfStudy: return key.values.count <= 60 ? "value IN \(list: key.values)" : nil
        case .integer: return key.values.count <= 60 ? "value IN \(list: key.values.compactMap { Int($0).map { "\($0)" } })" : nil
        default: return nil
        }
    }
}
