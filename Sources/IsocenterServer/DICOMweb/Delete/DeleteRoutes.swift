import Archive
import DICOM
import Hummingbird

/// `DELETE` of a study, series or instance: the first step, which can be taken back (docs/develop/http-api.md).
struct DeleteRoutes: RouteSet {
    let archive: Archive
    /// For how many days what is deleted can be restored.
    let keeping: Int

    func add(to group: RouterGroup<RequestScope>) {
        for path in ["studies/:study", "studies/:study/series/:series", "studies/:study/series/:series/instances/:instance"] {
            group.delete(RouterPath(path)) { request, context in try await delete(request, context) }
        }
        for category in NonPatientCategory.allCases {
            group.delete(RouterPath("\(category.rawValue)/:instance")) { request, context in try await delete(category, request, context) }
        }
    }

    private func delete(_ request: Request, _ context: RequestScope) async throws -> Response {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .delete) else { throw HTTPFailure(.forbidden, "\(principal.name) may not delete") }
        let scope = DeletionScope(
            study: try context.uid("study"), series: context.parameters.get("series") == nil ? nil : try context.uid("series"),
            instance: context.parameters.get("instance") == nil ? nil : try context.uid("instance"))
        let (reason, comment) = try Self.why(request)
        let deletion = try await archive.delete(scope, reason: reason, comment: comment, by: principal.name, keeping: keeping, for: access, actor: context.actor)
        return JSONAnswer.response(DeletionAnswer(deletion))
    }

    /// Of no study: as nobody is kept from some of them, who may delete may delete any.
    private func delete(_ category: NonPatientCategory, _ request: Request, _ context: RequestScope) async throws -> Response {
        let principal = try context.caller()
        guard Policy.access(of: principal, for: .delete)?.isEverything == true else { throw HTTPFailure(.forbidden, "\(principal.name) may not delete") }
        let (reason, comment) = try Self.why(request)
        let deletion = try await archive.delete(
            try context.uid("instance"), of: category, reason: reason, comment: comment, by: principal.name, keeping: keeping, actor: context.actor)
        return JSONAnswer.response(DeletionAnswer(deletion))
    }

    private static func why(_ request: Request) throws -> (reason: Deletion.Reason, comment: String) {
        var reason = Deletion.Reason.other
        var comment = ""
        for (name, value) in QueryString.pairs(request.uri.query ?? "") {
            switch name {
            case "reason":
                guard let known = Deletion.Reason(rawValue: value) else {
                    throw HTTPFailure(.badRequest, "reason is \(Deletion.Reason.allCases.map(\.rawValue).joined(separator: ", ")), not '\(value)'")
                }
                reason = known
            case "comment":
                guard value.utf8.count <= longestComment else { throw HTTPFailure(.badRequest, "the comment is longer than \(longestComment) bytes") }
                comment = value
            default: throw HTTPFailure(.badRequest, "'\(name)' is no parameter of a deletion: there are reason and comment")
            }
        }
        return (reason, comment)
    }

    private static let longestComment = 4096
}
