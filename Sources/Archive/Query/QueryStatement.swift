import DICOM
import Database

/// A query as SQL.
struct QueryStatement {
    let sql: SQLStatement
    /// The columns of the order, for the cursor of the next page.
    let order: [Order]

    struct Order {
        var column: SQLStatement
        var isAscending: Bool
    }

    /// - Parameters:
    ///   - lead: where to begin searching; see ``Lead``.
    ///   - offset: rows left out at the beginning.
    init(_ query: Query, _ access: Access, lead: Lead = .ranked, offset: Int = 0) throws(ArchiveError) {
        guard (1...Query.largestLimit).contains(query.limit), query.offset >= 0 else {
            throw ArchiveError(.invalidQuery, "limit must be from 1 to \(Query.largestLimit) and offset not negative")
        }
        order = try Self.order(query, lead)
        var conditions = try Self.conditions(query, lead)
        if let condition = Self.visible(query.level, access) { conditions.append(condition) }
        if let text = query.cursor {
            guard let cursor = QueryCursor(text, of: order.count) else { throw ArchiveError(.invalidQuery, "this cursor belongs to another query") }
            conditions.append(Self.after(cursor, order))
        }
        let filter = conditions.isEmpty ? "1 = 1" : conditions.joined(separator: "\n  AND  ")
        var keys: SQLStatement = ""
        for (index, column) in order.enumerated() { keys += ", \(column.column) AS " + Self.sortNames[index] }
        sql = """
            SELECT \(Self.columns(query.level, access))\(Self.owners(query))\(keys)
            FROM   \(Self.tables(query.level, lead))
            WHERE  \(filter)
            ORDER BY \(order.map { $0.column + ($0.isAscending ? " ASC" : " DESC") }.joined(separator: ", "))
            LIMIT \(query.limit + 1) OFFSET \(offset)
            """
    }

    /// How many rows answer the query, up to `bound`.
    static func count(_ query: Query, _ access: Access, lead: Lead, bound: Int) throws(ArchiveError) -> SQLStatement {
        var conditions = try conditions(query, lead)
        if let condition = visible(query.level, access) { conditions.append(condition) }
        let filter = conditions.isEmpty ? "1 = 1" : conditions.joined(separator: " AND ")
        return "SELECT count(*) AS matches FROM (SELECT 1 AS one FROM \(tables(query.level, lead)) WHERE \(filter) LIMIT \(bound)) AS found"
    }

    static let sortNames: [SQLStatement] = ["sort_0", "sort_1", "sort_2", "sort_3", "sort_4", "sort_5", "sort_6", "sort_7"]

    /// What comes behind a place. Columns of one direction that stand together are compared as one row value.
    private static func after(_ cursor: QueryCursor, _ order: [Order]) -> SQLStatement {
        var alternatives: [SQLStatement] = []
        var before: SQLStatement = ""
        var bound: SQLStatement?
        var begin = 0
        while begin < order.count {
            let isAscending = order[begin].isAscending
            let beyond: SQLStatement = isAscending ? " > " : " < "
            let from: SQLStatement = isAscending ? " >= " : " <= "
            let end = order[begin...].firstIndex { $0.isAscending != isAscending } ?? order.count
            let columns: SQLStatement = "(\(order[begin..<end].map(\.column).joined(separator: ", ")))"
            let values: SQLStatement = "(\(cursor.values[begin..<end].map { "\($0)" as SQLStatement }.joined(separator: ", ")))"
            alternatives.append("(\(before)\(columns)\(beyond)\(values))")
            // Said apart, so that the index is entered at the place.
            if begin == 0, end < order.count { bound = "\(columns)\(from)\(values)" }
            // SQLite enters an index of an expression by the expression alone, never by a row value.
            else if begin == 0, order[0].column.sql.hasPrefix("coalesce") { bound = "\(order[0].column)\(from)\(cursor.values[0])" }
            before += "\(columns) = \(values) AND "
            begin = end
        }
        let behind: SQLStatement = alternatives.count == 1 ? alternatives[0] : "(\(alternatives.joined(separator: " OR ")))"
        return bound.map { "\($0) AND \(behind)" } ?? behind
    }

    // MARK: Tables and columns

    /// CROSS JOIN: SQLite reads the tables in the order in which they stand.
    private static func tables(_ level: Query.Level, _ lead: Lead) -> SQLStatement {
        let isWalked: Bool
        var tables: SQLStatement = "study"
        switch lead {
        case .value: (isWalked, tables) = (true, "study_value AS led CROSS JOIN study")
        case .order: isWalked = true
        case .ranked, .key, .fuzzy, .word, .values, .nothing: isWalked = false
        }
        if isWalked, level >= .series { tables += " CROSS JOIN series" }
        if isWalked, level == .instance { tables += " CROSS JOIN instance" }
        if isWalked, level > .patient { return tables }
        return switch level {
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

    /// What has the extra attributes that are asked for.
    private static func owners(_ query: Query) -> SQLStatement {
        guard !query.wantedExtras.isEmpty else { return "" }
        return switch query.level {
        case .patient: ""
        case .study: ", study.id AS study_key"
        case .series: ", study.id AS study_key, series.id AS series_key"
        case .instance: ", study.id AS study_key, series.id AS series_key, instance.id AS instance_key"
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

    private static func conditions(_ query: Query, _ lead: Lead) throws(ArchiveError) -> [SQLStatement] {
        var conditions: [SQLStatement] = []
        var matchings = matchings(query, lead)
        switch lead {
        case .nothing: conditions.append("1 = 0")
        case .value(let value): conditions += ["led.value = \(value)", "study.id = led.study"]
        case .values(let values): conditions.append("study.id IN (SELECT study FROM study_value WHERE value IN \(list: values))")
        case .ranked, .key, .fuzzy, .word, .order: break
        }
        switch lead {
        case .value, .order:
            if query.level >= .series { conditions.append("series.study = study.id") }
            if query.level == .instance { conditions.append("instance.series = series.id") }
            if query.level > .patient, let index = matchings.firstIndex(where: { $0.key.path == [.studyDate] }) {
                var isLed = false
                if case .value = lead { isLed = true }
                if let condition = try matchings[index].dateSort(isLed ? "led.date_sort" : "study.date_sort") {
                    conditions.append(condition)
                    if !query.combinesDateAndTime { matchings.remove(at: index) }
                }
            }
        default: break
        }
        if query.level > .patient {
            var leading: Int?
            if case .word(let index) = lead { leading = index }
            conditions += SearchWords(query.search).conditions(leading: leading)
        }
        if query.combinesDateAndTime, query.timezone == nil {
            for (date, time) in dateAndTime {
                guard let first = matchings.first(where: { $0.key.path == [date] }), let second = matchings.first(where: { $0.key.path == [time] }),
                    let condition = try Matching.combined(date: first, time: second)
                else { continue }
                conditions.append(condition)
                matchings.removeAll { $0.key.path == [time] }
            }
        }
        var items: [QueryableAttribute.Items: [Matching]] = [:]
        for matching in matchings {
            if case .item(let table) = matching.attribute.kind { items[table, default: []].append(matching); continue }
            if let condition = try matching.condition() { conditions.append(condition) }
        }
        // All in one item.
        for table in QueryableAttribute.Items.allCases {
            guard let these = items[table] else { continue }
            var ofItem: [SQLStatement] = []
            for matching in these { if let condition = try matching.condition() { ofItem.append(condition) } }
            guard !ofItem.isEmpty else { continue }
            let all = ofItem.joined(separator: " AND ")
            conditions.append(these.contains(where: \.leads)
                ? "\(table.parent) IN (\(table.selection)\(all))" : "EXISTS (\(table.selection)\(table.owner) = \(table.parent) AND \(all))")
        }
        return conditions
    }

    static func matchings(_ query: Query, _ lead: Lead) -> [Matching] {
        let indexed = KeyPlan(query).indexed
        let ranks = indexed.map { rank($0.key, $0.attribute) }
        let lowest = ranks.min() ?? .hopeless
        return indexed.enumerated().map { index, element in
            let leads = switch lead {
            case .ranked: ranks[index] == lowest
            case .key(let leading), .fuzzy(let leading, _): index == leading
            case .word, .value, .values, .order, .nothing: false
            }
            var matching = Matching(key: element.key, attribute: element.attribute, leads: leads, query: query)
            if case .fuzzy(_, let word) = lead { matching.leadingWord = word }
            return matching
        }
    }

    /// A pattern leaves more rows than a value, and one without a beginning cannot be looked up.
    static func rank(_ key: Query.Key, _ attribute: QueryableAttribute) -> QueryableAttribute.Rank {
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
    private static func order(_ query: Query, _ lead: Lead) throws(ArchiveError) -> [Order] {
        let key: SQLStatement = switch query.level {
        case .patient: "patient.id"
        case .study: "study.id"
        case .series: "series.id"
        case .instance: "instance.id"
        }
        if !query.sort.isEmpty {
            guard query.sort.count < 7 else { throw ArchiveError(.invalidQuery, "answers are sorted by at most 6 attributes") }
            var order: [Order] = []
            for sort in query.sort {
                let attribute = QueryableAttribute.find([sort.tag], at: query.level)
                let name = DataElementTable.entry(for: sort.tag)?.keyword ?? "\(sort.tag)"
                guard let attribute, let column = attribute.sortColumn else { throw ArchiveError(.invalidQuery, "answers cannot be sorted by \(name)") }
                guard attribute.level <= .study || query.isWithinStudy else {
                    throw ArchiveError(.invalidQuery, "answers can be sorted by \(name) only within a study")
                }
                order.append(Order(column: column, isAscending: sort.isAscending))
            }
            return order + [Order(column: key, isAscending: order.last?.isAscending ?? true)]
        }
        var newest: [Order] = [Order(column: "study.date_sort", isAscending: false), Order(column: "study.id", isAscending: false)]
        if case .value = lead { newest = [Order(column: "led.date_sort", isAscending: false), Order(column: "led.study", isAscending: false)] }
        func ascending(_ columns: SQLStatement...) -> [Order] { columns.map { Order(column: $0, isAscending: true) } }
        return switch query.level {
        case .patient where query.keys.contains { $0.path == [.patientName] && !$0.values.isEmpty }: ascending(key)
        case .patient: ascending("patient.name_folded", key)
        case .study: newest
        case .series where query.isWithinStudy: ascending("coalesce(series.number, 2147483648)", key)
        case .instance where query.isWithinStudy:
            ascending("coalesce(series.number, 2147483648)", "series.id", "coalesce(instance.number, 2147483648)", key)
        case .series: newest + ascending(key)
        case .instance: newest + ascending("series.id", key)
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
