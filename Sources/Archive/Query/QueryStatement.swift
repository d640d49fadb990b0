import DICOM
import Database

/// A query as SQL.
struct QueryStatement {
    let sql: SQLStatement
    /// The columns of the order, for the cursor of the next page.
    let order: [SQLStatement]
    let isAscending: Bool

    /// - Parameter offset: rows left out at the beginning.
    init(_ query: Query, _ access: Access, offset: Int = 0) throws(ArchiveError) {
        guard (1...Query.largestLimit).contains(query.limit), query.offset >= 0 else {
            throw ArchiveError(.invalidQuery, "limit must be from 1 to \(Query.largestLimit) and offset not negative")
        }
        (order, isAscending) = try Self.order(query)
        var conditions = try Self.conditions(query)
        if let condition = Self.visible(query.level, access) { conditions.append(condition) }
        if let text = query.cursor {
            guard let cursor = QueryCursor(text, of: order.count) else { throw ArchiveError(.invalidQuery, "this cursor belongs to another query") }
            let place = order.joined(separator: ", ")
            let values = cursor.values.map { "\($0)" as SQLStatement }.joined(separator: ", ")
            conditions.append(isAscending ? "(\(place)) > (\(values))" : "(\(place)) < (\(values))")
        }
        let direction: SQLStatement = isAscending ? " ASC" : " DESC"
        let filter = conditions.isEmpty ? "1 = 1" : conditions.joined(separator: "\n  AND  ")
        var keys: SQLStatement = ""
        for (index, column) in order.enumerated() { keys += ", \(column) AS " + Self.sortNames[index] }
        sql = """
            SELECT \(Self.columns(query.level, access))\(keys)
            FROM   \(Self.tables(query.level))
            WHERE  \(filter)
            ORDER BY \(order.map { $0 + direction }.joined(separator: ", "))
            LIMIT \(query.limit + 1) OFFSET \(offset)
            """
    }

    static let sortNames: [SQLStatement] = ["sort_0", "sort_1", "sort_2", "sort_3", "sort_4"]

    // MARK: Tables and columns

    private static func tables(_ level: Query.Level) -> SQLStatement {
        switch level {
        case .patient: "patient"
        case .study: "study"
        case .series: "study JOIN series ON series.study = study.id"
        case .instance: "study JOIN series ON series.study = study.id JOIN instance ON instance.series = series.id"
        }
    }

    private static func columns(_ level: Query.Level, _ access: Access) -> SQLStatement {
        let study: SQLStatement = """
            study.study_uid, study.modalities, study.sop_classes, study.series_count AS study_series, study.instance_count AS study_instances,
            study.attributes AS study_attributes
            """
        let series: SQLStatement = "series.series_uid, series.instance_count AS series_instances, series.attributes AS series_attributes"
        return switch level {
        case .patient: "\(patientCounts(access)), patient.attributes AS patient_attributes"
        case .study: study
        case .series: "\(study), \(series)"
        case .instance: "\(study), \(series), instance.sop_uid, instance.transfer_syntax, instance.attributes AS instance_attributes"
        }
    }

    /// Counts say no more than lists would show.
    private static func patientCounts(_ access: Access) -> SQLStatement {
        guard let condition = access.condition else {
            return "patient.study_count AS studies, patient.series_count AS series, patient.instance_count AS instances"
        }
        let visible: SQLStatement = "FROM study WHERE study.patient = patient.id AND (\(condition))"
        return """
            (SELECT count(*) \(visible)) AS studies, (SELECT coalesce(sum(series_count), 0) \(visible)) AS series,
            (SELECT coalesce(sum(instance_count), 0) \(visible)) AS instances
            """
    }

    private static func visible(_ level: Query.Level, _ access: Access) -> SQLStatement? {
        guard let condition = access.condition else { return nil }
        return level == .patient ? "EXISTS (SELECT 1 FROM study WHERE study.patient = patient.id AND (\(condition)))" : "(\(condition))"
    }

    // MARK: Conditions

    private static let dateAndTime: [(date: Tag, time: Tag)] = [
        (.studyDate, .studyTime), (.seriesDate, .seriesTime), (.performedProcedureStepStartDate, .performedProcedureStepStartTime),
        (.contentDate, .contentTime), (.patientBirthDate, .patientBirthTime),
    ]

    private static func conditions(_ query: Query) throws(ArchiveError) -> [SQLStatement] {
        let plan = KeyPlan(query)
        let ranks = plan.indexed.map { rank($0.key, $0.attribute) }
        let lowest = ranks.min() ?? .hopeless
        var matchings: [Matching] = []
        for (index, (key, attribute)) in plan.indexed.enumerated() {
            matchings.append(Matching(key: key, attribute: attribute, leads: ranks[index] == lowest, query: query))
        }
        var conditions: [SQLStatement] = []
        if query.combinesDateAndTime, query.timezone == nil {
            for (date, time) in dateAndTime {
                guard let first = matchings.first(where: { $0.key.path == [date] }), let second = matchings.first(where: { $0.key.path == [time] }),
                    let condition = try Matching.combined(date: first, time: second)
                else { continue }
                conditions.append(condition)
                matchings.removeAll { $0.key.path == [time] }
            }
        }
        var items: [QueryableAttribute.Items: [SQLStatement]] = [:]
        for matching in matchings {
            guard let condition = try matching.condition() else { continue }
            if case .item(let table) = matching.attribute.kind { items[table, default: []].append(condition) } else { conditions.append(condition) }
        }
        // All in one item.
        for table in QueryableAttribute.Items.allCases {
            if let these = items[table] { conditions.append("\(table.parent) IN (\(table.selection)\(these.joined(separator: " AND ")))") }
        }
        return conditions
    }

    /// A pattern leaves more rows than a value, and one without a beginning cannot be looked up.
    private static func rank(_ key: Query.Key, _ attribute: QueryableAttribute) -> QueryableAttribute.Rank {
        if key.wantsEmpty { return .hopeless }
        switch attribute.kind {
        case .text, .name, .item:
            let wildcards = key.values.compactMap { value in value.firstIndex { $0 == "*" || $0 == "?" }.map { value.distance(from: value.startIndex, to: $0) } }
            guard let shortest = wildcards.min() else { return attribute.rank }
            return max(attribute.rank, shortest == 0 ? .broad : .name)
        default: return attribute.rank
        }
    }

    // MARK: Order

    /// A total order: its last column is a key.
    private static func order(_ query: Query) throws(ArchiveError) -> ([SQLStatement], Bool) {
        let key: SQLStatement = switch query.level {
        case .patient: "patient.id"
        case .study: "study.id"
        case .series: "series.id"
        case .instance: "instance.id"
        }
        if let sort = query.sort {
            guard let column = QueryableAttribute.find([sort.tag], at: query.level)?.sortColumn else {
                throw ArchiveError(.invalidQuery, "answers cannot be sorted by \(sort.tag)")
            }
            return ([column, key], sort.isAscending)
        }
        let isWithinStudy = query.keys.contains { ($0.path == [.studyInstanceUID] || $0.path == [.seriesInstanceUID]) && !$0.values.isEmpty }
        return switch query.level {
        case .patient: (["patient.name_folded", key], true)
        case .study: (["study.date_sort", key], false)
        case .series where isWithinStudy: (["coalesce(series.number, 2147483648)", key], true)
        case .instance where isWithinStudy:
            (["coalesce(series.number, 2147483648)", "series.id", "coalesce(instance.number, 2147483648)", key], true)
        case .series, .instance: ([key], true)
        }
    }
}

/// The place of a row in an order, as text that can stand in a URL.
struct QueryCursor {
    var values: [SQLValue]

    init(_ row: SQLRow, of count: Int) { values = (0..<count).map { row["sort_\($0)"] } }

    /// `i12` for numbers, `t` and hexadecimal for text, with dots between.
    var text: String {
        values.map { value in
            switch value {
            case .integer(let number): "i\(number)"
            case .text(let text): "t\(ObjectID.hex(Array(text.utf8)))"
            default: "n"
            }
        }.joined(separator: ".")
    }

    init?(_ text: String, of count: Int) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == count else { return nil }
        values = []
        for part in parts {
            let rest = part.dropFirst()
            switch part.first {
            case "i":
                guard let number = Int64(rest) else { return nil }
                values.append(.integer(number))
            case "t":
                guard let bytes = Self.bytes(hex: rest) else { return nil }
                values.append(.text(String(decoding: bytes, as: UTF8.self)))
            default: return nil
            }
        }
    }

    static func bytes(hex: some StringProtocol) -> [UInt8]? {
        let digits = hex.map(\.hexDigitValue)
        guard digits.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        return bytes
    }
}
