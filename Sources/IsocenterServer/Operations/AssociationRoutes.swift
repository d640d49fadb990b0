import Database
import Hummingbird
import Workflow

/// The log of associations, for administrators (docs/develop/http-api.md).
struct AssociationRoutes: RouteSet {
    let table: AssociationTable
    let peers: PeerTable
    let ourTitle: String
    private static let largestLimit = 500

    private struct List: Encodable {
        var associations: [AssociationDescription]
        /// For `before`; nil at the end.
        var next: Int64?
    }

    func add(to group: RouterGroup<RequestScope>) {
        // Methods: as closures they crash Swift 6.3's optimiser.
        group.get("associations") { request, context in try await list(request, context) }
        group.get("associations/:id") { _, context in try await one(context) }
    }

    private func list(_ request: Request, _ context: RequestScope) async throws -> Response {
        try context.mustAdminister()
        let query = Dictionary(QueryString.pairs(request.uri.query ?? ""), uniquingKeysWith: { _, last in last })
        let limit = min(Int(clamping: try Self.number("limit", query) ?? 50), Self.largestLimit)
        let before = try Self.number("before", query)
        var peer = query["peer"].flatMap { $0.isEmpty ? nil : $0 }
        if let name = peer {
            let known = try await peers.peer(named: name)
            peer = known?.aeTitle ?? name
        }
        let found = try await table.list(peer: peer, failed: query["failed"] == "true", before: before, limit: limit + 1)
        return JSONAnswer.response(List(
            associations: found.prefix(limit).map { AssociationDescription($0, ourTitle: ourTitle, withContexts: false) },
            next: found.count > limit ? found[limit - 1].id : nil))
    }

    private func one(_ context: RequestScope) async throws -> Response {
        try context.mustAdminister()
        let id = context.parameters.get("id").flatMap { Int64($0) } ?? 0
        let found = try await table.association(id)
        guard let found else { throw HTTPFailure(.notFound, "there is no such association in the log") }
        return JSONAnswer.response(AssociationDescription(found, ourTitle: ourTitle, withContexts: true))
    }

    private static func number(_ name: String, _ query: [String: String]) throws -> Int64? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let number = Int64(text), number > 0 else { throw HTTPFailure(.badRequest, "\(name) is a positive number") }
        return number
    }
}
