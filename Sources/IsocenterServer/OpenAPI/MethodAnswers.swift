import HTTPTypes
import Hummingbird

/// OPTIONS of every resource, and the refusal of methods that it does not have (RFC 9110 §9.3.7, §15.5.6). For what no route answers.
struct MethodAnswers: RouterMiddleware {
    typealias Context = RequestScope
    let index: OperationIndex

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPError where error.status == .notFound {
            let methods = index.methods(of: request.uri.path)
            guard !methods.isEmpty else { throw HTTPFailure(.notFound, "there is nothing here") }
            let allowed = methods.map(\.rawValue).joined(separator: ", ")
            if request.method == .options { return Response(status: .noContent, headers: [.allow: allowed]) }
            throw HTTPFailure(.methodNotAllowed, "this resource answers \(allowed)", headers: [.allow: allowed])
        }
    }
}
