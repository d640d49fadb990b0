import HTTPTypes
import Hummingbird

/// Lets pages of other origins use DICOMweb and the API from a browser (Fetch Standard §3.3): those of the setting, none by default.
///
/// An origin that is named may send what the browser keeps for us; `*` allows all origins and no credentials but a token that the
/// page itself sends. Writes with the session cookie stay with our own page in any case. Around everything: refusals too must be
/// readable.
struct CrossOrigin: RouterMiddleware {
    typealias Context = RequestScope
    private let origins: Set<String>
    private let allowsAll: Bool

    init(_ origins: [String]) {
        self.origins = Set(origins.map { $0.lowercased() })
        allowsAll = origins.contains("*")
    }

    /// `*`, or as browsers write an origin: scheme, host, and port where it is not the scheme's own.
    static func isOrigin(_ text: String) -> Bool {
        if text == "*" { return true }
        guard let url = PublicURL(text) else { return false }
        return url.prefix.isEmpty && !text.hasSuffix("/")
    }

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        guard allowsAll || !origins.isEmpty else { return try await next(request, context) }
        guard let origin = request.headers[.origin], let allowed = allowed(origin) else { return Self.varying(try await next(request, context)) }
        let isPreflight = request.method == .options && request.headers[.accessControlRequestMethod] != nil
        var response = isPreflight ? Response(status: .noContent, headers: Self.preflight) : try await next(request, context)
        response.headers[.accessControlAllowOrigin] = allowed
        if allowed != "*" { response.headers[.accessControlAllowCredentials] = "true" }
        if !isPreflight { response.headers[.accessControlExposeHeaders] = Self.exposed }
        return Self.varying(response)
    }

    private func allowed(_ origin: String) -> String? { origins.contains(origin.lowercased()) ? origin : allowsAll ? "*" : nil }

    /// Caches keep the answers for different origins apart.
    private static func varying(_ response: Response) -> Response {
        var response = response
        response.headers.append(HTTPField(name: .vary, value: "Origin"))
        return response
    }

    /// What pages may read beside what every page may.
    private static let exposed = [
        "Accept-Ranges", "Allow", "Content-Disposition", "Content-Encoding", "Content-Location", "Content-Range", "ETag", "Link", "Location",
        "Retry-After", "Upload-Complete", "Upload-Length", "Upload-Offset", "Warning", "WWW-Authenticate", "X-Photometric-Interpretation", "X-Total-Count",
    ].joined(separator: ", ")

    private static let preflight: HTTPFields = [
        .accessControlAllowMethods: "GET, HEAD, POST, PUT, PATCH, DELETE",
        .accessControlAllowHeaders: "Accept, Authorization, Content-Disposition, Content-Location, Content-Range, Content-Type, If-Match, If-None-Match, If-Range, Range, Upload-Offset",
        .accessControlMaxAge: "7200",
    ]
}
