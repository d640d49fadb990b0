/// What is searched for (QIDO-RS, PS3.18 §8.3.4, §10.6).
public struct SearchRequest: Sendable, Hashable {
    public enum Level: String, Sendable, CaseIterable { case studies, series, instances }

    public struct Match: Sendable, Hashable {
        /// Keyword, eight digits, or a path of them with `.` between.
        public var attribute: String
        public var value: String

        public init(_ attribute: String, _ value: String) {
            self.attribute = attribute
            self.value = value
        }
    }

    public var level: Level
    /// Studies or series within which it is searched: they stand in the path.
    public var study: String?
    public var series: String?
    public var matches: [Match] = []
    /// Keywords, digits, paths, or `all`.
    public var includeFields: [String] = []
    public var fuzzyMatching = false
    /// So many at most; nil: all there are.
    public var limit: Int?
    public var offset = 0

    public init(_ level: Level) { self.level = level }

    /// Path below the base (PS3.18 Table 10.6.1-1 to 10.6.1-3). A series without a study is a key of its own.
    var segments: [String] {
        switch (level, study, series) {
        case (.series, let study?, _): ["studies", study, "series"]
        case (.instances, let study?, let series?): ["studies", study, "series", series, "instances"]
        case (.instances, let study?, nil): ["studies", study, "instances"]
        default: [level.rawValue]
        }
    }

    /// - Parameter count: matches of this page.
    func query(offset: Int, count: Int) -> [(name: String, value: String)] {
        var query = matches.map { (name: $0.attribute, value: $0.value) }
        if let study, level == .studies { query.append(("StudyInstanceUID", study)) }
        if let series, level == .series || level == .instances && study == nil { query.append(("SeriesInstanceUID", series)) }
        query += includeFields.map { ("includefield", $0) }
        if fuzzyMatching { query.append(("fuzzymatching", "true")) }
        query.append(("limit", "\(count)"))
        if offset > 0 { query.append(("offset", "\(offset)")) }
        return query
    }
}

/// Where the pages of a search stand: how many matches to ask for next, and whether there is a next. A pure value.
struct SearchPages: Sendable {
    private(set) var offset: Int
    /// Matches told so far.
    private(set) var count = 0
    private(set) var isComplete = false
    /// What the server did that a person should know.
    private(set) var remark: String?
    private let limit: Int?
    private let page: Int
    private var last: [UInt8]?

    init(offset: Int, limit: Int?, page: Int) {
        self.offset = offset
        self.limit = limit
        self.page = max(1, page)
    }

    /// How many to ask for.
    var next: Int { limit.map { min(page, max(1, $0 - count)) } ?? page }

    /// - Parameters:
    ///   - answered: matches that came.
    ///   - hasMore: the server says that there are more (Warning 299).
    ///   - mark: bytes of the page: the same again means that the server does not heed `offset`.
    /// - Returns: how many of them count.
    mutating func add(_ answered: Int, hasMore: Bool, mark: [UInt8]) -> Int {
        if answered > 0, let last, last == mark {
            isComplete = true
            remark = "it answers the same page again: there may be more, which it does not give"
            return 0
        }
        last = mark
        let asked = next, kept = limit.map { min(answered, $0 - count) } ?? answered
        count += kept
        offset += answered
        // Who gives more than was asked for does not page, and has given all; who gives fewer has come to its end or its own limit.
        isComplete = answered == 0 || limit.map { count >= $0 } ?? false || answered > asked || answered < asked && !hasMore
        if answered == 0, hasMore { remark = "it says that there are more, and gives none" }
        return kept
    }
}
