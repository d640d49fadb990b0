import Synchronization

/// Responses by command and status, and what was said with the last of those that were not plain success.
public struct Responses: Equatable, Sendable {
    /// Keyed by the response's command field.
    public private(set) var counts: [CommandField: [DIMSEStatus: Int]] = [:]
    /// Oldest first.
    public private(set) var comments: [Comment] = []

    public struct Comment: Equatable, Sendable {
        public var field: CommandField
        public var status: DIMSEStatus
        public var text: String
    }

    public init() {}

    /// A peer that invents statuses is counted under the first so many.
    private static let statuses = 64
    private static let lastComments = 8

    public mutating func count(_ response: CommandSet) {
        guard let status = response.status else { return }
        let isKnown = counts[response.field]?[status] != nil
        if isKnown || counts[response.field, default: [:]].count < Self.statuses { counts[response.field, default: [:]][status, default: 0] += 1 }
        guard status.category == .failure || status.category == .warning, let text = response.errorComment else { return }
        if comments.count == Self.lastComments { comments.removeFirst() }
        comments.append(Comment(field: response.field, status: status, text: String(text.prefix(64))))
    }
}

/// What goes both ways on an association, counted wherever it happens; read once at its end.
final class Tally: Sendable {
    private struct State {
        var sent: UInt64 = 0
        var answered = Responses()
        var received = Responses()
    }

    private let state = Mutex(State())

    func sent(_ command: CommandSet) {
        state.withLock { state in
            state.sent += 1
            if !command.field.isRequest { state.answered.count(command) }
        }
    }

    func received(_ response: CommandSet) { state.withLock { $0.received.count(response) } }

    func write(to record: inout AssociationRecord) {
        state.withLock { state in
            record.messagesSent = state.sent
            record.answered = state.answered
            record.received = state.received
        }
    }
}
