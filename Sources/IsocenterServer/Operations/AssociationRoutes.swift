import Database
import Hummingbird
import Workflow

/// The log of associations, for administrators (docs/develop/http-api.md).
struct AssociationRoutes: APIRoutes {
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
        group.get("associations") { request, context in
            try Self.check(context)
            let query = Dictionary(QueryString.pairs(request.uri.query ?? ""), uniquingKeysWith: { _, last in last })
            func number(_ name: String) throws -> Int64? {
                guard let text = query[name], !text.isEmpty else { return nil }
                guard let number = Int64(text), number > 0 else { throw HTTPFailure(.badRequest, "\(name) is a positive number") }
                return number
            }
            let limit = min(Int(clamping: try number("limit") ?? 50), Self.largestLimit)
            var peer = query["peer"].flatMap { $0.isEmpty ? nil : $0 }
            if let name = peer, let known = try await peers.peer(named: name) { peer = known.aeTitle }
            let found = try await table.list(peer: peer, failed: query["failed"] == "true", before: try number("before"), limit: limit + 1)
            return JSONAnswer.response(List(
                associations: found.prefix(limit).map { AssociationDescription($0, ourTitle: ourTitle, withContexts: false) },
                next: found.count > limit ? found[limit - 1].id : nil))
        }
        group.get("associations/:id") { _, context in try await one(context) }
    }

    // A method: as a closure it crashes Swift 6.3's optimiser.
    private func one(_ context: RequestScope) async throws -> Response {
        try Self.check(context)
        guard let id = context.parameters.get("id").flatMap({ Int64($0) }) else { throw Self.unknown }
        let association = try await table.association(id)
        guard let association else { throw Self.unknown }
        return JSONAnswer.response(AssociationDescription(association, ourTitle: ourTitle, withContexts: true))
    }

    private static let unknown = HTTPFailure(.notFound, "there is no such association in the log")

    private static func check(_ context: RequestScope) throws {
        let principal = try context.caller()
        guard Policy.access(of: principal, for: .administer) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not administer") }
    }
}
