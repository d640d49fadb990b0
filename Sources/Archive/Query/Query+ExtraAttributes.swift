import DICOM
import Database

extension Archive {
    /// With the extra attributes that there are. Asking completes a query by itself; who wants to know first what of it is not
    /// supported does it before.
    public func completed(_ query: Query) -> Query {
        let extras = extra.all
        guard !extras.isEmpty, query.level > .patient else { return query }
        var query = query
        query.extras = extras.filter { $0.level <= query.level }
        return query
    }

    /// Puts what is asked for of the extra attributes into answers of one page.
    func addExtras(to answers: [DataSet], _ rows: [SQLRow], _ query: Query) async throws(ArchiveError) -> [DataSet] {
        let wanted = query.wantedExtras
        guard !wanted.isEmpty, !answers.isEmpty else { return answers }
        var values: [Owner: [String]] = [:]
        for (level, column) in Self.keys where wanted.contains(where: { $0.attribute.level == level }) {
            let owners = Array(Set(rows.compactMap { $0.integer(column) }))
            let ids = wanted.filter { $0.attribute.level == level }.map(\.attribute.id)
            for start in stride(from: 0, to: owners.count, by: 500) {
                let some = owners[start..<min(start + 500, owners.count)]
                let found = try await all("""
                    SELECT   attribute, owner, folded, value FROM extra_value WHERE owner IN \(list: some) AND attribute IN \(list: ids)
                    GROUP BY owner, attribute, folded, value ORDER BY owner, attribute, folded
                    """)
                for row in found {
                    let owner = Owner(attribute: row.integer("attribute") ?? 0, key: row.integer("owner") ?? 0)
                    // A name has a row for each of its groups.
                    if values[owner]?.contains(row.string("value")) != true { values[owner, default: []].append(row.string("value")) }
                }
            }
        }
        return zip(answers, rows).map { answer, row in
            var answer = answer
            for (attribute, path) in wanted {
                guard let column = Self.keys.first(where: { $0.0 == attribute.level })?.1, let key = row.integer(column),
                    let found = values[Owner(attribute: attribute.id, key: key)]
                else { continue }
                for element in attribute.path.elements(found, vr: attribute.vr, like: path) where answer[element.tag] == nil { answer.set(element) }
            }
            if answer.string(.specificCharacterSet) == nil, values.values.contains(where: { $0.contains { !$0.utf8.allSatisfy { $0 < 0x80 } } }) {
                answer.set(DataElement(.specificCharacterSet, .CS, "ISO_IR 192"))
            }
            return answer
        }
    }

    private struct Owner: Hashable {
        var attribute: Int64
        var key: Int64
    }

    private static let keys: [(Query.Level, String)] = [(.study, "study_key"), (.series, "series_key"), (.instance, "instance_key")]
}

extension Query {
    /// Keys of attributes of which not all objects have been read yet: they are not matched.
    public var fillingKeys: [Key] { keys.filter { key in !key.values.isEmpty && (extra(key.path).map { !$0.isFilled } ?? false) } }

    /// The one that a key's path leads to, in whatever block its creator has; by the creator where the query names one.
    func extra(_ path: [Tag]) -> ExtraAttribute? {
        guard !extras.isEmpty else { return nil }
        let found = extras.filter { $0.path.leads(to: path) }
        guard found.count > 1, let block = path.last?.privateCreator else { return found.first }
        let creator = keys.first { $0.path == path.dropLast() + [block] }?.values.first
        return found.first { $0.path.creator == creator } ?? found.first
    }

    /// Names the creator of a block of which an extra attribute is asked: no key of its own.
    func isCreator(_ path: [Tag]) -> Bool {
        guard let tag = path.last, tag.isPrivateCreator else { return false }
        return keys.contains { $0.path.last?.privateCreator == tag && extra($0.path) != nil }
    }

    var wantedExtras: [(attribute: ExtraAttribute, path: [Tag])] {
        guard !extras.isEmpty else { return [] }
        if case .all = attributes { return extras.map { ($0, $0.path.standardTags) } }
        let asked = keys.map(\.path) + answeredPaths
        return extras.compactMap { extra in
            guard let path = asked.first(where: { extra.path.leads(to: $0) || $0.count == 1 && extra.path.tags?.first == $0[0] }) else { return nil }
            return (extra, extra.path.leads(to: path) ? path : extra.path.standardTags)
        }
    }
}

extension Matching {
    /// Of an attribute of which the values lie in `extra_value`.
    func condition(_ extra: ExtraAttribute) throws(ArchiveError) -> SQLStatement? {
        guard extra.vr != .PN else {
            var alternatives: [SQLStatement] = []
            for value in key.values {
                let groups = SearchText.nameGroups(value).compactMap { Self.text("folded", $0) }
                // Each group that the key has must be one of the name's.
                guard !groups.isEmpty else { return nil }
                alternatives.append("(\(groups.map { owners(extra, $0) }.joined(separator: " AND ")))")
            }
            return "(\(alternatives.joined(separator: " OR ")))"
        }
        if ExtraAttribute.numbers.contains(extra.vr) {
            var numbers: [String] = []
            for value in key.values {
                guard let number = ExtraAttribute.number(value) else {
                    throw ArchiveError(.invalidQuery, "\(extra.path.text) takes numbers, not \(value.debugDescription)")
                }
                numbers.append(number)
            }
            return owners(extra, "folded IN \(list: numbers)")
        }
        let kind: QueryableAttribute.Kind = switch extra.vr {
        case .DA: .date
        case .TM: .time
        case .UI: .uid
        default: .text
        }
        let inner = QueryableAttribute(path: key.path, level: extra.level, column: "folded", kind: kind, rank: .identifier)
        return try Matching(key: key, attribute: inner, leads: true, query: Query(extra.level)).condition().map { owners(extra, $0) }
    }

    func empty(_ extra: ExtraAttribute) -> SQLStatement {
        "NOT EXISTS (SELECT 1 FROM extra_value WHERE owner = \(attribute.column) AND attribute = \(extra.id))"
    }

    private func owners(_ extra: ExtraAttribute, _ condition: SQLStatement) -> SQLStatement {
        leads
            ? "\(attribute.column) IN (SELECT owner FROM extra_value WHERE attribute = \(extra.id) AND \(condition))"
            : "EXISTS (SELECT 1 FROM extra_value WHERE owner = \(attribute.column) AND attribute = \(extra.id) AND \(condition))"
    }
}

extension QueryableAttribute {
    init(_ extra: ExtraAttribute, _ path: [Tag]) {
        let column: SQLStatement = switch extra.level {
        case .instance: "instance.id"
        case .series: "series.id"
        default: "study.id"
        }
        self.init(path: path, level: extra.level, column: column, kind: .extra(extra), rank: .broad)
    }
}
