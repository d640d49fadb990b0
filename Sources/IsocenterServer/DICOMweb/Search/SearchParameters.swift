import Archive
import DICOM
import Foundation

/// The query of a search request (PS3.18 §8.3.4, §10.6.1.2), as the archive's query.
struct SearchParameters {
    private var keys: [Query.Key] = []
    private var fields: [Tag] = []
    private var wantsAll = false
    private var wantsFuzzy = false
    private var limit: Int?
    private var offset = 0
    private let level: Query.Level
    private static let mostParameters = 200
    private var parents: Set<Tag> = []

    /// - Throws: 400 naming the parameter that has no meaning.
    init(_ text: String, level: Query.Level) throws {
        self.level = level
        let pairs = QueryString.pairs(text)
        guard pairs.count <= Self.mostParameters else { throw HTTPFailure(.badRequest, "a search takes at most \(Self.mostParameters) parameters") }
        for (name, value) in pairs {
            switch name {
            case "limit": limit = try Self.number(name, value)
            case "offset": offset = try Self.number(name, value)
            case "fuzzymatching": wantsFuzzy = try Self.flag(name, value)
            case "includefield":
                for field in value.split(separator: ",") {
                    if field == "all" { wantsAll = true } else { fields.append(try Self.path(field)[0]) }
                }
            // Media types may be asked for in the query (PS3.18 §8.3.3.1).
            case "accept", "charset": continue
            default:
                let path = try Self.path(name[...])
                keys.append(Query.Key(path: path, values: Self.values(value, of: path)))
            }
        }
        if let limit, limit > Query.largestLimit { self.limit = Query.largestLimit }
    }

    var hasLimit: Bool { limit != nil }

    /// Only what belongs to this study or series of the path.
    mutating func within(_ tag: Tag, _ uid: UID) {
        keys.append(Query.Key(tag, values: [uid.text]))
        parents.insert(tag)
    }

    var query: Query {
        var query = Query(level, keys: keys, limit: max(limit ?? 1000, 1), offset: offset)
        if wantsAll {
            query.attributes = .all
        } else {
            // What the path does not say about study and series is answered too (PS3.18 §10.6.3.3).
            var tags = Query.standardAttributes(of: level) + fields + keys.compactMap(\.path.first)
            if level > .study, !parents.contains(.studyInstanceUID) { tags += Query.standardAttributes(of: .study) }
            if level > .series, !parents.contains(.seriesInstanceUID) { tags += Query.standardAttributes(of: .series) }
            query.attributes = .these(tags)
        }
        return query
    }

    func warnings(about query: Query) -> [String] {
        var warnings: [String] = []
        if wantsFuzzy { warnings.append("The fuzzymatching parameter is not supported. Only literal matching has been performed.") }
        let unsupported = query.unsupportedKeys.map { $0.path.map(\.hex).joined(separator: ".") }
        if !unsupported.isEmpty { warnings.append("These attributes are not matched: \(unsupported.joined(separator: ", "))") }
        return warnings
    }

    // MARK: Reading

    /// `00100020`, `PatientID`, `00400275.00400009`.
    private static func path(_ text: Substring) throws -> [Tag] {
        let path = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
            Tag(hex: part) ?? DataElementTable.tag(keyword: String(part))
        }
        let tags = path.compactMap { $0 }
        guard !tags.isEmpty, tags.count == path.count else { throw HTTPFailure(.badRequest, "'\(text)' is neither a parameter of a search nor an attribute") }
        return tags
    }

    /// Lists of UIDs are separated by commas or backslashes, other values by backslashes.
    private static func values(_ text: String, of path: [Tag]) -> [String] {
        let isUID = path.last.flatMap { DataElementTable.entry(for: $0) }?.vrs == [.UI]
        return text.split { $0 == "\\" || isUID && $0 == "," }.map(String.init)
    }

    private static func number(_ name: String, _ text: String) throws -> Int {
        guard let number = Int(text), number >= 0 else { throw HTTPFailure(.badRequest, "\(name) must be a number from 0, not '\(text)'") }
        return number
    }

    private static func flag(_ name: String, _ text: String) throws -> Bool {
        guard text == "true" || text == "false" else { throw HTTPFailure(.badRequest, "\(name) must be true or false, not '\(text)'") }
        return text == "true"
    }
}

/// `name=value&…`, percent-decoded (RFC 3986 §2.1); `+` is a space, as forms and most clients write it.
enum QueryString {
    static let mostPairs = 1000

    static func pairs(_ text: String) -> [(name: String, value: String)] {
        text.split(separator: "&").prefix(mostPairs).map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (decoded(parts[0]), parts.count == 2 ? decoded(parts[1]) : "")
        }
    }

    private static func decoded(_ text: Substring) -> String {
        let spaced = String(text).replacing("+", with: " ")
        return spaced.removingPercentEncoding ?? spaced
    }
}
