import HTTPTypes
import Hummingbird
import Workflow

/// Takes in what a reverse proxy in front of us says of a request, before any route is looked for: where the client sees us, and
/// who it is. What others than the known proxies say of that is not believed.
///
/// After it `Request.publicURL` and `RequestScope.address` are right, and the path is without the prefix, whether the proxy took that
/// off or not.
struct BehindProxy<Next: HTTPResponder>: HTTPResponder where Next.Context == RequestScope {
    let next: Next
    /// The setting's; nil: as the proxy or the request says.
    let publicURL: PublicURL?
    let proxies: [AddressRange]

    init(_ next: Next, _ settings: Settings) {
        self.next = next
        publicURL = PublicURL(settings[Settings.httpPublicURL])
        proxies = settings[Settings.httpProxies].compactMap { AddressRange($0) }
    }

    func respond(to request: Request, context: RequestScope) async throws -> Response {
        var context = context
        let isProxy = proxies.contains { $0.contains(context.address) }
        if isProxy, let address = client(of: request) { context.address = address }
        guard let url = publicURL ?? PublicURL(of: request, isProxied: isProxy) else {
            var refusal = try HTTPFailure(.badRequest, "the Host header, or what a proxy says in its place, cannot be a host").response(from: request, context: context)
            SecurityHeaders.add(to: &refusal)
            return refusal
        }
        var request = request
        if !url.prefix.isEmpty {
            let path = request.uri.path
            // The page's own links are relative: they need the slash.
            if path == url.prefix { return Response(status: .permanentRedirect, headers: [.location: url.prefix + "/"]) }
            if path.hasPrefix(url.prefix + "/") { request = request.without(prefix: url.prefix) }
        }
        let response = try await next.respond(to: request.seen(as: url), context: context)
        // An answer to HEAD has no body, also where it is a refusal.
        return request.method == .head ? response.createHeadResponse() : response
    }

    /// The last address that none of the known proxies has: those before it may be anything.
    private func client(of request: Request) -> String? {
        let hops = request.headers[values: .xForwardedFor].flatMap { $0.split(separator: ",") }.map { Self.address($0.trimmed) }
        var client: String?
        for hop in hops.reversed() {
            guard AddressRange(hop) != nil else { break }
            client = hop
            if !proxies.contains(where: { $0.contains(hop) }) { break }
        }
        return client
    }

    /// Without a port: `10.0.0.7:4711`, `[fd00::7]:4711`.
    private static func address(_ text: String) -> String {
        if text.hasPrefix("[") { return String(text.dropFirst().prefix { $0 != "]" }) }
        return text.split(separator: ":", omittingEmptySubsequences: false).count == 2 ? String(text.prefix { $0 != ":" }) : text
    }
}

extension PublicURL {
    /// What the request says of where it went; nil where that cannot be.
    init?(of request: Request, isProxied: Bool) {
        func said(_ name: HTTPField.Name) -> String? {
            isProxied ? request.headers[name]?.split(separator: ",").first?.trimmed : nil
        }
        guard let prefix = Self.prefix(said(.xForwardedPrefix) ?? "") else { return nil }
        self.init(
            scheme: (said(.xForwardedProto) ?? request.head.scheme ?? "http").lowercased(), authority: said(.xForwardedHost) ?? request.head.authority ?? "localhost",
            prefix: prefix)
    }
}

extension Request {
    /// With the forwarded fields saying just this, or absent where the request itself says it.
    fileprivate func seen(as url: PublicURL) -> Request {
        let isSaid = [.xForwardedProto, .xForwardedHost, .xForwardedPrefix].contains { headers.contains($0) }
        guard isSaid || url != PublicURL(of: self, isProxied: false) else { return self }
        var head = head
        head.headerFields[.xForwardedProto] = url.scheme
        head.headerFields[.xForwardedHost] = url.authority
        head.headerFields[.xForwardedPrefix] = url.prefix
        return Request(head: head, body: body)
    }

    fileprivate func without(prefix: String) -> Request {
        guard let path = head.path, path.hasPrefix(prefix) else { return self }
        var head = head
        head.path = String(path.dropFirst(prefix.count))
        return Request(head: head, body: body)
    }

    /// Where the client sees us, as ``BehindProxy`` found; nothing else is left in the fields.
    var publicURL: PublicURL? { PublicURL(of: self, isProxied: true) }

    /// Where the client sees the application: `https://host/prefix`.
    var applicationRoot: String { publicURL?.text ?? "http://localhost" }
}

extension HTTPField.Name {
    static let xForwardedFor = Self("X-Forwarded-For")!
    static let xForwardedProto = Self("X-Forwarded-Proto")!
    static let xForwardedHost = Self("X-Forwarded-Host")!
    static let xForwardedPrefix = Self("X-Forwarded-Prefix")!
}
