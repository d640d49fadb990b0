import Database
import Foundation
import Synchronization

/// The audit trail of a database. What others write in a transaction of theirs goes in by ``AuditChain``; what has none of its own (a
/// question, a look at a study) by `record`, and is durable when that returns. Those who come at the same time share a transaction.
public final class AuditTrail: Sendable {
    public typealias Patients = @Sendable (_ study: String, any SQLConnection) throws(DatabaseError) -> AuditPatient?

    public let database: any SQLDatabase
    private let patients: Patients

    private struct State {
        var isWriting = false
        var waiting: [(events: [AuditEvent], continuation: CheckedContinuation<Result<Void, DatabaseError>, Never>)] = []
    }

    /// Questions that are told together, a moment after they were asked.
    private struct Soon {
        var events: [AuditEvent] = []
        var isScheduled = false
    }

    private let state = Mutex(State())
    private let soon = Mutex(Soon())
    private let recent = Mutex(RecentActs())

    private static let largestGroup = 256

    /// - Parameter patients: whose a study is, as far as the database knows.
    public init(_ database: any SQLDatabase, patients: @escaping Patients) {
        self.database = database
        self.patients = patients
    }

    // MARK: Writing

    /// Durable when this returns.
    public func record(_ events: [AuditEvent]) async throws(DatabaseError) {
        guard !events.isEmpty else { return }
        let now = AuditEvent.now()
        let timed = events.map { event in
            var event = event
            event.time = event.time ?? now
            return event
        }
        let result = await withCheckedContinuation { continuation in
            let begins = state.withLock { state in
                state.waiting.append((timed, continuation))
                defer { state.isWriting = true }
                return !state.isWriting
            }
            if begins { Task { await self.write() } }
        }
        try result.get()
    }

    public func record(_ event: AuditEvent) async throws(DatabaseError) { try await record([event]) }

    /// As `record`, but for what the same actor has done to the same study, or asked in the same words, a moment ago.
    public func recordOnce(_ event: AuditEvent) async throws(DatabaseError) {
        let key = RecentActs.Key(event)
        let turn = recent.withLock { $0.turn(key, now: RecentActs.now) }
        switch turn {
        case .known: return
        case .wait(let task): try await task.value.get()
        case .first:
            let task = Task { () -> Result<Void, DatabaseError> in
                do throws(DatabaseError) {
                    try await self.record([event])
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
            // Who comes between turn and task writes a record more: told twice, never not at all.
            recent.withLock { $0.begin(key, task, now: RecentActs.now) }
            let result = await task.value
            recent.withLock { $0.end(key, isWritten: (try? result.get()) != nil, now: RecentActs.now) }
            try result.get()
        }
    }

    /// As `recordOnce`, but who asks does not wait: a search is told with the others of the same moment, and a power cut can take the last
    /// ones. Where many wait to be written, this waits too.
    ///
    /// - Parameter failed: hears what could not be written.
    public func recordSoon(_ event: AuditEvent, failed: @escaping @Sendable (DatabaseError, [AuditEvent]) -> Void) async {
        let key = RecentActs.Key(event)
        let isNew = recent.withLock { $0.note(key, now: RecentActs.now) }
        guard isNew else { return }
        var event = event
        event.time = event.time ?? AuditEvent.now()
        let (begins, isFull) = soon.withLock { [event] soon in
            soon.events.append(event)
            defer { soon.isScheduled = true }
            return (!soon.isScheduled, soon.events.count >= Self.mostSoon)
        }
        if isFull { return await tellSoon(failed) }
        guard begins else { return }
        Task { [weak self] in
            try? await Task.sleep(for: Self.moment)  // A cancelled one is told at once.
            await self?.tellSoon(failed)
        }
    }

    private static let moment = Duration.milliseconds(100)
    private static let mostSoon = 1000

    private func tellSoon(_ failed: @Sendable (DatabaseError, [AuditEvent]) -> Void) async {
        let events = takeSoon()
        guard !events.isEmpty else { return }
        let result = await write(events)
        if case .failure(let error) = result { failed(error, events) }
    }

    private func takeSoon() -> [AuditEvent] {
        soon.withLock { soon in
            defer { soon = Soon() }
            return soon.events
        }
    }

    private func write() async {
        while true {
            let group = state.withLock { state in
                let group = Array(state.waiting.prefix(Self.largestGroup))
                state.waiting.removeFirst(group.count)
                if group.isEmpty { state.isWriting = false }
                return group
            }
            guard !group.isEmpty else { return }
            let result = await write(group.flatMap(\.events))
            for member in group { member.continuation.resume(returning: result) }
        }
    }

    private func write(_ events: [AuditEvent]) async -> Result<Void, DatabaseError> {
        do throws(DatabaseError) {
            try await database.write { [patients] (connection) throws(DatabaseError) in
                var events = events
                var known: [String: AuditPatient?] = [:]
                for index in events.indices where events[index].patient == nil && !events[index].study.isEmpty {
                    let study = events[index].study
                    if known[study] == nil { known[study] = .some(try patients(study, connection)) }
                    events[index].patient = known[study] ?? nil
                }
                try AuditChain(connection).append(events)
            }
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// What an association or request has gathered is told now.
    public func settle(_ settling: AuditChain.Settling) async throws(DatabaseError) {
        try await record(takeSoon())
        _ = try await database.write { (connection) throws(DatabaseError) in try AuditChain(connection).settle(settling) }
    }

    /// The last record; nil where there is none yet.
    public func head() async throws(DatabaseError) -> AuditHead? { try await AuditHead.read(database) }
}

/// The end of the chain: kept elsewhere it proves that nothing before it was changed or cut off.
public struct AuditHead: Sendable, Hashable {
    public var sequence: Int64
    public var hash: [UInt8]

    public init(sequence: Int64, hash: [UInt8]) {
        self.sequence = sequence
        self.hash = hash
    }

    /// `42:9f86d0…`
    public var text: String { "\(sequence):\(hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined())" }

    public init?(text: some StringProtocol) {
        let parts = text.split(separator: ":")
        guard parts.count == 2, let sequence = Int64(parts[0]), parts[1].utf8.count == 64 else { return nil }
        var hash: [UInt8] = []
        var rest = parts[1][...]
        while let byte = UInt8(rest.prefix(2), radix: 16), rest.count >= 2 {
            hash.append(byte)
            rest = rest.dropFirst(2)
        }
        guard hash.count == 32, rest.isEmpty else { return nil }
        self.init(sequence: sequence, hash: hash)
    }

    static func read(_ database: any SQLDatabase) async throws(DatabaseError) -> AuditHead? {
        guard let row = try await database.first("SELECT sequence, hash FROM audit_head WHERE id = 1"), let sequence = row.integer("sequence"),
            sequence > 0, let hash = row.blob("hash")
        else { return nil }
        return AuditHead(sequence: sequence, hash: hash)
    }
}

/// How far a receiver of audit messages has been sent to: a place in the chain, which so is the spool.
public struct AuditCursor: Sendable {
    private let database: any SQLDatabase
    public let receiver: String

    public init(_ trail: AuditTrail, receiver: String) {
        database = trail.database
        self.receiver = receiver
    }

    /// A receiver that is new is sent what comes from now on.
    public func prepare() async throws(DatabaseError) {
        try await database.run("""
            INSERT INTO audit_sent (receiver, sequence) SELECT \(receiver), coalesce(max(sequence), 0) FROM audit_record WHERE 1 = 1 ON CONFLICT (receiver) DO NOTHING
            """)
    }

    /// Sequence of the last record that it has.
    public func place() async throws(DatabaseError) -> Int64 {
        try await database.first("SELECT sequence FROM audit_sent WHERE receiver = \(receiver)")?.integer("sequence") ?? 0
    }

    public func move(to sequence: Int64) async throws(DatabaseError) {
        try await database.run("UPDATE audit_sent SET sequence = \(sequence) WHERE receiver = \(receiver) AND sequence < \(sequence)")
    }
}
