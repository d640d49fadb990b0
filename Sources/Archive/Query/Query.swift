import DICOM

/// A question at one level of the information model (PS3.4 §C.6, PS3.18 §10.6).
public struct Query: Sendable {
    public enum Level: Int, Sendable, CaseIterable, Comparable {
        case patient, study, series, instance

        public static func < (a: Level, b: Level) -> Bool { a.rawValue < b.rawValue }

        /// Of Query/Retrieve Level (0008,0052).
        public init?(_ text: String) {
            switch text {
            case "PATIENT": self = .patient
            case "STUDY": self = .study
            case "SERIES": self = .series
            case "IMAGE": self = .instance
            default: return nil
            }
        }
    }

    /// An attribute, or one in the items of a sequence, with the value as it stands in the identifier: single value, list of UIDs,
    /// wildcard or range, by its VR (PS3.4 §C.2.2.2). Without a value everything matches.
    public struct Key: Sendable, Hashable {
        public var path: [Tag]
        public var values: [String]

        public init(_ path: Tag..., values: [String]) { self.init(path: path, values: values) }

        public init(path: [Tag], values: [String]) {
            self.path = path
            let given = values.filter { !$0.isEmpty }
            // Stars alone match whatever there is, also nothing (PS3.4 §C.2.2.2.4).
            self.values = given.contains { $0.allSatisfy { $0 == "*" } } ? [] : given
        }

        /// Met by an attribute that has no value: two quotation marks (PS3.4 §C.2.2.2.7).
        public var wantsEmpty: Bool { values == ["\"\""] }
    }

    /// Which attributes an answer has, beside the unique keys of its level and those above.
    public enum Attributes: Sendable {
        /// What PS3.18 Tables 10.6.3-3 to 10.6.3-5 ask for.
        case standard
        /// All that the index keeps of the level and those above.
        case all
        case these([Tag])
        /// As `these`; of a longer path only what is at its end, in each item of its sequences.
        case paths([[Tag]])
    }

    public struct Sort: Sendable, Hashable {
        public var tag: Tag
        public var isAscending: Bool

        public init(_ tag: Tag, isAscending: Bool = true) {
            self.tag = tag
            self.isAscending = isAscending
        }
    }

    public var level: Level
    public var keys: [Key]
    public var attributes: Attributes
    /// Date and time ranges as one range (PS3.4 §C.2.2.2.5.3), not each on its own.
    public var combinesDateAndTime: Bool
    /// Names also by single words, in any order, and by their sound (PS3.4 §C.2.2.2.1.1).
    public var isFuzzy = false
    /// Words as somebody types them, each of which begins a word of the study: of the patient's name or ID, the accession number,
    /// description, modality or reports; or is a date. Not at the patient level.
    public var search = ""
    /// Filled in by ``Archive/completed(_:)``.
    var extras: [ExtraAttribute] = []
    /// Minutes east of UTC in which the keys' dates and times are meant and answered (PS3.4 §C.2.2.2.6); nil: as the objects have them.
    public var timezone: Int?
    /// Empty: newest studies first with what is below them, patients by name, series and instances of a study by number.
    /// For what can be sorted by see ``sortable(_:)``.
    public var sort: [Sort]
    public var limit: Int
    public var offset: Int
    /// `next` of the page before; no offset then.
    public var cursor: String?

    public init(
        _ level: Level, keys: [Key] = [], attributes: Attributes = .standard, combinesDateAndTime: Bool = false, sort: [Sort] = [],
        limit: Int = 1000, offset: Int = 0, cursor: String? = nil
    ) {
        self.level = level
        self.keys = keys
        self.attributes = attributes
        self.combinesDateAndTime = combinesDateAndTime
        self.sort = sort
        self.limit = limit
        self.offset = offset
        self.cursor = cursor
    }

    /// The identifier of a C-FIND request: its attributes are keys, and are what is answered.
    public init(_ level: Level, identifier: DataSet) {
        let elements = identifier.elements.filter { !Self.isNoKey($0.tag) }
        self.init(level, keys: Self.keys(of: identifier, within: []), attributes: .these(elements.map(\.tag)))
    }

    /// Those in the items of sequences too; a sequence has one item (PS3.4 §C.2.2.2.6).
    private static func keys(of identifier: DataSet, within path: [Tag]) -> [Key] {
        identifier.elements.filter { !isNoKey($0.tag) }.flatMap { element -> [Key] in
            guard case .items(let items) = element.value else {
                return [Key(path: path + [element.tag], values: element.strings(in: identifier.characterSet))]
            }
            return items.items.first.map { keys(of: $0.dataSet, within: path + [element.tag]) } ?? []
        }
    }

    private static func isNoKey(_ tag: Tag) -> Bool {
        tag == .specificCharacterSet || tag == .queryRetrieveLevel || tag == .timezoneOffset || tag == .retrieveAETitle || tag.isGroupLength
    }

    /// Keys with a value that cannot be matched at this level: they were not matched against, and who asked is to be told.
    public var unsupportedKeys: [Key] { KeyPlan(self).unsupported }

    /// Attributes that are asked for and that the index does not keep at this level: they are answered as if they had no value.
    public var unsupportedAttributes: [Tag] {
        let tags: [Tag]
        switch attributes {
        case .these(let these): tags = these
        case .paths(let paths): tags = paths.compactMap(\.first)
        case .standard, .all: return []
        }
        let kept = LevelAttributes.kept(at: level).union(Answer.computedTags)
        return tags.filter { tag in
            !kept.contains(tag) && !extras.contains { extra in
                extra.path.standardTags.first == tag || extra.path.leads(to: [tag]) || tag.isPrivateCreator && extra.path.standardTags[0].group == tag.group
            }
        }
    }

    /// The attributes that an answer may have, also those in items that are asked for by their path.
    public var answeredPaths: [[Tag]] {
        switch attributes {
        case .all: (LevelAttributes.kept(at: level).union(Answer.computed(at: level))).map { [$0] }
        case .standard: (Self.standardAttributes(of: level) + Answer.uniqueKeys(level) + keys.compactMap(\.path.first)).map { [$0] }
        case .these(let tags): (tags + Answer.uniqueKeys(level)).map { [$0] }
        case .paths(let paths): paths + Answer.uniqueKeys(level).map { [$0] }
        }
    }

    /// What answers of a level can be sorted by. What is below a study only within one.
    public static func sortable(_ level: Level) -> [Tag] { QueryableAttribute.sortable(level) }

    /// Minutes of a Timezone Offset From UTC (0008,0201), `+0100`; nil for what is none.
    public static func timezone(_ text: String) -> Int? { TimeShift.minutes(text) }

    var isWithinStudy: Bool {
        keys.contains { ($0.path == [.studyInstanceUID] || $0.path == [.seriesInstanceUID]) && !$0.values.isEmpty }
    }

    public static let largestLimit = 5000
    public static let mostValues = 10_000
}
