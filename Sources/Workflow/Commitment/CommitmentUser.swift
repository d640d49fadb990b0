import DICOM
import DICOMNetwork
import Database
import Logging

/// Asks peers for storage commitment, and takes their reports (PS3.4 Annex J, SCU).
public struct CommitmentUser: Sendable {
    let table: CommitmentTable
    let logger: Logger

    public init(_ table: CommitmentTable, logger: Logger) {
        self.table = table
        self.logger = logger
    }

    /// Asks a peer to commit to objects: durable when this returns; a job makes the request.
    ///
    /// - Returns: one transaction UID for each 10,000 objects.
    @discardableResult
    public func ask(_ peer: Peer, ourTitle: AETitle, for references: [SOPReference]) async throws(DatabaseError) -> [UID] {
        let requests = stride(from: 0, to: references.count, by: Self.mostAtOnce).map { start in
            CommitmentRequest(transaction: .random(), references: Array(references[start..<min(start + Self.mostAtOnce, references.count)]))
        }
        try await table.database.write { [table] (connection) throws(DatabaseError) in
            for request in requests {
                let id = try table.insert(request, .user, state: .asking, peer: peer.name, aeTitle: peer.aeTitle, ourTitle: ourTitle.text, in: connection)
                let count = request.references.count
                try table.employ(
                    CommitmentRequester.kind, for: id, subject: "asking \(peer.name) to commit to \(count) object\(count == 1 ? "" : "s")", group: peer.aeTitle,
                    total: count, in: connection)
            }
        }
        table.jobs.wake()
        return requests.map(\.transaction)
    }

    private static let mostAtOnce = 10_000

    /// Takes a report: durable when this returns.
    ///
    /// - Throws: `CommitmentFault` with the status to answer, `DatabaseError`.
    public func take(_ report: CommitmentReport, from aeTitle: AETitle) async throws {
        let isTaken = try await table.database.write { [table] (connection) throws(DatabaseError) in
            let row = try connection.first("""
                SELECT id, state FROM commitment
                WHERE  role = 'user' AND ae_title = \(aeTitle.text) AND transaction_uid = \(report.transaction.text)
                """)
            guard let row, let id = row.integer("id") else { return false }
            let rows = try connection.all("SELECT sop_class, sop_uid, reason FROM commitment_instance WHERE commitment = \(id) ORDER BY position")
            let references = rows.compactMap { row in
                UID(row.string("sop_class")).flatMap { sopClass in UID(row.string("sop_uid")).map { SOPReference(sopClass: sopClass, sopInstance: $0) } }
            }
            guard references.count == rows.count else { throw DatabaseError(.corrupt, "the objects of commitment \(id) cannot be read") }
            // A report that comes once more may take a promise back, and make none.
            let results = zip(rows, report.results(for: references)).map { row, result -> CommitmentResult in
                guard result == .committed, let before = row.integer("reason"), before != 0 else { return result }
                let reason = FailureReason(rawValue: UInt16(exactly: before) ?? 0x0110)
                return .failed(reason, reason.words)
            }
            try table.settle(id, results, .answered, in: connection)
            return true
        }
        guard isTaken else { throw CommitmentFault(.invalidArgumentValue, "no such transaction was asked of \(aeTitle)") }
        logger.info("\(aeTitle) reported storage commitment \(report.transaction): \(report.committed.count) committed, \(report.failed.count) failed")
    }

    /// Answers an N-EVENT-REPORT-RQ.
    ///
    /// - Returns: the transaction of the report; nil where it was refused.
    @discardableResult
    public func answer(_ message: IncomingMessage, on association: Association, from aeTitle: AETitle) async throws -> UID? {
        try await association.answer(message, logger) { try await take($0, from: aeTitle) }
    }
}

extension Association {
    /// Answers an N-EVENT-REPORT-RQ of storage commitment by what `take` makes of the report.
    ///
    /// - Parameter take: throws `CommitmentFault` or `DatabaseError` where it is refused.
    /// - Returns: the transaction of the report; nil where it was refused.
    public func answer(_ message: IncomingMessage, _ logger: Logger, _ take: (CommitmentReport) async throws -> Void) async throws -> UID? {
        var (status, words) = (DIMSEStatus.success, nil as String?)
        var transaction: UID?
        do {
            guard message.command.affectedSOPInstanceUID == StorageCommitment.sopInstance else {
                throw CommitmentFault(.noSuchSOPInstance, "the instance is not \(StorageCommitment.sopInstance)")
            }
            let report = try CommitmentReport(try await message.identifier(), eventType: message.command[number: .eventTypeID])
            try await take(report)
            transaction = report.transaction
        } catch let fault as CommitmentFault {
            (status, words) = (fault.status, fault.description)
        } catch let error as ReadError {
            (status, words) = (.invalidArgumentValue, "\(error)")
        } catch let error as DatabaseError {
            (status, words) = (.processingFailure, error.message)
        }
        if let words { logger.warning("N-EVENT-REPORT from \(address.host) refused: \(words)") }
        if let response = message.command.response(status, comment: words) { try await send(response, in: message.context) }
        return transaction
    }
}
