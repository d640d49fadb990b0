import DICOM
import DICOMNetwork
import Database
import DatabaseFixtures
import Logging
import Testing
@testable import Workflow

@Suite(.everyEngine) struct CommitmentTableTests {
    private let title = AETitle("CT2")!
    private func request(_ numbers: [Int], transaction: UID = UID("1.2.3.4")!) -> CommitmentRequest {
        CommitmentRequest(transaction: transaction, references: numbers.map { CommitmentDataSetTests.reference($0) })
    }

    private func take(_ request: CommitmentRequest, _ bench: CommitmentBench, as title: AETitle? = nil) async throws -> Int64 {
        try await CommitmentProvider(bench.table).take(request, peer: "CT room 2", aeTitle: title ?? self.title, ourTitle: "ISOCENTER")
    }

    // MARK: Provider

    @Test func aRequestIsKeptWithItsJob() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let id = try await take(request([1, 2]), bench)
        let commitment = try #require(try await bench.table.commitment(id))
        #expect((commitment.role, commitment.state, commitment.total) == (.provider, .checking, 2))
        #expect(commitment.peer == "CT room 2" && commitment.aeTitle == "CT2" && commitment.ourTitle == "ISOCENTER")
        #expect(try await bench.table.instances(of: id).map(\.result) == [.pending, .pending])
        let job = try #require(try await bench.jobs.job(commitment.job))
        #expect((job.kind, job.state, job.group) == ("commitment.report", .waiting, "CT2"))
    }

    @Test func theSameRequestOnceMoreIsTheSame() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let id = try await take(request([1, 2]), bench)
        #expect(try await take(request([2, 1]), bench) == id)
        #expect(try await bench.jobs.list().count == 1)
    }

    @Test func theTransactionUIDOfAnotherRequestIsRefused() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        _ = try await take(request([1, 2]), bench)
        for other in [[1], [1, 3], [1, 2, 2]] {
            await #expect(throws: CommitmentFault(.duplicateTransactionUID, "transaction UID in use for other objects")) { try await take(request(other), bench) }
        }
        #expect(DIMSEStatus.duplicateTransactionUID.rawValue == 0x0131)
    }

    @Test func twoPeersMayChooseOneTransactionUID() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let here = try await take(request([1]), bench)
        let there = try await take(request([2]), bench, as: AETitle("MR1"))
        #expect(here != there)
        #expect(try await bench.table.commitments(transaction: UID("1.2.3.4")!).map(\.id) == [there, here])
    }

    @Test func whatWasReportedIsReportedOnceMoreAndNotCheckedAgain() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let table = bench.table
        let id = try await take(request([1, 2]), bench)
        let first = try #require(try await table.commitment(id)).job
        try await table.database.write { (connection) throws(DatabaseError) in
            try table.settle(id, [.committed, .failed(.noSuchObjectInstance, "it is not in the archive")], .reported, in: connection)
            try connection.run("UPDATE job SET state = 'done' WHERE id = \(first)")
        }
        #expect(try await take(request([1, 2]), bench) == id)
        let commitment = try #require(try await table.commitment(id))
        #expect((commitment.state, commitment.committed, commitment.failed) == (.reporting, 1, 1))
        #expect(commitment.job != first)
    }

    @Test func aJobThatWasGivenUpSaysWhyOfItsCommitment() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let id = try await take(request([1]), bench)
        let job = try #require(try await bench.table.commitment(id)).job
        try await bench.table.database.run("UPDATE job SET state = 'failed', message = 'nobody answers' WHERE id = \(job)")
        let commitment = try #require(try await bench.table.commitment(id))
        #expect((commitment.state, commitment.message) == (.failed, "nobody answers"))
        // The peer asks once more: a new job tries again.
        _ = try await take(request([1]), bench)
        #expect(try await bench.table.commitment(id)?.state == .checking)
    }

    // MARK: User

    private func asked(_ numbers: [Int], _ bench: CommitmentBench) async throws -> (user: CommitmentUser, transaction: UID) {
        var logger = Logger(label: "commitment")
        logger.logLevel = .critical
        let user = CommitmentUser(bench.table, logger: logger)
        let peer = Peer(name: "vault", aeTitle: "VAULT", host: "127.0.0.1", port: 104)
        let transactions = try await user.ask(peer, ourTitle: AETitle("ISOCENTER")!, for: numbers.map { CommitmentDataSetTests.reference($0) })
        return (user, transactions[0])
    }

    private func report(_ transaction: UID, _ committed: [Int], _ failed: [Int] = []) -> CommitmentReport {
        CommitmentReport(
            transaction: transaction, committed: committed.map { CommitmentDataSetTests.reference($0) },
            failed: failed.map { .init(reference: CommitmentDataSetTests.reference($0), reason: .noSuchObjectInstance) }, retrieveAETitle: nil)
    }

    @Test func aReportSettlesWhatWasAsked() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let (user, transaction) = try await asked([1, 2, 3], bench)
        #expect(try await bench.table.commitments(transaction: transaction).map(\.state) == [.asking])
        try await user.take(report(transaction, [1], [2]), from: AETitle("VAULT")!)
        let commitment = try #require(try await bench.table.commitments(transaction: transaction).first)
        #expect((commitment.state, commitment.committed, commitment.failed) == (.answered, 1, 2))
        #expect(try await bench.table.instances(of: commitment.id).map(\.result) == [
            .committed, .failed(.noSuchObjectInstance, "no such object"), .failed(.processingFailure, "the report does not mention it"),
        ])
    }

    @Test func aReportOfWhatWasNotAskedOfItsSenderIsRefused() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let (user, transaction) = try await asked([1], bench)
        for (transaction, title) in [(transaction, "MALLORY"), (UID("1.2.3")!, "VAULT")] {
            do {
                try await user.take(report(transaction, [1]), from: AETitle(title)!)
                Issue.record("taken from \(title)")
            } catch let fault as CommitmentFault {
                #expect(fault.status.rawValue == 0x0115)
            }
        }
        #expect(try await bench.table.commitments(transaction: transaction).map(\.state) == [.asking])
    }

    @Test func aPromiseMayBeTakenBackAndARefusalMayNot() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        let (user, transaction) = try await asked([1, 2], bench)
        try await user.take(report(transaction, [1], [2]), from: AETitle("VAULT")!)
        try await user.take(report(transaction, [2], [1]), from: AETitle("VAULT")!)
        let commitment = try #require(try await bench.table.commitments(transaction: transaction).first)
        #expect((commitment.committed, commitment.failed) == (0, 2))
    }

    @Test func manyObjectsAreAskedForInSeveralTransactions() async throws {
        let bench = try await CommitmentBench()
        defer { bench.remove() }
        _ = try await asked(Array(1...10_001), bench)
        #expect(try await bench.table.list(role: .user).map(\.total).sorted() == [1, 10_000])
    }
}
