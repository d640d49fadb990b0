import Database

/// A folder of somebody else's whose objects are found and given out where they lie. Nothing is ever written there.
public struct Folder: Sendable, Hashable, Identifiable {
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Nobody has looked at it yet.
        case new
        /// All of it is being looked at.
        case reading
        /// What changes in it is seen.
        case followed
        /// It cannot be reached: what is known of it stays.
        case away
        /// What is known of it is being forgotten.
        case leaving
    }

    public var id: Int64
    public var name: String
    /// Of its root.
    public var path: String
    public var state: State
    /// Why it is away, or what could not be looked at.
    public var reason: String
    /// Microseconds since 1970, as the others.
    public var added: Int64
    public var began: Int64?
    public var ended: Int64?
    /// Files of the look under way, or of the last one.
    public var looked: Int
    /// A look at all of it has been asked for.
    var isWanted: Bool

    static let selection: SQLStatement = "SELECT id, name, path, state, reason, added, began, ended, looked, wish, granted FROM folder"

    init(_ row: SQLRow) {
        id = row.integer("id") ?? 0
        (name, path, reason) = (row.string("name"), row.string("path"), row.string("reason"))
        state = State(rawValue: row.string("state")) ?? .new
        (added, began, ended) = (row.integer("added") ?? 0, row.integer("began"), row.integer("ended"))
        looked = row.int("looked")
        isWanted = row.int("wish") > row.int("granted")
    }
}

/// A file of a folder, as it is known.
public struct FolderFile: Sendable, Hashable {
    public enum State: String, Sendable, Codable, CaseIterable {
        /// Found in the index, or would be without its correction, version or deletion.
        case indexed
        /// Its object was here already; it is given out from here as well.
        case duplicate
        /// Another content has its SOP Instance UID, and stays.
        case conflict
        /// Its object was deleted for good: it is not indexed again, and the file stays as it is.
        case hidden
        /// No object, or one that cannot be read.
        case refused
    }

    /// Below the folder's root. Bytes that are no UTF-8 are shown as U+FFFD.
    public var path: String
    public var state: State
    public var reason: String
    public var sopInstance: String
    public var size: Int64
    /// Since when it has not been there; microseconds since 1970.
    public var missing: Int64?
}

/// How many files of a folder are what.
public struct FolderCounts: Sendable, Hashable, Codable {
    public var indexed = 0
    public var duplicate = 0
    public var conflict = 0
    public var hidden = 0
    public var refused = 0
    /// Of those above.
    public var missing = 0
    /// Of all.
    public var bytes: Int64 = 0
}

/// What those who follow folders are told.
public struct FolderPolicy: Sendable {
    /// From one look at everything to the next.
    public var every: Duration
    /// For so long a file that is gone stays in the index.
    public var grace: Duration
    /// Files read at once.
    public var readers: Int
    public var onConflict: ConflictPolicy
    /// A file that was written so lately may be being written still.
    public var settling = Duration.seconds(2)
    /// Changes are told by the system where it can; else only looking finds them.
    public var isNotified = true

    public init(every: Duration = .seconds(3600), grace: Duration = .seconds(72 * 3600), readers: Int = 2, onConflict: ConflictPolicy = .keepFirst) {
        (self.every, self.grace, self.readers, self.onConflict) = (every, grace, readers, onConflict)
    }
}
