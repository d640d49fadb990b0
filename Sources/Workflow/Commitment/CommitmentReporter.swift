import DICOM
import DICOMNetwork
import Database
import Logging

/// Checks what a peer asked us to commit to, and reports it: on the peer's own association while that stands, else on one of ours.
public struct CommitmentReporter: JobHandler {
    public static let kind = "commitment.report"
    public var kind: String { Self.kind }
    public var policy: JobPolicy

    let table: CommitmentTable
    let check: CommitmentCheck
    let peers: PeerTable
    let open: OpenRequests
    let call: PeerCall
    let settings: Settings
    let logger: Logger

    public struct Settings: Sendable {
        /// Reports go on the requester's association where it stands.
        public var usesOpenAssociation = true
        /// A requester that only asks releases within this time after our response: until then nothing is sent on its association.
        public var grace: Duration = .milliseconds(500)
        /// For the peer to answer a report.
        public var answerTimeout: Duration = .seconds(30)
        /// After which commitments that came to an end are forgotten.
        public var keep: Duration = .seconds(365 * 86_400)

        public init() {}
    }

    public init(
        _ table: CommitmentTable, check: CommitmentCheck, peers: PeerTable, open: OpenRequests, policy: JobPolicy, settings: Settings = Settings(),
        logger: Logger, call: @escaping PeerCall
    ) {
        self.table = table
        self.check = check
        self.peers = peers
        self.open = open
        self.policy = policy
        self.settings = settings
        self.logger = logger
        self.call = call
    }

    public func run(_ job: Job, _ progress: JobProgress) async throws {
        let id = try job.parameters(as: CommitmentParameters.self).commitment
        guard let commitment = try await table.commitment(id) else { throw JobError.failed("the commitment is not known any longer") }
        guard commitment.state != .reported else { return }
        if commitment.committed + commitment.failed < commitment.total { try await checkAll(commitment, progress) }
        let report = try await report(of: commitment)
        try await deliver(report, of: commitment)
        try await table.set(id, .reported)
        progress.say("reported \(report.committed.count) committed, \(report.failed.count) failed")
        try await table.prune(after: settings.keep)
    }

    // MARK: Checking

    private func checkAll(_ commitment: Commitment, _ progress: JobProgress) async throws {
        let instances = try await table.instances(of: commitment.id)
        guard instances.count == commitment.total else { throw JobError.failed("the list of objects is damaged") }
        var results: [CommitmentResult] = []
        for instance in instances {
            try Task.checkCancellation()
            let result = try await check.result(for: instance.reference)
            if case .failed(let reason, let words) = result {
                logger.warning("storage commitment of \(instance.reference.sopInstance) for \(commitment.aeTitle) refused (\(reason.words)): \(words)")
            }
            results.append(result)
            await progress.report(done: results.count, total: instances.count)
        }
        let settled = results
        try await table.database.write { [table] (connection) throws(DatabaseError) in try table.settle(commitment.id, settled, .reporting, in: connection) }
    }

    private func report(of commitment: Commitment) async throws -> CommitmentReport {
        let instances = try await table.instances(of: commitment.id)
        return CommitmentReport(
            transaction: commitment.transaction, committed: instances.filter { $0.result == .committed }.map(\.reference),
            failed: instances.compactMap { instance in
                switch instance.result {
                case .committed: nil
                case .failed(let reason, _): .init(reference: instance.reference, reason: reason)
                // Never reached: nothing is reported before all of it is known. A promise it must not become.
                case .pending: .init(reference: instance.reference, reason: .processingFailure)
                }
            }, retrieveAETitle: commitment.ourTitle)
    }

    // MARK: Reporting

    private func deliver(_ report: CommitmentReport, of commitment: Commitment) async throws {
        if settings.usesOpenAssociation, let way = open.take(commitment.id) {
            try await Task.sleep(for: max(.zero, settings.grace - way.answered.duration(to: .now)))
            if way.association.end == nil {
                do {
                    let status = try await send(report, on: way.association, in: way.context)
                    if status.category == .success || status.category == .warning { return }
                    logger.notice("\(commitment.aeTitle) answered a commitment report on its association with \(status): it is made on one of ours")
                } catch {
                    try Task.checkCancellation()
                    logger.info("the association on which \(commitment.aeTitle) asked for commitment has ended: the report is made on one of ours")
                }
            }
        }
        try await call(report, commitment)
    }

    private func call(_ report: CommitmentReport, _ commitment: Commitment) async throws {
        guard let peer = try await peer(of: commitment) else {
            throw JobError.retry("\(commitment.aeTitle) has ended its association, and there is no peer of this title with host and port to call: add them with 'isocenter peers'")
        }
        guard let ours = AETitle(commitment.ourTitle) else { throw JobError.failed("'\(commitment.ourTitle)' is no AE title") }
        let roles = [RoleSelection(sopClass: StorageCommitment.sopClass, scu: false, scp: true)]
        let association: Association
        do { association = try await call(peer, ours, [StorageCommitment.proposal], roles) } catch {
            try Task.checkCancellation()
            throw JobError.unreachable("\(peer.name): \(error)")
        }
        do {
            let context = try association.context(for: StorageCommitment.sopClass)
            // Some take reports without ever speaking of roles: it is tried.
            if !context.requestorIsSCP { logger.info("\(peer.name) does not accept us as provider of storage commitment: the report is sent all the same") }
            let status = try await send(report, on: association, in: context)
            try? await association.release()  // It has the report.
            guard status.category == .success || status.category == .warning else {
                throw JobError.retry("\(peer.name) answered the report with \(status)\(status.meaning().map { ": \($0)" } ?? "")")
            }
        } catch let error as JobError {
            throw error
        } catch {
            association.abort("the report was not taken")
            try Task.checkCancellation()
            throw JobError.retry("\(peer.name): \(error)")
        }
    }

    /// As it is known now: it may have moved since it asked.
    private func peer(of commitment: Commitment) async throws -> Peer? {
        let named = try await peers.peer(named: commitment.peer)
        if let named, named.isCallable { return named }
        guard let title = AETitle(commitment.aeTitle) else { return nil }
        return try await peers.peers(aeTitle: title).first(where: \.isCallable)
    }

    private func send(_ report: CommitmentReport, on association: Association, in context: PresentationContext) async throws -> DIMSEStatus {
        try await within(settings.answerTimeout) {
            try await association.eventReport(
                report.eventType, on: StorageCommitment.sopInstance, of: StorageCommitment.sopClass, in: context, information: report.dataSet).status
        }
    }
}

/// What `work` gives within this time.
///
/// - Throws: `JobError.retry` where it does not; `work` is cancelled then.
func within<T: Sendable>(_ duration: Duration, _ work: @escaping @Sendable () async throws -> T) async throws -> T {
    try await withThrowingTaskGroup(of: T?.self) { group in
        group.addTask { try await work() }
        group.addTask {
            try await Task.sleep(for: duration)
            return nil
        }
        defer { group.cancelAll() }
        guard let first = try await group.next(), let result = first else { throw JobError.retry("no answer within \(duration.formatted())") }
        return result
    }
}
