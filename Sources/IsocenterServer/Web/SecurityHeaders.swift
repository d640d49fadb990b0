import HTTPTypes
import Hummingbird

/// Headers that keep a browser from doing what the page never asks for.
struct SecurityHeaders: RouterMiddleware {
    typealias Context = RequestScope

    private static let fields: HTTPFields = {
        var fields = HTTPFields()
        fields[.contentSecurityPolicy] = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; img-src 'self' blob: data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
        fields[.xContentTypeOptions] = "nosniff"
        if let name = HTTPField.Name("Referrer-Policy") { fields[name] = "no-referrer" }
        if let name = HTTPField.Name("Cross-Origin-Opener-Policy") { fields[name] = "same-origin" }
        if let name = HTTPField.Name("Permissions-Policy") { fields[name] = "camera=(), microphone=(), geolocation=()" }
        return fields
    }()

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as any HTTPResponseError {
            response = try error.response(from: request, context: context)
        }
        Self.add(to: &response)
        return response
    }

    static func add(to response: inout Response) {
        for field in fields where response.headers[field.name] == nil { response.headers[field.name] = field.value }
    }
}
