import Archive
import Foundation
import Hummingbird

/// What was deleted: listed, restored, or purged before its time (docs/develop/http-api.md).
struct DeletionRoutes: RouteSet {
    let archive: Archive
    let purger: Purger

    func add(to group: RouterGroup<RequestScope>) {
        group.get("deletions") { request, context in try await list(request, context) }
        group.get("deletions/:id") { _, context in JSONAnswer.response(DeletionAnswer(try await deletion(context))) }
        group.post("deletions/:id/restore") { _, context in try await restore(context) }
        group.post("deletions/:id/purge") { _, context in try await purge(context) }
    }

    private func list(_ request: Request, _ context: RequestScope) async throws -> Response {
        try context.mustAdminister()
        let query = Dictionary(QueryString.pairs(request.uri.query ?? ""), uniquingKeysWith: { _, last in last })
        let states = try (query["state"] ?? "").split(separator: ",").map { word in
            guard let state = Deletion.State(rawValue: String(word)) else {
                throw HTTPFailure(.badRequest, "state is \(Deletion.State.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return state
        }
        let before = try query["before"].map { text in
            guard let id = Int64(text) else { throw HTTPFailure(.badRequest, "before is the number of a deletion") }
            return id
        }
        let found = try await archive.deletions(in: Set(states), before: before, limit: try Paging.limit(query["limit"]))
        return JSONAnswer.response(List(deletions: found.map(DeletionAnswer.init)))
    }

    private func restore(_ context: RequestScope) async throws -> Response {
        let deletion = try await open(context)
        let report = try await archive.restore(deletion.id, by: context.actor)
        return JSONAnswer.response(RestoreAnswer(
            restored: report.restored, refused: report.refused.map { .init(instance: $0.instance, reason: $0.reason) }))
    }

    /// Answered at once: the bytes go in the background.
    private func purge(_ context: RequestScope) async throws -> Response {
        let deletion = try await open(context)
        try await archive.purgeSoon(deletion.id, by: context.actor)
        purger.look()
        return Response(status: .accepted)
    }

    private func deletion(_ context: RequestScope) async throws -> Deletion {
        try context.mustAdminister()
        let id = context.parameters.get("id").flatMap { Int64($0) } ?? 0
        let deletion = try await archive.deletion(id)
        guard let deletion else { throw HTTPFailure(.notFound, "there is no such deletion") }
        return deletion
    }

    private func open(_ context: RequestScope) async throws -> Deletion {
        let deletion = try await deletion(context)
        guard deletion.state == .deleted else { throw HTTPFailure(.conflict, "deletion \(deletion.id) is \(deletion.state.rawValue) already") }
        return deletion
    }

    private struct List: Encodable { var deletions: [DeletionAnswer] }

    private struct RestoreAnswer: Encodable {
        struct Refused: Encodable {
            var instance: String
            var reason: String
        }
        var restored: Int
        var refused: [Refused]
    }
}

/// A deletion for the page and for `isocenter deletions --json`.
public struct DeletionAnswer: Encodable, Sendable {
    var id: Int64
    var studyInstanceUID: String
    var seriesInstanceUID: String?
    var sopInstanceUID: String?
    var description: String
    var reason: String
    var comment: String
    var user: String
    /// ISO 8601.
    var deleted: String
    var restorableUntil: String
    var instances: Int
    var bytes: Int64
    var state: String
    var ended: String?

    public init(_ deletion: Deletion) {
        func text(_ microseconds: Int64) -> String { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000).formatted(.iso8601) }
        id = deletion.id
        studyInstanceUID = deletion.study
        seriesInstanceUID = deletion.series.isEmpty ? nil : deletion.series
        sopInstanceUID = deletion.instance.isEmpty ? nil : deletion.instance
        description = deletion.description
        (reason, comment, user) = (deletion.reason.rawValue, deletion.comment, deletion.user)
        (deleted, restorableUntil) = (text(deletion.time), text(deletion.due))
        (instances, bytes) = (deletion.instances, deletion.bytes)
        state = deletion.state.rawValue
        ended = deletion.ended.map(text)
    }
}
