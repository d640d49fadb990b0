import Foundation
import HTTPTypes
import Hummingbird

/// One-time codes and recovery codes of the own account.
struct SecondFactorRoutes: RouteSet {
    let authenticator: Authenticator
    private var accounts: Accounts { authenticator.accounts }

    func add(to group: RouterGroup<RequestScope>) {
        group.post("account/codes") { request, context in
            let principal = try context.provenAccount()
            let secret = try await AccountFailure.translated { try await accounts.beginOneTimeCodes(of: principal.name, box: authenticator.box) }
            let host = request.publicURL.map { String($0.authority.prefix { $0 != ":" }) } ?? ""
            let issuer = host.isEmpty || host == "localhost" || host.hasPrefix("[") ? "Isocenter" : "Isocenter \(host)"
            return JSONAnswer.response(Begun(secret: Base32.encode(secret), uri: OneTimeCode.uri(secret: secret, account: principal.name, issuer: issuer)), status: .created)
        }
        group.put("account/codes") { request, context in
            let principal = try context.provenAccount()
            let keys = ["name \(principal.name)"]
            try authenticator.mayTry(keys)
            let body = try await SessionRoutes.body(Code.self, of: request)
            guard try await accounts.confirmOneTimeCodes(of: principal.name, code: body.code.filter { $0 != " " }, box: authenticator.box) else {
                authenticator.attempts.withLock { $0.fail(keys, at: Authenticator.monotonic) }
                throw HTTPFailure(.conflict, "the code is wrong: is the clock of the device right?")
            }
            // Whoever is logged in by the password alone is not any more; this session has shown a code.
            try await accounts.removeSessions(of: principal.name, but: principal.sessionHash)
            if let hash = principal.sessionHash { try await accounts.setProof(.code, session: hash) }
            return JSONAnswer.response(Recovery(recoveryCodes: try await accounts.makeRecoveryCodes(of: principal.name)))
        }
        group.delete("account/codes") { _, context in
            let principal = try context.provenAccount()
            let factors = try await accounts.secondFactors(of: principal.name)
            guard factors.passkeys > 0 || !factors.hasCodes || !authenticator.secondFactor.asks(principal.role) else { throw HTTPFailure.lastFactor }
            try await accounts.removeOneTimeCodes(of: principal.name)
            return Response(status: .noContent)
        }
        group.post("account/recovery-codes") { _, context in
            let principal = try context.provenAccount()
            guard try await accounts.secondFactors(of: principal.name).isSet else { throw HTTPFailure(.conflict, "there is no second factor for which they could stand in") }
            return JSONAnswer.response(Recovery(recoveryCodes: try await accounts.makeRecoveryCodes(of: principal.name)))
        }
    }

    private struct Begun: Encodable {
        var secret: String
        var uri: String
    }

    private struct Code: Decodable {
        var code: String
    }

    struct Recovery: Encodable {
        var recoveryCodes: [String]
    }
}

extension HTTPFailure {
    static var lastFactor: Self { Self(.conflict, "a second factor is asked of you: set up another before you remove the last") }
}
