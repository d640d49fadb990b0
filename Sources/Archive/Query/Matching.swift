import DICOM
import Database

/// The conditions by which a key's value is matched (PS3.4 §C.2.2.2).
struct Matching {
    let key: Query.Key
    let attribute: QueryableAttribute
    /// An index may be searched for it. Else another key leaves fewer rows, and this one only filters them.
    var leads: Bool
    let query: Query
    /// Which of the words of a name leads, where it is matched fuzzily; nil: the longest.
    var leadingWord: Int?

    /// Of a key on its own, whole; nil where everything matches.
    static func condition(_ key: Query.Key, _ attribute: QueryableAttribute) throws(ArchiveError) -> SQLStatement? {
        let condition = try Matching(key: key, attribute: attribute, leads: true, query: Query(attribute.level)).condition()
        guard case .item(let table) = attribute.kind else { return condition }
        return condition.map { "\(table.parent) IN (\(table.selection)\($0))" }
    }

    /// nil where everything matches.
    func condition() throws(ArchiveError) -> SQLStatement? {
        guard !key.values.isEmpty else { return nil }
        guard key.values.count <= Query.mostValues else {
            throw ArchiveError(.invalidQuery, "\(key.path.last.map { "\($0)" } ?? "a key") has \(key.values.count) values, more than \(Query.mostValues)")
        }
        if key.wantsEmpty { return empty }
        switch attribute.kind {
        case .uid:
            if leads, key.path == [.sopClassUID] { return "(instance.sop_class IN \(list: key.values) AND \(studiesOfSOPClass))" }
            return key.values.count == 1 ? "\(column) = \(key.values[0])" : "\(column) IN \(list: key.values)"
        case .text, .item:
            return any(key.values) { Self.text(column, $0) }
        case .date:
            return try anyOf(key.values) { (value) throws(ArchiveError) in try range(value, DateTimeKey.date, DateTimeKey.date) }
        case .time:
            return try anyOf(key.values) { (value) throws(ArchiveError) in
                try range(value, { DateTimeKey.time($0) }, { DateTimeKey.time($0, fill: "9") })
            }
        case .integer:
            let numbers = key.values.compactMap { Int($0) }
            guard numbers.count == key.values.count else { throw invalid("takes numbers, not") }
            return numbers.count == 1 ? "\(attribute.column) = \(numbers[0])" : "\(attribute.column) IN \(list: numbers)"
        case .extra(let extra):
            return try condition(extra)
        case .name(let role):
            return any(key.values) { query.isFuzzy ? fuzzy($0, role) : name($0, role) }
        case .modalityOfStudy:
            return any(key.values) { value in Self.text("modality", value).map { series("series", $0) } }
        case .sopClassOfStudy:
            if leads { return studiesOfSOPClass }
            let listed = key.values.map { "('\\' || study.sop_classes || '\\') LIKE \("%\\" + Self.like($0) + "\\%") ESCAPE '~'" as SQLStatement }
            return "(\(listed.joined(separator: " OR ")))"
        }
    }

    /// In a form that no index serves where the key does not lead.
    private var column: SQLStatement { leads ? attribute.column : "(\(attribute.column) || '')" }

    /// Empty value matching (PS3.4 §C.2.2.2.7): two quotation marks are met by an attribute without a value.
    private var empty: SQLStatement? {
        switch attribute.kind {
        case .integer: "\(attribute.column) IS NULL"
        case .name(let role): "NOT EXISTS (SELECT 1 FROM person_name WHERE owner = \(attribute.column) AND role = \(role.rawValue))"
        case .extra(let extra): empty(extra)
        case .modalityOfStudy: "study.modalities = ''"
        case .sopClassOfStudy: "study.sop_classes = ''"
        case .date, .time, .text, .uid, .item: "coalesce(\(attribute.column), '') = ''"
        }
    }

    /// One of several values (multiple value matching, PS3.4 §C.2.2.2.8); nil where one of them is met by everything.
    private func any(_ values: [String], _ condition: (String) -> SQLStatement?) -> SQLStatement? { Self.joined(values.map(condition)) }

    private func anyOf(_ values: [String], _ condition: (String) throws(ArchiveError) -> SQLStatement?) throws(ArchiveError) -> SQLStatement? {
        var conditions: [SQLStatement?] = []
        for value in values { conditions.append(try condition(value)) }
        return Self.joined(conditions)
    }

    private static func joined(_ conditions: [SQLStatement?]) -> SQLStatement? {
        let matched = conditions.compactMap { $0 }
        guard matched.count == conditions.count else { return nil }
        return matched.count == 1 ? matched[0] : "(\(matched.joined(separator: " OR ")))"
    }

    private func invalid(_ what: String) -> ArchiveError {
        ArchiveError(.invalidQuery, "\(key.path.map(\.description).joined(separator: " › ")) \(what) \(key.values)")
    }

    // MARK: Text

    /// Single value or wildcard. What stands before the first wildcard is a range of the column's index.
    static func text(_ column: SQLStatement, _ pattern: String) -> SQLStatement? {
        guard let wildcard = pattern.firstIndex(where: { $0 == "*" || $0 == "?" }) else { return "\(column) = \(IndexedText.of(pattern))" }
        let prefix = IndexedText.beginning(String(pattern[..<wildcard]))
        let rest = pattern[wildcard...]
        let isPrefix = rest.allSatisfy { $0 == "*" }
        if prefix.isEmpty, isPrefix { return nil }
        let begins: SQLStatement = "\(column) >= \(prefix) AND \(column) < \(SearchText.end(of: prefix))"
        if isPrefix { return "(\(begins))" }
        let likes: SQLStatement = "\(column) LIKE \(like(pattern)) ESCAPE '~'"
        return prefix.isEmpty ? likes : "(\(begins) AND \(likes))"
    }

    private static func like(_ pattern: String) -> String {
        pattern.reduce(into: "") { text, character in
            switch character {
            case "*": text += "%"
            case "?": text += "_"
            case "%", "_", "~": text += "~\(character)"
            default: text.append(character)
            }
        }
    }

    // MARK: Names and lists of a study

    /// Each group that the key has must be one of the name's, case and accents ignored.
    private func name(_ value: String, _ role: NameRole) -> SQLStatement? {
        let conditions = SearchText.nameGroups(value).compactMap { group in Self.text("folded", group).map { [$0] } }
        return owners("person_name", role, conditions, leading: nil, lengths: SearchText.nameGroups(value).map(\.utf8.count))
    }

    /// Each word of the key begins a word of the name or sounds like one, in any order.
    private func fuzzy(_ value: String, _ role: NameRole) -> SQLStatement? {
        let words = NameWords.words(value)
        return owners("person_word", role, words.map { Self.alternatives($0) }, leading: leadingWord, lengths: words.map(\.utf8.count))
    }

    /// All conditions, each of several alternatives, are met by entries of one owner. One is looked up, the others are asked of what it finds,
    /// before any row of an owner is read.
    private func owners(_ table: SQLStatement, _ role: NameRole, _ conditions: [[SQLStatement]], leading: Int?, lengths: [Int]) -> SQLStatement? {
        guard !conditions.isEmpty else { return nil }
        let leading = leading ?? (lengths.count == conditions.count ? conditions.indices.max { lengths[$0] < lengths[$1] } : conditions.indices.first)
        func has(_ alternatives: [SQLStatement], _ owner: SQLStatement) -> SQLStatement {
            let any: SQLStatement = "(\(alternatives.joined(separator: " OR ")))"
            return "EXISTS (SELECT 1 FROM \(table) WHERE owner = \(owner) AND role = \(role.rawValue) AND \(any))"
        }
        guard leads, let leading else { return conditions.map { has($0, attribute.column) }.joined(separator: " AND ") }
        let others = conditions.enumerated().filter { $0.offset != leading }.map { " AND " + has($0.element, "sought.owner") as SQLStatement }
        // Each alternative is a search of its own: a condition with OR would read all names.
        let found = conditions[leading].map { alternative -> SQLStatement in
            "SELECT owner FROM \(table) AS sought WHERE role = \(role.rawValue) AND \(alternative)\(others.joined(separator: ""))"
        }
        return "\(attribute.column) IN (\(found.joined(separator: " UNION ")))"
    }

    private static func alternatives(_ word: String) -> [SQLStatement] {
        let (beginnings, entries) = NameWords.sought(word)
        var conditions = beginnings.map { "word >= \($0) AND word < \(SearchText.end(of: $0))" as SQLStatement }
        if !entries.isEmpty { conditions.append("word IN \(list: entries)") }
        return conditions
    }

    // MARK: Counting

    /// What selects a row for each one that meets the key, to be counted up to some number; nil where that costs more than it tells.
    func probe() throws(ArchiveError) -> SQLStatement? {
        guard !key.values.isEmpty, !key.wantsEmpty, key.values.count <= 64 else { return nil }
        switch attribute.kind {
        case .name(let role):
            guard key.values.count == 1 else { return nil }
            if query.isFuzzy { return nil }
            guard let group = SearchText.nameGroups(key.values[0]).max(by: { $0.utf8.count < $1.utf8.count }), group.first != "*", group.first != "?" else { return nil }
            return Self.text("folded", group).map { "SELECT 1 FROM person_name WHERE role = \(role.rawValue) AND \($0)" }
        case .item(let table):
            return try condition().map { "\(table.selection)\($0)" }
        case .modalityOfStudy, .sopClassOfStudy, .integer: return nil
        case .text, .uid, .date, .time, .extra:
            if attribute.isUnindexed || key.path == [.sopClassUID] || key.values.contains(where: { $0.first == "*" || $0.first == "?" }) { return nil }
            let table: SQLStatement = switch attribute.level {
            case .patient: "patient"
            case .study: "study"
            case .series: "series"
            case .instance: "instance"
            }
            return try condition().map { "SELECT 1 FROM \(table) WHERE \($0)" }
        }
    }

    /// As `probe`, of each word of a name that is matched fuzzily.
    func wordProbes() -> [SQLStatement] {
        guard case .name(let role) = attribute.kind, query.isFuzzy, key.values.count == 1, !key.wantsEmpty else { return [] }
        return NameWords.words(key.values[0]).map { word in
            Self.alternatives(word).map { "SELECT 1 AS one FROM person_word WHERE role = \(role.rawValue) AND \($0)" as SQLStatement }.joined(separator: " UNION ALL ")
        }
    }

    private func series(_ table: SQLStatement, _ condition: SQLStatement) -> SQLStatement {
        leads
            ? "study.id IN (SELECT study FROM \(table) WHERE \(condition))"
            : "EXISTS (SELECT 1 FROM \(table) AS below WHERE below.study = study.id AND \(condition))"
    }

    private var studiesOfSOPClass: SQLStatement {
        """
        study.id IN (SELECT study_value.study FROM search_value JOIN study_value ON study_value.value = search_value.id
                     WHERE search_value.kind = \(SearchValue.Kind.sopClass.rawValue) AND search_value.value IN \(list: key.values))
        """
    }

    // MARK: Ranges

    /// `a`, `a-b`, `a-` or `-b` (PS3.4 §C.2.2.2.5).
    private func range(_ value: String, _ lower: (String) -> String?, _ upper: (String) -> String?) throws(ArchiveError) -> SQLStatement? {
        var (first, last) = try bounds(value, lower, upper)
        if query.timezone != nil, TimeShift.tags.contains(key.path[0]) { (first, last) = (first.map { DateTimeKey.day($0, plus: -1) }, last.map { DateTimeKey.day($0, plus: 1) }) }
        // The order in which studies are answered is along this index: nothing is sorted.
        if key.path == [.studyDate], leads, first != nil || last != nil {
            return Self.joined(["study.date_sort >= \(first ?? "0")", last.map { "study.date_sort < \(SearchText.end(of: $0))" }].compactMap { $0 }, " AND ")
        }
        switch (first, last) {
        case (let first?, let last?): return first == last ? "\(column) = \(first)" : "\(column) BETWEEN \(first) AND \(last)"
        // Bounded on both sides, so that the index is searched and not the table walked; "" is what is not there.
        case (let first?, nil): return "\(column) BETWEEN \(first) AND \(SearchText.end(of: ""))"
        case (nil, let last?): return "\(column) BETWEEN '0' AND \(last)"
        case (nil, nil): return nil
        }
    }

    /// Study Date as bounds of what it is sorted by.
    func dateSort(_ column: SQLStatement) throws(ArchiveError) -> SQLStatement? {
        guard key.values.count == 1, !key.wantsEmpty, query.timezone == nil else { return nil }
        let (first, last) = try bounds(key.values[0], { DateTimeKey.date($0) }, { DateTimeKey.date($0) })
        guard first != nil || last != nil else { return nil }
        return Self.joined(["\(column) >= \(first ?? "0")", last.map { "\(column) < \(SearchText.end(of: $0))" }].compactMap { $0 }, " AND ")
    }

    private static func joined(_ conditions: [SQLStatement], _ separator: SQLStatement) -> SQLStatement { "(\(conditions.joined(separator: separator)))" }

    private func bounds(_ text: String, _ lower: (String) -> String?, _ upper: (String) -> String?) throws(ArchiveError) -> (String?, String?) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        guard parts.count <= 2 else { throw invalid("is no date or time and no range of them:") }
        let first = parts[0], last = parts[parts.count - 1]
        guard first.isEmpty || lower(first) != nil, last.isEmpty || upper(last) != nil else { throw invalid("is no date or time and no range of them:") }
        return (first.isEmpty ? nil : lower(first), last.isEmpty ? nil : upper(last))
    }

    /// A date and a time range as one (PS3.4 §C.2.2.2.5.3); nil where a bound has no date.
    static func combined(date: Matching, time: Matching) throws(ArchiveError) -> SQLStatement? {
        guard date.key.values.count == 1, time.key.values.count == 1, !date.key.wantsEmpty, !time.key.wantsEmpty else { return nil }
        let dates = try date.bounds(date.key.values[0], { DateTimeKey.date($0) }, { DateTimeKey.date($0) })
        let times = try time.bounds(time.key.values[0], { DateTimeKey.time($0) }, { DateTimeKey.time($0, fill: "9") })
        let (dateColumn, timeColumn) = (date.attribute.column, time.attribute.column)
        var conditions: [SQLStatement] = []
        if let day = dates.0 { conditions.append("(\(dateColumn), \(timeColumn)) >= (\(day), \(times.0 ?? ""))") }
        if let day = dates.1 { conditions.append("(\(dateColumn), \(timeColumn)) <= (\(day), \(times.1 ?? SearchText.end(of: "")))") }
        // A study's time is not known where it has none, and no range holds it.
        conditions.append("\(timeColumn) IS NOT NULL")
        return conditions.count == 1 ? nil : joined(conditions, " AND ")
    }
}
