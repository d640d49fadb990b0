import Database

/// Why a peer or a title of ours cannot be what was asked for, for the person who asked.
public struct PeerError: Error, Equatable, CustomStringConvertible {
    public enum Code: Sendable {
        /// What was given is wrong: see `problems`.
        case invalid
        /// The name is taken.
        case duplicate
        case notFound
        /// The database says why.
        case database
    }

    public var code: Code
    /// Everything that is wrong, so that one try is enough to learn of it.
    public var problems: [String]

    public init(_ code: Code, _ problem: String) { self.init(code, [problem]) }

    public init(_ code: Code, _ problems: [String]) {
        self.code = code
        self.problems = problems
    }

    init(_ error: DatabaseError) { self.init(.database, "the table of peers: \(error)") }

    public var description: String { problems.joined(separator: "\n") }
}
