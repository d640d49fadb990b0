import Foundation
import Hummingbird
import Workflow

/// What works beyond its request: seen, tried again, cancelled, forgotten (docs/develop/http-api.md).
struct JobRoutes: RouteSet {
    let jobs: JobTable

    func add(to group: RouterGroup<RequestScope>) {
        group.get("jobs") { request, context in
            try context.mustAdminister()
            let query = Dictionary(QueryString.pairs(request.uri.query ?? ""), uniquingKeysWith: { _, last in last })
            let states = try Self.states(query["state"])
            let kinds = Set((query["kind"] ?? "").split(separator: ",").map(String.init))
            let found = try await jobs.list(
                states: states, kinds: kinds, before: try Paging.before(query["before"]), limit: try Paging.limit(query["limit"]))
            return JSONAnswer.response(Jobs(jobs: found.map(JobAnswer.init)))
        }
        group.get("jobs/:id") { _, context in
            try context.mustAdminister()
            return JSONAnswer.response(JobAnswer(try await job(context)))
        }
        group.post("jobs/:id/cancel") { _, context in
            try await change(context, "has ended already") { try await jobs.cancel($0) }
        }
        group.post("jobs/:id/retry") { _, context in
            try await change(context, "runs or is done: only one that waits, failed or was cancelled is tried again") { try await jobs.retry($0) }
        }
        group.delete("jobs/:id") { _, context in
            try await change(context, "has not ended: cancel it first") { try await jobs.remove($0) }
        }
    }

    /// - Returns: the job as it is then; without content where it is no more.
    private func change(_ context: RequestScope, _ conflict: String, _ work: (Int64) async throws -> Bool) async throws -> Response {
        try context.mustAdminister()
        let job = try await job(context)
        guard try await work(job.id) else { throw HTTPFailure(.conflict, "job \(job.id) \(conflict)") }
        let now = try await jobs.job(job.id)
        guard let now else { return Response(status: .noContent) }
        return JSONAnswer.response(JobAnswer(now))
    }

    private func job(_ context: RequestScope) async throws -> Job {
        let id = context.parameters.get("id").flatMap { Int64($0) } ?? 0
        // On a line of its own: Swift 6.3's optimiser crashes where the awaited value is bound in a condition.
        let job = try await jobs.job(id)
        guard let job else { throw HTTPFailure(.notFound, "there is no such job") }
        return job
    }

    private static func states(_ text: String?) throws -> Set<Job.State> {
        Set(try (text ?? "").split(separator: ",").map { word in
            guard let state = Job.State(rawValue: String(word)) else { throw HTTPFailure(.badRequest, "state=\(word) is not known") }
            return state
        })
    }

    private struct Jobs: Encodable { var jobs: [JobAnswer] }
}

/// A job for the page and for `isocenter jobs --json`.
public struct JobAnswer: Encodable, Sendable {
    var id: Int64
    var kind: String
    var subject: String
    var group: String
    var state: String
    var cancelling: Bool
    var attempts: Int
    var due: String
    var done: Int
    var total: Int
    var message: String?
    var created: String
    var finished: String?

    public init(_ job: Job) {
        (id, kind, subject, group) = (job.id, job.kind, job.subject, job.group)
        (state, cancelling, attempts) = (job.state.rawValue, job.isCancelling, job.attempts)
        (done, total, message) = (job.done, job.total, job.message)
        due = job.due.formatted(.iso8601)
        created = job.created.formatted(.iso8601)
        finished = job.finished?.formatted(.iso8601)
    }
}

/// `limit` of lists that are paged by `before`.
enum Paging {
    /// The id of the last one seen; nil for the first page.
    static func before(_ text: String?) throws -> Int64? {
        guard let text, !text.isEmpty else { return nil }
        guard let id = Int64(text) else { throw HTTPFailure(.badRequest, "before is the id of the last one seen: a number") }
        return id
    }

    static func limit(_ text: String?) throws -> Int {
        guard let text else { return 100 }
        guard let limit = Int(text), (1...500).contains(limit) else { throw HTTPFailure(.badRequest, "limit is a number from 1 to 500") }
        return limit
    }
}
