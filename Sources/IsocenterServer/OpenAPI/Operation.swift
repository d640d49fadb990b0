import HTTPTypes

/// One thing that can be asked over HTTP: what goes in, what comes out. Values only: routes, documents and checks read them.
struct Operation: Sendable {
    /// Who may ask.
    enum Caller: String, Sendable { case anyone, user, administrator }

    var method: HTTPRequest.Method
    /// From the root, as OpenAPI writes it: `/api/jobs/{id}`.
    var path: String
    /// Unique, a verb and its object: `listJobs`.
    var id: String
    var caller: Caller
    /// Of the table it stands in.
    var subject: String
    /// One sentence.
    var summary = ""
    /// What is to be known beyond it.
    var details = ""
    var parameters: [Parameter] = []
    var body: Body?
    var answers: [Answer] = []

    struct Parameter: Sendable {
        enum Place: String, Sendable { case path, query, header }
        var place: Place
        var name: String
        var isRequired: Bool
        var type: TypeNotation
        var example: String?
        var words: String
    }

    /// What a body may be: a media type with the type of its value, where it is JSON.
    struct Content: Sendable {
        var mediaType: String
        var type: TypeNotation?
    }

    struct Body: Sendable {
        var contents: [Content]
        var words: String
    }

    struct Answer: Sendable {
        var status: Int
        var contents: [Content]
        var words: String
    }
}

extension Operation {
    /// Path templates as lists of components: `["api", "jobs", "{id}"]`.
    var components: [Substring] { path.split(separator: "/") }

    /// Whether a request's path is one of this template's. The last parameter of bulk data stands for all that follows.
    func matches(_ parts: [Substring]) -> Bool {
        let own = components
        guard own.last == Self.rest ? parts.count >= own.count : parts.count == own.count else { return false }
        return zip(own, parts).allSatisfy { $0.first == "{" || $0 == $1 }
    }

    /// 1 for each component that is a parameter, 0 for each that is a word.
    var parameterPlaces: [Int] { components.map { $0.first == "{" ? 1 : 0 } }

    /// In the router's words `**`.
    static let rest: Substring = "{path}"
}

/// What belongs together: operations and the types that only they use, as text tables.
struct Subject: Sendable {
    var name: String
    var words: String
    var operations: [Operation]
    var types: [NamedType]
    /// Rows that could not be read: mistakes of ours, found by the tests.
    var problems: [String]

    init(_ name: String, _ words: String, types: String = "", operations: String) {
        self.name = name
        self.words = words
        (self.operations, problems) = OperationText.operations(operations, subject: name)
        let (named, wrong) = NamedType.all(in: types)
        self.types = named
        problems += wrong
    }
}
