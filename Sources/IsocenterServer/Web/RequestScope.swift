import Hummingbird
import Logging
import NIOCore

/// What travels with an HTTP request: who asks, and from where.
struct RequestScope: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// Set by ``Authentication``; nil on the paths that need none.
    var principal: Principal?
    /// Of the client: what a proxy in front of us says, where there is one.
    var address: String

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        address = source.channel.remoteAddress?.ipAddress ?? "unknown"
    }
}

extension RequestScope {
    /// The caller, who must have been authenticated.
    func caller() throws -> Principal {
        guard let principal else { throw HTTPFailure(.unauthorized, "log in first") }
        return principal
    }

    /// - Throws: 403 unless the caller may administer.
    func mustAdminister() throws {
        let principal = try caller()
        guard Policy.access(of: principal, for: .administer) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not administer") }
    }
}
