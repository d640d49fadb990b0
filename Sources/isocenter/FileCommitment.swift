import DICOM
import DICOMNetwork
import Foundation
import Logging
import Synchronization
import Workflow

/// A request for storage commitment that this process makes and whose report it waits for.
struct FileCommitment: Sendable {
    let node: Node
    /// For the report.
    let wait: Duration
    /// Where the node may open an association for the report; nil: it can only use ours.
    let port: Int?

    /// - Throws: `Failure` where the node did not take the request.
    func ask(for references: [SOPReference]) async throws -> [CommitmentInstance] {
        let awaited = AwaitedReport(CommitmentRequest(transaction: .random(), references: references))
        let listener = try await listener()
        try await withThrowingTaskGroup(of: Void.self) { group in
            if let listener {
                group.addTask {
                    await listener.run { association in
                        for try await message in association.messages { try await awaited.answer(message, on: association) }
                    }
                }
            }
            do { try await node.speaking { try await ask($0, awaited) } } catch {
                group.cancelAll()
                await listener?.shutDown()
                throw error
            }
            await listener?.shutDown()
            try await group.waitForAll()
        }
        return awaited.instances
    }

    private func ask(_ requestor: Requestor, _ awaited: AwaitedReport) async throws {
        let end = ContinuousClock.now + wait
        let association = try await requestor.connect([StorageCommitment.proposal])
        let response = try await association.requestCommitment(awaited.request)
        guard response.status.category == .success || response.status.category == .warning else {
            let words = response.command.errorComment ?? response.status.meaning()
            throw Failure("\(node.description) refused: \(response.status)\(words.map { ": \($0)" } ?? "")")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try await association.reports(within: wait) { message in
                    try await awaited.answer(message, on: association)
                    return awaited.isHere
                }
                // The node has ended our association, and may open its own.
                if port != nil { await awaited.come(until: end) }
            }
            group.addTask { await awaited.come(until: end) }
            // Either way: it has come, or the time is over; without a port also where our association is.
            try await group.next()
            group.cancelAll()
        }
        if association.end == nil { try? await association.release() }  // What was to be known is known.
    }

    private func listener() async throws -> Listener? {
        guard let port else { return nil }
        let policy = NegotiationPolicy { $0 == StorageCommitment.sopClass ? .supported(.littleEndian, scp: false, scu: true) : .notSupported }
        do {
            return try await Listener.bind(host: "0.0.0.0", port: port, limits: NetworkLimits(), logger: makeLogger("commit"), policy: { _, _ in policy })
        } catch {
            throw Failure("\(error)")
        }
    }
}

/// The report of one transaction, whichever way it comes.
private final class AwaitedReport: Sendable {
    let request: CommitmentRequest
    private let report = Mutex<CommitmentReport?>(nil)
    private let logger = makeLogger("commit")

    init(_ request: CommitmentRequest) { self.request = request }

    var isHere: Bool { report.withLock { $0 != nil } }

    func answer(_ message: IncomingMessage, on association: Association) async throws {
        guard message.command.field == .nEventReportRequest else {
            if let response = message.command.response(.unrecognizedOperation) { try await association.send(response, in: message.context) }
            return
        }
        _ = try await association.answer(message, logger) { report in
            guard report.transaction == self.request.transaction else { throw CommitmentFault(.invalidArgumentValue, "no such transaction was asked") }
            self.report.withLock { $0 = report }
        }
    }

    /// Returns when it is here, the time is over, or the task is cancelled.
    func come(until end: ContinuousClock.Instant) async {
        while !isHere, ContinuousClock.now < end, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }  // Cancelled: seen above.
    }

    var instances: [CommitmentInstance] {
        let results = report.withLock { $0?.results(for: request.references) } ?? request.references.map { _ in .pending }
        return zip(request.references, results).map { CommitmentInstance(reference: $0, result: $1) }
    }
}

extension FileCommitment {
    /// One object as JSON.
    struct Answer: Encodable {
        var sopClassUID: String
        var sopInstanceUID: String
        var result: String
        var words: String?

        init(_ instance: CommitmentInstance) {
            (sopClassUID, sopInstanceUID) = (instance.reference.sopClass.text, instance.reference.sopInstance.text)
            switch instance.result {
            case .pending: result = "pending"
            case .committed: result = "committed"
            case .failed(_, let words): (result, self.words) = ("failed", words)
            }
        }
    }
}
