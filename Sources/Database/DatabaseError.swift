/// Why a statement or a database failed.
public struct DatabaseError: Error, Sendable, Equatable {
    public enum Code: Sendable {
        /// Another writer holds it longer than we wait.
        case busy
        /// No space is left.
        case full
        /// The file or folder may not be written.
        case readOnly
        /// A unique key, foreign key or check said no.
        case constraint
        /// The content is damaged.
        case corrupt
        /// Reading, writing or syncing failed: whether a commit took place is unknown.
        case io
        case cannotOpen
        /// Made by a newer version of the program.
        case newerSchema
        case cancelled
        /// The statement itself is wrong.
        case statement
        /// The work was given up by the one who asked for it; everything is undone.
        case rolledBack
    }

    public var code: Code
    public var message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// Nothing was done, and the same may succeed a moment later.
    public var isRetryable: Bool { code == .busy }

    /// Equal by code, so that tests are short.
    public static func == (a: DatabaseError, b: DatabaseError) -> Bool { a.code == b.code }
}

extension DatabaseError: CustomStringConvertible {
    public var description: String { "database: \(message)" }
}
