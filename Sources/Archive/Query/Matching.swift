import DICOM
import Database

/// The conditions by which a key's value is matched (PS3.4 §C.2.2.2).
enum Matching {
    /// nil where everything matches.
    static func condition(_ key: Query.Key, _ attribute: QueryableAttribute) throws(ArchiveError) -> SQLStatement? {
        guard !key.values.isEmpty else { return nil }
        guard key.values.count <= Query.mostValues else {
            throw ArchiveError(.invalidQuery, "\(key.path.last.map { "\($0)" } ?? "a key") has \(key.values.count) values, more than \(Query.mostValues)")
        }
        let column = attribute.column
        switch attribute.kind {
        case .uid:
            return key.values.count == 1 ? "\(column) = \(key.values[0])" : "\(column) IN \(list: key.values)"
        case .text:
            return any(key.values) { text(column, $0) }
        case .date:
            return try range(key, column, lower: { DateTimeKey.date($0) }, upper: { DateTimeKey.date($0) })
        case .time:
            return try range(key, column, lower: { DateTimeKey.time($0) }, upper: { DateTimeKey.time($0, fill: "9") })
        case .integer:
            let numbers = key.values.compactMap { Int($0) }
            guard numbers.count == key.values.count else {
                throw ArchiveError(.invalidQuery, "\(key.path.map(\.description).joined(separator: " › ")) takes numbers, not \(key.values)")
            }
            return numbers.count == 1 ? "\(column) = \(numbers[0])" : "\(column) IN \(list: numbers)"
        case .name(let role):
            return any(key.values) { name(column, $0, role) }
        case .modalityOfStudy:
            return any(key.values) { value in
                text("modality", value).map { "\(column) IN (SELECT study FROM series WHERE \($0))" }
            }
        case .sopClassOfStudy:
            return "\(column) IN (SELECT study FROM instance WHERE sop_class IN \(list: key.values))"
        case .request:
            return any(key.values) { text(column, $0) }
        }
    }

    /// One of several values; nil where one of them is met by everything.
    private static func any(_ values: [String], _ condition: (String) -> SQLStatement?) -> SQLStatement? {
        let conditions = values.map(condition)
        let matched = conditions.compactMap { $0 }
        guard matched.count == conditions.count else { return nil }
        return matched.count == 1 ? matched[0] : "(\(matched.joined(separator: " OR ")))"
    }

    /// Single value or wildcard. What stands before the first wildcard is a range of the column's index.
    static func text(_ column: SQLStatement, _ pattern: String) -> SQLStatement? {
        guard let wildcard = pattern.firstIndex(where: { $0 == "*" || $0 == "?" }) else { return "\(column) = \(pattern)" }
        let prefix = String(pattern[..<wildcard])
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

    /// Each group that the key has must be one of the name's, case and accents ignored.
    private static func name(_ column: SQLStatement, _ value: String, _ role: NameRole) -> SQLStatement? {
        let conditions = SearchText.nameGroups(value).compactMap { group in
            text("folded", group).map { condition -> SQLStatement in
                "\(column) IN (SELECT owner FROM person_name WHERE role = \(role.rawValue) AND \(condition))"
            }
        }
        return conditions.isEmpty ? nil : conditions.joined(separator: " AND ")
    }

    /// `a`, `a-b`, `a-` or `-b` (PS3.4 §C.2.2.2.5).
    private static func range(
        _ key: Query.Key, _ column: SQLStatement, lower: (String) -> String?, upper: (String) -> String?
    ) throws(ArchiveError) -> SQLStatement? {
        guard let bounds = try bounds(key, lower: lower, upper: upper) else { return nil }
        switch bounds {
        case (let first?, let last?): return first == last ? "\(column) = \(first)" : "\(column) BETWEEN \(first) AND \(last)"
        // Bounded on both sides, so that the index is searched and not the table walked.
        case (let first?, nil): return "\(column) BETWEEN \(first) AND \(SearchText.end(of: ""))"
        case (nil, let last?): return "\(column) BETWEEN '' AND \(last)"
        case (nil, nil): return nil
        }
    }

    private static func bounds(
        _ key: Query.Key, lower: (String) -> String?, upper: (String) -> String?
    ) throws(ArchiveError) -> (String?, String?)? {
        guard let text = key.values.first, key.values.count == 1, text != "*" else {
            guard key.values.count <= 1 else { throw invalid(key) }
            return nil
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { $0.filter { $0 != " " } }
        guard parts.count <= 2 else { throw invalid(key) }
        let first = parts[0], last = parts[parts.count - 1]
        guard first.isEmpty || lower(first) != nil, last.isEmpty || upper(last) != nil else { throw invalid(key) }
        return (first.isEmpty ? nil : lower(first), last.isEmpty ? nil : upper(last))
    }

    private static func invalid(_ key: Query.Key) -> ArchiveError {
        ArchiveError(.invalidQuery, "\(key.path.map(\.description).joined(separator: " › ")) is no date or time and no range of them: \(key.values)")
    }

    /// A date and a time range as one (PS3.4 §C.2.2.2.5.3); nil where a bound has no date.
    static func combined(date: Query.Key, _ dateColumn: SQLStatement, time: Query.Key, _ timeColumn: SQLStatement) throws(ArchiveError) -> SQLStatement? {
        guard let dates = try bounds(date, lower: { DateTimeKey.date($0) }, upper: { DateTimeKey.date($0) }),
            let times = try bounds(time, lower: { DateTimeKey.time($0) }, upper: { DateTimeKey.time($0, fill: "9") })
        else { return nil }
        var conditions: [SQLStatement] = []
        if let day = dates.0 { conditions.append("(\(dateColumn), \(timeColumn)) >= (\(day), \(times.0 ?? ""))") }
        if let day = dates.1 { conditions.append("(\(dateColumn), \(timeColumn)) <= (\(day), \(times.1 ?? SearchText.end(of: "")))") }
        return conditions.isEmpty ? nil : "(\(conditions.joined(separator: " AND ")))"
    }
}
