import Foundation
import HTTPTypes
import Hummingbird

/// `/api/account`: what everyone may see and change of the own account (docs/develop/http-api.md).
struct AccountRoutes: RouteSet {
    let authenticator: Authenticator
    private var accounts: Accounts { authenticator.accounts }

    func add(to group: RouterGroup<RequestScope>) {
        group.get("account") { _, context in
            let principal = try context.ownAccount()
            guard let account = try await accounts.account(principal.name) else { throw HTTPFailure(.notFound, "there is no such account") }
            return JSONAnswer.response(AccountAnswer(
                account, factors: try await accounts.secondFactors(of: principal.name), passkeys: try await accounts.passkeys(of: principal.name),
                isAsked: authenticator.secondFactor.asks(principal.role), minimumLength: accounts.rules.minimumLength))
        }
        group.post("account/proof") { request, context in
            let principal = try context.ownAccount()
            guard case .session(let hash, let login, _) = principal.proof else { throw HTTPFailure(.conflict, "there is no session whose proof could be renewed") }
            let body = try await SessionRoutes.body(Proof.self, of: request)
            let proof = try await authenticator.prove(principal, password: body.password, code: body.code, address: context.address)
            try await accounts.renewProof(session: hash)
            if proof.isStrong && !login.isStrong { try await accounts.setProof(proof, session: hash) }
            return Response(status: .noContent)
        }
        group.put("account/password") { request, context in
            let principal = try context.ownAccount()
            let body = try await SessionRoutes.body(NewPassword.self, of: request)
            // The old one is asked for each time, whatever was proven before. A code is not: the session is there by one.
            try await checkPassword(of: principal, body.password, context)
            try await AccountFailure.translated { try await accounts.setPassword(body.newPassword, of: principal.name, keeping: principal.sessionHash) }
            return Response(status: .noContent)
        }
        addSessions(to: group)
        addTokens(to: group)
    }

    private func checkPassword(of principal: Principal, _ password: String, _ context: RequestScope) async throws {
        do {
            _ = try await authenticator.login(name: principal.name, password: password, code: nil, address: context.address)
        } catch is SecondFactorNeeded {
            // The password was right.
        } catch let failure as HTTPFailure where failure.status == .unauthorized {
            throw HTTPFailure(.forbidden, "the password so far is wrong")
        }
    }

    private func addSessions(to group: RouterGroup<RequestScope>) {
        group.get("account/sessions") { _, context in
            let principal = try context.ownAccount()
            return JSONAnswer.response(["sessions": try await accounts.sessions(of: principal.name).map { SessionRow($0, isOurs: principal) }])
        }
        group.delete("account/sessions") { _, context in
            let principal = try context.ownAccount()
            return JSONAnswer.response(["ended": try await accounts.removeSessions(of: principal.name, but: principal.sessionHash)])
        }
        group.delete("account/sessions/:session") { _, context in
            let principal = try context.ownAccount()
            try await AccountFailure.translated { try await accounts.removeSession(id: try context.parameter("session"), of: principal.name) }
            return Response(status: .noContent)
        }
    }

    private func addTokens(to group: RouterGroup<RequestScope>) {
        group.get("account/tokens") { _, context in
            let principal = try context.ownAccount()
            return JSONAnswer.response(["tokens": try await accounts.tokens(of: principal.name).map(TokenRow.init)])
        }
        group.post("account/tokens") { request, context in
            let principal = try context.provenAccount()
            // It would go around what is lacking.
            guard !principal.lacksSecondFactor else { throw HTTPFailure(.forbidden, "set up a second factor first") }
            let body = try await SessionRoutes.body(NewToken.self, of: request)
            return try await body.make(for: principal.name, accounts)
        }
        group.delete("account/tokens/:token") { _, context in
            let principal = try context.ownAccount()
            try await AccountFailure.translated { try await accounts.removeToken(id: try context.parameter("token"), of: principal.name) }
            return Response(status: .noContent)
        }
    }

    private struct Proof: Decodable {
        var password: String
        var code: String?
    }

    private struct NewPassword: Decodable {
        var password: String
        var newPassword: String
    }
}

extension RequestScope {
    /// How long a login, or a password said again, is good for what would lock its owner out.
    static let proofLifetime = 600

    /// The caller as a person: a token must not change the account that it comes from.
    func ownAccount() throws -> Principal {
        let principal = try caller()
        switch principal.proof {
        case .session, .password: return principal
        case .token, .other: throw HTTPFailure(.forbidden, "an account is changed by whoever logs in to it, not by a token")
        }
    }

    /// As `ownAccount`, with a proof that is not older than some minutes.
    func provenAccount() throws -> Principal {
        let principal = try ownAccount()
        try Self.mustBeProven(principal)
        return principal
    }

    /// - Throws: `ProofNeeded` where a session's login was long ago: somebody else may sit there.
    static func mustBeProven(_ principal: Principal) throws {
        if case .session(_, _, let proven) = principal.proof, Accounts.now - proven > proofLifetime { throw ProofNeeded() }
    }

    /// - Throws: 400 where the path cannot be read.
    func parameter(_ name: String) throws -> String {
        guard let text = parameters.get(name), let value = text.removingPercentEncoding else { throw HTTPFailure(.badRequest, "the path is malformed") }
        return value
    }
}

extension Principal {
    /// nil where it did not come by a session.
    var sessionHash: String? { if case .session(let hash, _, _) = proof { hash } else { nil } }
}

/// The password has to be said again.
struct ProofNeeded: HTTPResponseError {
    var status: HTTPResponse.Status { .forbidden }

    private struct Body: Encodable {
        var error = "say your password again"
        var needs = ["proof"]
    }

    func response(from request: Request, context: some RequestContext) throws -> Response { JSONAnswer.response(Body(), status: status) }
}
