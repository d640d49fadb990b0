import HTTPTypes
import Hummingbird

/// Puts the caller into the request's scope; refuses callers nobody knows. By path, before any route is looked for: nobody learns
/// from an answer which routes there are.
struct Authentication: RouterMiddleware {
    typealias Context = RequestScope
    let authenticator: Authenticator

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        guard Self.isGuarded(request.uri.path) else { return try await next(request, context) }
        var context = context
        guard let principal = try await authenticator.principal(of: request, address: context.address) else {
            throw HTTPFailure(.unauthorized, "log in first", headers: [.wwwAuthenticate: Self.challenge(for: request)])
        }
        // The policy refuses it all the same; here it is said why.
        guard !principal.lacksSecondFactor || Self.isAccount(request.uri.path) else { throw HTTPFailure(.forbidden, "set up a second factor first") }
        context.principal = principal
        context.stands = { [authenticator] in try await authenticator.stands(principal) }
        return try await next(request, context)
    }

    /// All of the API and DICOMweb but the way in.
    static func isGuarded(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        switch parts.first {
        case "dicom-web", "wado": return true
        case "api": return parts.count < 2 || parts[1] != "session" && parts[1] != "setup"
        default: return false
        }
    }

    /// Where somebody sets up what is lacking.
    static func isAccount(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        return parts.count >= 2 && parts[0] == "api" && parts[1] == "account"
    }

    /// A browser's page has a login of its own: offered Basic, the browser would put its own window in front of it.
    private static func challenge(for request: Request) -> String {
        let isPage = HTTPField.Name("Sec-Fetch-Mode").flatMap { request.headers[$0] } != nil
        return isPage ? "Bearer realm=\"isocenter\"" : "Basic realm=\"isocenter\", charset=\"UTF-8\""
    }
}
