import DICOM
import DICOMNetwork
import Database

/// What becomes of a request that a peer makes of us (PS3.4 §J.3.2): durable, with the job that answers it, before the peer hears of it.
public struct CommitmentProvider: Sendable {
    let table: CommitmentTable

    public init(_ table: CommitmentTable) { self.table = table }

    /// Takes a request. One that was taken already gets the same result once more.
    ///
    /// - Parameters:
    ///   - peer: its name.
    ///   - ourTitle: the title that it called.
    /// - Returns: the commitment's number. ``begin()`` once the peer has its response.
    /// - Throws: `CommitmentFault` with 0131H where another request has this transaction UID, `DatabaseError`.
    public func take(_ request: CommitmentRequest, peer: String, aeTitle: AETitle, ourTitle: String) async throws -> Int64 {
        let isDifferent: Int64 = -1
        let id = try await table.database.write { (connection) throws(DatabaseError) in
            let known = try connection.first("""
                \(Commitment.selection) WHERE commitment.role = 'provider' AND commitment.ae_title = \(aeTitle.text) AND commitment.transaction_uid = \(request.transaction.text)
                """).flatMap(Commitment.init)
            if let known {
                guard try isSame(request, as: known, connection) else { return isDifferent }
                try again(known, connection)
                return known.id
            }
            let id = try table.insert(request, .provider, state: .checking, peer: peer, aeTitle: aeTitle.text, ourTitle: ourTitle, in: connection)
            try employ(for: id, aeTitle.text, request.references.count, connection)
            return id
        }
        guard id != isDifferent else {
            throw CommitmentFault(.duplicateTransactionUID, "transaction UID in use for other objects")
        }
        return id
    }

    /// Lets the answer begin.
    public func begin() { table.jobs.wake() }

    private func isSame(_ request: CommitmentRequest, as known: Commitment, _ connection: any SQLConnection) throws(DatabaseError) -> Bool {
        let rows = try connection.all("SELECT sop_class, sop_uid FROM commitment_instance WHERE commitment = \(known.id)")
        return rows.map { [$0.string("sop_uid"), $0.string("sop_class")] }.sorted { $0.lexicographicallyPrecedes($1) }
            == request.references.map { [$0.sopInstance.text, $0.sopClass.text] }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    private func again(_ known: Commitment, _ connection: any SQLConnection) throws(DatabaseError) {
        // Its results stand: only the report is made again. Of a job that waits for its next attempt, now is the time.
        if known.committed + known.failed == known.total {
            try connection.run("UPDATE commitment SET state = 'reporting', message = NULL, since = \(table.now) WHERE id = \(known.id)")
        }
        let waits = try connection.run("UPDATE job SET due = \(table.now) WHERE id = \(known.job) AND state = 'waiting'") == 1
        let runs = try connection.first("SELECT 1 FROM job WHERE id = \(known.job) AND state = 'running'") != nil
        if !waits, !runs { try employ(for: known.id, known.aeTitle, known.total, connection) }
    }

    private func employ(for id: Int64, _ aeTitle: String, _ total: Int, _ connection: any SQLConnection) throws(DatabaseError) {
        try table.employ(
            CommitmentReporter.kind, for: id, subject: "storage commitment of \(total) object\(total == 1 ? "" : "s") for \(aeTitle)", group: aeTitle,
            total: total, in: connection)
    }
}
