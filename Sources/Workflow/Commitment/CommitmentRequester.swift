import DICOM
import DICOMNetwork
import Database
import Logging

/// Makes a request of ours, and waits a while on its association for the report; it may come later, on one that the peer opens.
public struct CommitmentRequester: JobHandler {
    public static let kind = "commitment.request"
    public var kind: String { Self.kind }
    public var policy: JobPolicy

    let table: CommitmentTable
    let user: CommitmentUser
    let peers: PeerTable
    /// How long the association stays open for the report.
    let wait: Duration
    let logger: Logger
    let call: PeerCall

    public init(
        _ table: CommitmentTable, user: CommitmentUser, peers: PeerTable, policy: JobPolicy, wait: Duration, logger: Logger, call: @escaping PeerCall
    ) {
        self.table = table
        self.user = user
        self.peers = peers
        self.policy = policy
        self.wait = wait
        self.logger = logger
        self.call = call
    }

    public func run(_ job: Job, _ progress: JobProgress) async throws {
        let id = try job.parameters(as: CommitmentParameters.self).commitment
        guard let commitment = try await table.commitment(id) else { throw JobError.failed("the commitment is not known any longer") }
        // A crash after the peer has taken it asks no second time.
        guard commitment.state == .asking else { return }
        guard let peer = try await peers.peer(named: commitment.peer), peer.isCallable else {
            throw JobError.failed("there is no peer \(commitment.peer) with host and port")
        }
        guard let ours = AETitle(commitment.ourTitle), let title = peer.title else { throw JobError.failed("an AE title is wrong") }
        let request = CommitmentRequest(transaction: commitment.transaction, references: try await table.instances(of: id).map(\.reference))
        let association: Association
        do { association = try await call(peer, ours, [StorageCommitment.proposal], []) } catch {
            try Task.checkCancellation()
            throw JobError.unreachable("\(peer.name): \(error)")
        }
        do {
            try await self.request(request, of: peer, on: association, mayBeKnown: job.attempts > 1)
            try await table.set(id, .pending)
        } catch {
            association.abort("the request was not taken")
            try Task.checkCancellation()
            throw error
        }
        progress.say("taken by \(peer.name), whose report is awaited")
        if try await report(of: commitment.transaction, on: association, from: title) { progress.say("\(peer.name) has reported") }
        await progress.report(done: commitment.total, total: commitment.total)
        try? await association.release()  // The request is with the peer.
    }

    private func request(_ request: CommitmentRequest, of peer: Peer, on association: Association, mayBeKnown: Bool) async throws {
        let response: DIMSEResponse
        do { response = try await association.requestCommitment(request) } catch let error as NetworkError {
            if case .noContextAccepted = error { throw JobError.failed("\(peer.name): \(error)") }
            throw JobError.retry("\(peer.name): \(error)")
        }
        let status = response.status
        if status.category == .success || status.category == .warning { return }
        // The answer to an earlier attempt was lost on its way.
        if mayBeKnown, status == .duplicateTransactionUID { return }
        let words = "\(peer.name) refused with \(status)" + (response.command.errorComment ?? status.meaning()).map { ": \($0)" }.orEmpty
        if status == .processingFailure || status == .resourceLimitation { throw JobError.retry(words) }
        throw JobError.failed(words)
    }

    private func report(of transaction: UID, on association: Association, from title: AETitle) async throws -> Bool {
        try await association.reports(within: wait) { message in
            try await user.answer(message, on: association, from: title) == transaction
        }
    }
}

extension Optional where Wrapped == String {
    fileprivate var orEmpty: String { self ?? "" }
}

extension Association {
    /// N-ACTION of a request for storage commitment.
    public func requestCommitment(_ request: CommitmentRequest) async throws -> DIMSEResponse {
        let context = try context(for: StorageCommitment.sopClass)
        return try await action(
            StorageCommitment.requestAction, on: StorageCommitment.sopInstance, of: StorageCommitment.sopClass, in: context, information: request.dataSet)
    }

    /// Gives the requests that come on an association of ours to `take`, until that says it was the one, the peer ends, or the time is over.
    ///
    /// - Returns: whether it was the one.
    public func reports(within duration: Duration, _ take: @escaping (IncomingMessage) async throws -> Bool) async throws -> Bool {
        let end = ContinuousClock.now + duration
        while let message = try await next(until: end) {
            if message.command.field == .nEventReportRequest {
                if try await take(message) { return true }
            } else if let response = message.command.response(.unrecognizedOperation) {
                try await send(response, in: message.context)
            }
        }
        return false
    }

    /// nil where the association or the time is over.
    private func next(until end: ContinuousClock.Instant) async throws -> IncomingMessage? {
        try await withThrowingTaskGroup(of: IncomingMessage?.self) { group in
            group.addTask {
                // However it ended: no report came on it.
                do throws(NetworkError) { return try await self.nextMessage() } catch { return nil }
            }
            group.addTask {
                try? await Task.sleep(until: end, clock: .continuous)  // Cancelled: the message has come.
                return nil
            }
            let first = try await group.next() ?? nil
            group.cancelAll()
            // A message that came in the same moment is not lost.
            let second = try await group.next() ?? nil
            try Task.checkCancellation()
            return first ?? second
        }
    }
}
