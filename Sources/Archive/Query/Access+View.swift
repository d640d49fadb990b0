import DICOM
import Database

extension Access {
    /// The studies that meet matching keys, written `Modality=CT` or `PatientID=A*`: keyword or tag, and a value as in a query
    /// (PS3.4 §C.2.2.2). Keys of one attribute are alternatives; of a series' attribute some series of the study has to meet it.
    ///
    /// - Throws: `.invalidQuery` where a key is none, or one that the index cannot match: a view never shows more than it says.
    public init(view: [String]) throws(ArchiveError) {
        var keys: [Query.Key] = []
        for text in view {
            let (tag, value) = try Self.key(text)
            if let index = keys.firstIndex(where: { $0.path == [tag] }) { keys[index].values.append(value) } else { keys.append(.init(tag, values: [value])) }
        }
        var conditions: [SQLStatement] = []
        for key in keys {
            if let condition = try Self.condition(key) { conditions.append(condition) }
        }
        self.init(condition: conditions.isEmpty ? nil : conditions.map { "(\($0))" }.joined(separator: " AND "))
    }

    private static func key(_ text: String) throws(ArchiveError) -> (Tag, String) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[1].isEmpty else { throw ArchiveError(.invalidQuery, "'\(text)' is no matching key such as Modality=CT") }
        guard let tag = DataElementTable.tag(keyword: String(parts[0])) ?? Tag(hex: parts[0]) else {
            throw ArchiveError(.invalidQuery, "'\(parts[0])' is neither the keyword nor the tag of an attribute")
        }
        return (tag, String(parts[1]))
    }

    private static func condition(_ key: Query.Key) throws(ArchiveError) -> SQLStatement? {
        let name = key.path.last.flatMap { DataElementTable.entry(for: $0)?.keyword } ?? key.path.description
        guard let attribute = QueryableAttribute.find(key.path, at: .series) else {
            throw ArchiveError(.invalidQuery, "a view by \(name) is not possible: the index does not keep it for studies and series")
        }
        if attribute.level < .series { return try Matching.condition(key, attribute) }
        return try Matching.condition(key, attribute).map { "study.id IN (SELECT series.study FROM series WHERE \($0))" }
    }
}
