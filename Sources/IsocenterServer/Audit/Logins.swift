import Audit
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Tells the audit trail who logged in and out, and whose name, password or token was wrong (PS3.15 A.5.3.12). Outside the
/// authentication, which refuses them.
struct Logins: RouterMiddleware {
    typealias Context = RequestScope
    let trail: AuditTrail
    let authenticator: Authenticator

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        let path = request.uri.path.split(separator: "/").suffix(2)
        let isSession = path == ["api", "session"], isLogin = request.method == .post && (isSession || path == ["api", "setup"] || path == ["session", "passkey"])
        if isLogin { return try await login(request, context, next) }
        if isSession, request.method == .delete { return try await logout(request, context, next) }
        do {
            return try await next(request, context)
        } catch let failure as HTTPFailure where failure.status == .unauthorized && request.headers[.authorization] != nil {
            try await trail.recordOnce(event(.login, Self.claimed(request), context, failure))
            throw failure
        }
    }

    private func event(_ kind: AuditKind, _ user: String, _ context: RequestScope, _ failure: HTTPFailure? = nil) -> AuditEvent {
        AuditEvent(
            kind, by: AuditActor(user: user, address: context.address, door: .web, act: "\(context.id)"), outcome: failure == nil ? .success : .minorFailure,
            words: failure?.message ?? "")
    }

    private struct Named: Decodable { var name: String }

    private func login(_ request: Request, _ context: RequestScope, _ next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        var request = request
        let body: ByteBuffer
        do { body = try await request.body.collect(upTo: 64 << 10) } catch { throw HTTPFailure(.contentTooLarge, "the request is larger than 64 KiB") }
        request.body = RequestBody(buffer: body)
        // What is no such JSON names nobody, and is refused by the route.
        let user = (try? JSONDecoder().decode(Named.self, from: Data(body.readableBytesView)))?.name ?? ""
        do {
            let response = try await next(request, context)
            try await trail.record(event(.login, try await whose(response, to: request, context) ?? user, context))
            return response
        } catch let failure as HTTPFailure {
            try await trail.recordOnce(event(.login, String(user.prefix(64)), context, failure))
            throw failure
        }
    }

    /// Whose session an answer begins: a passkey says no name.
    private func whose(_ response: Response, to request: Request, _ context: RequestScope) async throws -> String? {
        guard let cookie = response.headers[.setCookie]?.split(separator: ";").first else { return nil }
        return try await holder(of: String(cookie), request, context)
    }

    /// Who a cookie stands for, whatever is asked with it.
    private func holder(of cookie: String, _ request: Request, _ context: RequestScope) async throws -> String? {
        var head = request.head
        head.method = .get
        head.headerFields[.authorization] = nil
        head.headerFields[.cookie] = cookie
        let principal = try await authenticator.principal(of: Request(head: head, body: RequestBody(buffer: ByteBuffer())), address: context.address)
        return principal?.name
    }

    private func logout(_ request: Request, _ context: RequestScope, _ next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        // Whose session it was is not known any more afterwards; a wrong one names nobody.
        let name = try await holder(of: request.headers[.cookie] ?? "", request, context)
        let response = try await next(request, context)
        if let name { try await trail.record(event(.logout, name, context)) }
        return response
    }

    /// The name in an Authorization header; "" of a token.
    private static func claimed(_ request: Request) -> String {
        let parts = (request.headers[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "basic", let data = Data(base64Encoded: String(parts[1]).trimmed),
            let colon = data.firstIndex(of: UInt8(ascii: ":"))
        else { return "" }
        return String(String(decoding: data[..<colon], as: UTF8.self).prefix(64))
    }
}
