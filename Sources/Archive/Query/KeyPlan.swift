import DICOM

/// Which keys of a query are matched by the index, which on the rows that it finds, and which not at all.
struct KeyPlan {
    /// By SQL.
    var indexed: [(key: Query.Key, attribute: QueryableAttribute)] = []
    /// On each row's attributes, after the SQL.
    var filtered: [Query.Key] = []
    /// Neither: no attribute of this level or those above, or nothing else in the query that keeps the rows few.
    var unsupported: [Query.Key] = []

    init(_ query: Query) {
        let kept = LevelAttributes.kept(at: query.level)
        var candidates: [Query.Key] = []
        for key in query.keys where !key.values.isEmpty {
            if query.isCreator(key.path) { continue }
            guard let attribute = Self.attribute(key, query), !(key.wantsEmpty && attribute.isInItems) else {
                if let first = key.path.first, kept.contains(first) || Answer.computedTags.contains(first) { candidates.append(key) } else { unsupported.append(key) }
                continue
            }
            if query.timezone != nil, TimeShift.tags.contains(key.path[0]) {
                // The index knows times as the objects have them: dates are searched a day wider, all is compared on the row.
                if case .date = attribute.kind, !key.wantsEmpty { indexed.append((key, attribute)) }
                candidates.append(key)
                continue
            }
            indexed.append((key, attribute))
            // The index does not say which group of a name is which.
            if case .name = attribute.kind, !query.isFuzzy, key.values.contains(where: { $0.contains("=") }) { candidates.append(key) }
        }
        // What is asked of one item is met by one item.
        let sequences = Set(candidates.filter { $0.path.count > 1 }.compactMap(\.path.first))
        for (key, _) in indexed where key.path.count > 1 && sequences.contains(key.path[0]) { candidates.append(key) }
        if indexed.contains(where: { $0.attribute.rank < .hopeless }) { filtered = candidates } else { unsupported += candidates }
    }

    /// An extra attribute is matched when all objects have been read for it: until then it is unsupported, as the caller is told.
    private static func attribute(_ key: Query.Key, _ query: Query) -> QueryableAttribute? {
        if let attribute = QueryableAttribute.find(key.path, at: query.level) { return attribute }
        guard let extra = query.extra(key.path), extra.isFilled else { return nil }
        return QueryableAttribute(extra, key.path)
    }

    /// The filtered keys as an identifier; nil where there are none.
    var filter: DataSet? { filtered.isEmpty ? nil : Self.identifier(filtered.map { ($0.path[...], $0.values) }) }

    private static func identifier(_ keys: [(path: ArraySlice<Tag>, values: [String])]) -> DataSet {
        var dataSet = DataSet()
        dataSet.inheritedCharacterSet = .utf8
        for (tag, same) in Dictionary(grouping: keys, by: { $0.path.first ?? .item }) {
            let inner = same.filter { $0.path.count > 1 }
            if inner.isEmpty {
                dataSet.set(element(tag, same[0].values))
            } else {
                dataSet.set(DataElement(tag, items: [identifier(inner.map { ($0.path.dropFirst(), $0.values) })]))
            }
        }
        return dataSet
    }

    private static func element(_ tag: Tag, _ values: [String]) -> DataElement {
        let vr = DataElementTable.onlyVR(of: tag) ?? .LO
        let isNumber = !vr.isText && values.allSatisfy { Int($0) != nil }
        return isNumber ? DataElement(tag, vr, integers: values.compactMap { Int($0) }) : DataElement(tag, vr.isText ? vr : .LO, strings: values)
    }
}

extension QueryableAttribute {
    fileprivate var isInItems: Bool { if case .item = kind { true } else { false } }
}
