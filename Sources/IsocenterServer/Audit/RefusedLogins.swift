import Audit
import Foundation
import HTTPTypes
import Hummingbird

/// Tells the audit trail of requests whose name, password or token was wrong. Outside the authentication, which refuses them.
struct RefusedLogins: RouterMiddleware {
    typealias Context = RequestScope
    let trail: AuditTrail

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let failure as HTTPFailure where failure.status == .unauthorized && request.headers[.authorization] != nil {
            let actor = AuditActor(user: Self.claimed(request), address: context.address, door: .web, act: "\(context.id)")
            try await trail.recordOnce(AuditEvent(.login, by: actor, outcome: .minorFailure, words: failure.message))
            throw failure
        }
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
