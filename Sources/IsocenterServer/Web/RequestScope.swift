import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOHTTPTypes

/// What travels with an HTTP request: who asks, and from where.
struct RequestScope: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Set by ``Authentication``; nil on the paths that need none.
    var principal: Principal?
    /// Of the client: what a proxy in front of us says, where there is one.
    var address: String
    let channel: any Channel
    /// Whether the caller may go on with what takes long.
    var stands: @Sendable () async throws -> Bool = { true }

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
        address = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}

extension RequestScope {
    /// The caller, who must have been authenticated.
    func caller() throws -> Principal {
        guard let principal else { throw HTTPFailure(.unauthorized, "log in first") }
        return principal
    }

    /// Tells a client that waits for it to send its body (RFC 9110 §10.1.1): called once nothing is refused any more by what is known without it.
    func continueIfExpected(_ request: Request) async throws {
        guard request.headers[.expect]?.lowercased() == "100-continue" else { return }
        try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue)))
    }

    /// - Throws: 403 for a token that was narrowed: what somebody keeps for the own work is no part of what it was given.
    func mustActForAll() throws {
        let principal = try caller()
        guard principal.grant == nil else { throw HTTPFailure(.forbidden, "a token of \(principal.name) that was narrowed may not do this") }
    }

    /// - Throws: 403 unless the caller may change accounts.
    func mustManageAccounts() throws {
        let principal = try caller()
        guard Policy.access(of: principal, for: .manageAccounts) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not change accounts") }
    }

    /// - Throws: 403 unless the caller may administer.
    func mustAdminister() throws {
        let principal = try caller()
        guard Policy.access(of: principal, for: .administer) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not administer") }
    }
}
