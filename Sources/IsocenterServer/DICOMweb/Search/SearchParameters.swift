import Archive
import DICOM
import Foundation

/// The query of a search request (PS3.18 §8.3.4, §10.6.1.2), as the archive's query.
struct SearchParameters {
    private(set) var keys: [Query.Key] = []
    private var fields: [[Tag]] = []
    private var wantsAll = false
    private var isFuzzy = false
    private var timezone: Int?
    private var sort: [Query.Sort] = []
    private var cursor: String?
    private var words = ""
    private var limit: Int?
    private var offset: Int?
    private(set) var wantsCount = false
    private let level: Query.Level
    private var parents: Set<Tag> = []
    private static let mostParameters = 200

    /// - Throws: 400 naming the parameter that has no meaning.
    init(_ text: String, level: Query.Level) throws {
        self.level = level
        let pairs = QueryString.pairs(text)
        guard pairs.count <= Self.mostParameters else { throw HTTPFailure(.badRequest, "a search takes at most \(Self.mostParameters) parameters") }
        var seen: Set<String> = []
        for (name, value) in pairs {
            if Self.once.contains(name), !seen.insert(name).inserted { throw HTTPFailure(.badRequest, "\(name) stands more than once") }
            try read(name, value)
        }
        if cursor != nil, offset != nil { throw HTTPFailure(.badRequest, "a cursor says where to go on: no offset beside it") }
    }

    /// Parameters of which one is enough (PS3.18 §8.3.4.2 and following).
    private static let once: Set<String> = [
        "limit", "offset", "fuzzymatching", "emptyvaluematching", "multiplevaluematching", "orderby", "cursor", "search", "includecount",
    ]

    private mutating func read(_ name: String, _ value: String) throws {
        switch name {
        case "limit": limit = try Self.number(name, value)
        case "offset": offset = try Self.number(name, value)
        case "fuzzymatching": isFuzzy = try Self.flag(name, value)
        // Two quotation marks and lists with backslashes mean that whether it is said or not.
        case "emptyvaluematching", "multiplevaluematching": _ = try Self.flag(name, value)
        case "includecount": wantsCount = try Self.flag(name, value)
        case "cursor": cursor = value.isEmpty ? nil : value
        case "orderby": sort = try Self.sort(value, level)
        case "search":
            guard level > .patient else { throw HTTPFailure(.badRequest, "search looks for studies and what is below them") }
            words = value
        case "includefield":
            for field in value.split(separator: ",") {
                if field == "all" { wantsAll = true } else { fields.append(try Self.path(field)) }
            }
        // Media types may be asked for in the query (PS3.18 §8.3.3.1).
        case "accept", "charset": return
        default: try readKey(name, value)
        }
    }

    private mutating func readKey(_ name: String, _ value: String) throws {
        let path = try Self.path(name[...])
        if path == [.timezoneOffsetFromUTC] {
            // A plus that was not escaped arrives as a space.
            let text = value.hasPrefix(" ") ? "+" + value.dropFirst() : value
            guard text.isEmpty || Query.timezone(text) != nil else { throw HTTPFailure(.badRequest, "'\(value)' is no offset from UTC such as +0100") }
            timezone = Query.timezone(text)
            return
        }
        // Standing twice it is met by one of its values or the other.
        let values = Self.values(value, of: path)
        if let index = keys.firstIndex(where: { $0.path == path }), !values.isEmpty, !keys[index].values.isEmpty {
            keys[index] = Query.Key(path: path, values: keys[index].values + values)
        } else {
            keys.append(Query.Key(path: path, values: values))
        }
    }

    /// Only what belongs to this study or series of the path.
    mutating func within(_ tag: Tag, _ uid: UID) {
        keys.append(Query.Key(tag, values: [uid.text]))
        parents.insert(tag)
    }

    /// Only what belongs to this patient of the path: an ID, and the issuer behind `^^^` where it is said.
    mutating func within(patient: String) {
        let parts = patient.split(separator: "^", omittingEmptySubsequences: false).map(String.init)
        keys.append(Query.Key(.patientID, values: [parts[0]]))
        // Further parts of an issuer are its entity's (`^^^name&id&type`): the index keeps the name.
        if parts.count > 3, let issuer = parts[3].split(separator: "&").first { keys.append(Query.Key(.issuerOfPatientID, values: [String(issuer)])) }
    }

    /// A limit of ours ends the answer: who asked for none gets all.
    var hasLimit: Bool { limit != nil || cursor != nil }
    /// They asked for more than is given at once.
    var isCapped: Bool { limit ?? 0 > Query.largestLimit }
    /// The standard lets a client ask for nothing (PS3.18 §8.3.4.4.1).
    var asksForNothing: Bool { limit == 0 }

    var query: Query {
        var query = Query(level, keys: keys, sort: sort, limit: min(max(limit ?? 1000, 1), Query.largestLimit), offset: offset ?? 0, cursor: cursor)
        query.isFuzzy = isFuzzy
        query.timezone = timezone
        query.search = words
        // A date and a time with it are one moment (PS3.4 §C.2.2.2.5.3).
        query.combinesDateAndTime = true
        if wantsAll {
            query.attributes = .all
        } else {
            // What the path does not say about study and series is answered too (PS3.18 §10.6.3.3).
            var tags = Query.standardAttributes(of: level) + keys.compactMap(\.path.first)
            if level > .study, !parents.contains(.studyInstanceUID) { tags += Query.standardAttributes(of: .study) }
            if level > .series, !parents.contains(.seriesInstanceUID) { tags += Query.standardAttributes(of: .series) }
            query.attributes = .paths(tags.map { [$0] } + fields)
        }
        return query
    }

    func warnings(about query: Query) -> [String] {
        var warnings: [String] = []
        let filling = query.fillingKeys
        if !filling.isEmpty {
            let names = filling.map { Self.name($0.path) }.joined(separator: ", ")
            warnings.append("Older objects are still being read for these attributes, which were not matched: \(names)")
        }
        let unmatched = query.unsupportedKeys.filter { !filling.contains($0) }.map { Self.name($0.path) }
        if !unmatched.isEmpty { warnings.append("These attributes were not matched: \(unmatched.joined(separator: ", "))") }
        let unknown = Set(query.unsupportedAttributes).subtracting(keys.compactMap(\.path.first)).map { Self.name([$0]) }.sorted()
        if !unknown.isEmpty { warnings.append("These attributes are not kept for a search at this level: \(unknown.joined(separator: ", "))") }
        if isCapped { warnings.append("The limit was reduced to \(Query.largestLimit)") }
        return warnings
    }

    // MARK: Reading

    private static func name(_ path: [Tag]) -> String {
        path.map { DataElementTable.entry(for: $0)?.keyword ?? $0.hex }.joined(separator: ".")
    }

    /// `00100020`, `PatientID`, `00400275.00400009`.
    static func path(_ text: Substring) throws -> [Tag] {
        let path = text.split(separator: ".", omittingEmptySubsequences: false).map { part in
            Tag(hex: part) ?? DataElementTable.tag(keyword: String(part))
        }
        let tags = path.compactMap { $0 }
        guard !tags.isEmpty, tags.count == path.count, tags.count <= 8 else {
            throw HTTPFailure(.badRequest, "'\(text)' is neither a parameter of a search nor an attribute")
        }
        return tags
    }

    /// Lists of UIDs are separated by commas or backslashes, other values by backslashes; a code string cannot have a comma in it, and
    /// many clients separate modalities so.
    private static func values(_ text: String, of path: [Tag]) -> [String] {
        let vrs = path.last.flatMap { DataElementTable.entry(for: $0) }?.vrs ?? []
        let takesCommas = vrs == [.UI] || vrs == [.CS]
        return text.split { $0 == "\\" || takesCommas && $0 == "," }.map(String.init)
    }

    /// `-StudyDate,PatientName`: descending behind a minus.
    private static func sort(_ text: String, _ level: Query.Level) throws -> [Query.Sort] {
        let sortable = Query.sortable(level)
        return try text.split(separator: ",").map { field in
            let isAscending = !field.hasPrefix("-")
            let name = field.first == "-" || field.first == "+" || field.first == " " ? field.dropFirst() : field
            guard let tag = Tag(hex: name) ?? DataElementTable.tag(keyword: String(name)), sortable.contains(tag) else {
                throw HTTPFailure(.badRequest, "orderby takes \(sortable.map { Self.name([$0]) }.joined(separator: ", ")) here, not '\(name)'")
            }
            return Query.Sort(tag, isAscending: isAscending)
        }
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
