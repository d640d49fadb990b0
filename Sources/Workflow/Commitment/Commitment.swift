import DICOM
import Database
import Foundation

/// A request for storage commitment: one that a peer made of us, or one that we made of a peer.
public struct Commitment: Sendable, Hashable, Identifiable {
    public enum Role: String, Sendable, Codable {
        /// We keep the objects (SCP).
        case provider
        /// The peer does (SCU).
        case user
    }

    public enum State: String, Sendable, Codable, CaseIterable {
        /// As provider: the objects are being checked.
        case checking
        /// As provider: the result is known, the peer has not taken it yet.
        case reporting
        /// As provider: the peer has the result.
        case reported
        /// As user: the peer has not taken the request yet.
        case asking
        /// As user: the peer has taken the request, its report is awaited.
        case pending
        /// As user: the report has come.
        case answered
        /// Given up, or refused by the peer: `message` says why.
        case failed

        public var isFinal: Bool { self == .reported || self == .answered || self == .failed }
    }

    public var id: Int64
    public var role: Role
    public var transaction: UID
    /// Name of the peer.
    public var peer: String
    /// Its title, and the title of ours that was called or calls.
    public var aeTitle: String
    public var ourTitle: String
    public var state: State
    /// What went wrong last, or why it was given up.
    public var message: String?
    /// Objects in all, and of how many the result is known.
    public var total: Int
    public var committed: Int
    public var failed: Int
    public var created: Date
    /// When it came to the present state.
    public var since: Date
    /// Job that takes care of it.
    public var job: Int64
}

extension Commitment {
    /// A commitment whose job ended without bringing it to an end has failed, with the job's words.
    static let selection: SQLStatement = """
        SELECT commitment.id, commitment.role, commitment.transaction_uid, commitment.peer, commitment.ae_title, commitment.our_title,
               commitment.state, commitment.message, commitment.total, commitment.committed, commitment.failed, commitment.created,
               commitment.since, commitment.job, job.state AS job_state, job.message AS job_message
        FROM   commitment LEFT JOIN job ON job.id = commitment.job
        """

    /// nil where the row does not hold what it must.
    init?(_ row: SQLRow) {
        guard let role = Role(rawValue: row.string("role")), let stored = State(rawValue: row.string("state")), let transaction = UID(row.string("transaction_uid"))
        else { return nil }
        let jobState = row.text("job_state").flatMap(Job.State.init(rawValue:))
        // Awaiting a report needs no job.
        let isGivenUp = !stored.isFinal && stored != .pending && (jobState?.isFinished ?? true)
        let message = isGivenUp ? row.text("job_message") ?? "given up" : stored.isFinal ? row.text("message") : row.text("message") ?? row.text("job_message")
        self.init(
            id: row.integer("id") ?? 0, role: role, transaction: transaction, peer: row.string("peer"), aeTitle: row.string("ae_title"),
            ourTitle: row.string("our_title"), state: isGivenUp ? .failed : stored, message: message, total: row.int("total"),
            committed: row.int("committed"), failed: row.int("failed"), created: Date(microseconds: row.integer("created") ?? 0),
            since: Date(microseconds: row.integer("since") ?? 0), job: row.integer("job") ?? 0)
    }
}

/// One object of a commitment.
public struct CommitmentInstance: Sendable, Hashable {
    public var reference: SOPReference
    public var result: CommitmentResult

    public init(reference: SOPReference, result: CommitmentResult) {
        self.reference = reference
        self.result = result
    }
}
