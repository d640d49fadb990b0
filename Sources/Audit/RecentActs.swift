import Database
import Foundation

/// What was told a moment ago: a study that is read frame by frame is one event (PS3.15 A.5.3.6), not thousands.
struct RecentActs {
    struct Key: Hashable {
        var kind: AuditKind
        var actor: AuditActor
        var study: String
        var subject: String
        var query: String
        var outcome: AuditOutcome
        var words: String

        /// Requests of one user come one by one: what they are called does not tell them apart.
        init(_ event: AuditEvent) {
            (kind, actor, study, subject) = (event.kind, event.actor, event.study, event.subject)
            (query, outcome, words) = (event.query, event.outcome, event.words)
            if actor.door == .web { actor.act = "" }
        }
    }

    typealias Writing = Task<Result<Void, DatabaseError>, Never>

    enum Turn {
        case first
        case known
        case wait(Writing)
    }

    private struct Entry {
        var until: Double
        /// nil once it is durable.
        var writing: Writing?
    }

    private var entries: [Key: Entry] = [:]
    static let capacity = 20_000

    /// Seconds of a clock that nobody sets.
    static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }

    mutating func turn(_ key: Key, now: Double) -> Turn {
        guard let entry = entries[key], entry.until > now else { return .first }
        return entry.writing.map(Turn.wait) ?? .known
    }

    /// - Returns: whether it was not told a moment ago.
    mutating func note(_ key: Key, now: Double) -> Bool {
        guard case .first = turn(key, now: now) else { return false }
        insert(key, Entry(until: now + 300), now: now)
        return true
    }

    mutating func begin(_ key: Key, _ writing: Writing, now: Double) {
        insert(key, Entry(until: now + 300, writing: writing), now: now)
    }

    private mutating func insert(_ key: Key, _ entry: Entry, now: Double) {
        if entries.count >= Self.capacity { entries = entries.filter { $0.value.until > now } }
        if entries.count >= Self.capacity { entries = [:] }
        entries[key] = entry
    }

    mutating func end(_ key: Key, isWritten: Bool, now: Double) {
        if isWritten { entries[key]?.writing = nil } else { entries[key] = nil }
    }
}
