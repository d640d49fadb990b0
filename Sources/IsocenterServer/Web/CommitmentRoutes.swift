import DICOM
import Foundation
import Hummingbird
import Workflow

/// Storage commitments of peers and of our own, with their results (docs/develop/http-api.md).
struct CommitmentRoutes: RouteSet {
    let table: CommitmentTable

    func add(to group: RouterGroup<RequestScope>) {
        group.get("commitments") { request, context in
            try context.mustAdminister()
            let query = Dictionary(QueryString.pairs(request.uri.query ?? ""), uniquingKeysWith: { _, last in last })
            let role = try query["role"].map { text in
                guard let role = Commitment.Role(rawValue: text) else { throw HTTPFailure(.badRequest, "role is provider or user") }
                return role
            }
            let found = try await table.list(role: role, before: try Paging.before(query["before"]), limit: try Paging.limit(query["limit"]))
            return JSONAnswer.response(List(commitments: found.map { CommitmentAnswer($0) }))
        }
        group.get("commitments/:transaction") { _, context in
            try context.mustAdminister()
            let found = try await table.commitments(transaction: try context.uid("transaction"))
            guard !found.isEmpty else { throw HTTPFailure(.notFound, "there is no such transaction") }
            var answers: [CommitmentAnswer] = []
            for commitment in found { answers.append(CommitmentAnswer(commitment, try await table.instances(of: commitment.id))) }
            return JSONAnswer.response(List(commitments: answers))
        }
    }

    private struct List: Encodable { var commitments: [CommitmentAnswer] }
}

/// A commitment for the page and for `isocenter commit --json`.
public struct CommitmentAnswer: Encodable, Sendable {
    struct Instance: Encodable, Sendable {
        var sopClassUID: String
        var sopInstanceUID: String
        /// `pending`, `committed` or `failed`.
        var result: String
        /// Failure Reason (0008,1197) in hexadecimal, and in words.
        var reason: String?
        var words: String?

        init(_ instance: CommitmentInstance) {
            (sopClassUID, sopInstanceUID) = (instance.reference.sopClass.text, instance.reference.sopInstance.text)
            switch instance.result {
            case .pending: result = "pending"
            case .committed: result = "committed"
            case .failed(let reason, let words):
                result = "failed"
                self.reason = (String(repeating: "0", count: 4) + String(reason.rawValue, radix: 16, uppercase: true)).suffix(4).description
                self.words = words
            }
        }
    }

    var id: Int64
    var role: String
    var transactionUID: String
    var peer: String
    var aeTitle: String
    var ourAETitle: String
    var state: String
    var message: String?
    var total: Int
    var committed: Int
    var failed: Int
    var created: String
    var since: String
    var job: Int64
    /// Of one commitment, not in lists.
    var instances: [Instance]?

    public init(_ commitment: Commitment, _ instances: [CommitmentInstance]? = nil) {
        (id, role, transactionUID) = (commitment.id, commitment.role.rawValue, commitment.transaction.text)
        (peer, aeTitle, ourAETitle) = (commitment.peer, commitment.aeTitle, commitment.ourTitle)
        (state, message, job) = (commitment.state.rawValue, commitment.message, commitment.job)
        (total, committed, failed) = (commitment.total, commitment.committed, commitment.failed)
        created = commitment.created.formatted(.iso8601)
        since = commitment.since.formatted(.iso8601)
        self.instances = instances?.map(Instance.init)
    }
}
