import DICOM

/// Which attributes of an instance its metadata shows: all, or those that `includefield` names; with `excludeprivate=true` none that are
/// private.
struct MetadataSelection: Sendable, Equatable {
    /// What is named below a data set: nothing for all of an attribute.
    private indirect enum Fields: Sendable, Equatable {
        case all
        case these([Tag: Fields])

        mutating func add(_ path: ArraySlice<Tag>) {
            guard let first = path.first else { self = .all; return }
            guard case .these(var fields) = self else { return }
            fields[first, default: .these([:])].add(path.dropFirst())
            self = .these(fields)
        }
    }

    private var fields = Fields.all
    private var withoutPrivate = false
    private static let mostFields = 1000

    var isEverything: Bool { self == MetadataSelection() }

    init() {}

    /// Names of `includefield` are keywords, tags, or paths of either with dots, several separated by commas; `all` shows everything.
    ///
    /// - Throws: 400 naming the parameter that has no meaning.
    init(_ query: String) throws {
        var named: [[Tag]] = []
        var isAll = false
        for (name, value) in QueryString.pairs(query) {
            switch name {
            case "includefield":
                for field in value.split(separator: ",") {
                    if field == "all" { isAll = true } else { named.append(try Self.path(field)) }
                }
            case "excludeprivate":
                guard value == "true" || value == "false" else { throw HTTPFailure(.badRequest, "excludeprivate must be true or false, not '\(value)'") }
                withoutPrivate = value == "true"
            case "accept", "charset": continue
            default: throw HTTPFailure(.badRequest, "'\(name)' is no parameter of metadata: there are includefield and excludeprivate")
            }
        }
        guard named.count <= Self.mostFields else { throw HTTPFailure(.badRequest, "at most \(Self.mostFields) fields are named") }
        guard !named.isEmpty, !isAll else { return }
        fields = .these([:])
        // Without these nobody could tell what is answered.
        for path in named + [[.sopInstanceUID], [.specificCharacterSet]] { fields.add(path[...]) }
    }

    private static func path(_ text: Substring) throws -> [Tag] {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let tags = parts.compactMap { Tag(hex: $0) ?? DataElementTable.tag(keyword: String($0)) }
        guard !tags.isEmpty, tags.count == parts.count, tags.count <= 16 else {
            throw HTTPFailure(.badRequest, "'\(text)' of includefield is neither a keyword, a tag nor a path of them")
        }
        return tags
    }

    /// Of everything the data set itself.
    func applied(to dataSet: DataSet) -> DataSet { isEverything ? dataSet : selected(dataSet, fields, isOutermost: true) }

    private func selected(_ dataSet: DataSet, _ fields: Fields, isOutermost: Bool = false) -> DataSet {
        var result = DataSet(dataSet.elements.compactMap { element -> DataElement? in
            guard !withoutPrivate || !element.tag.isPrivate else { return nil }
            var below = Fields.all
            if case .these(let named) = fields {
                // The creator of a private attribute that is shown says what it means.
                if let found = named[element.tag] { below = found } else if !named.keys.contains(where: { $0.privateCreator == element.tag }) { return nil }
            }
            guard case .items(let items) = element.value, withoutPrivate || below != .all else { return element }
            return DataElement(element.tag, items: items.items.map { selected($0.dataSet, below) })
        })
        // What is not shown is in force all the same.
        result.inheritedCharacterSet = dataSet.characterSet
        return result
    }

    /// Tells answers of different selections apart.
    var key: String { "\(withoutPrivate) \(Self.text(fields))" }

    private static func text(_ fields: Fields) -> String {
        guard case .these(let named) = fields else { return "" }
        return named.sorted { $0.key < $1.key }.map { "\($0.key.hex)(\(text($0.value)))" }.joined()
    }
}
