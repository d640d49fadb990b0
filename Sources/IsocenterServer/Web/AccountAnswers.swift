import Foundation
import HTTPTypes
import Hummingbird

/// What is told of an account to its owner.
struct AccountAnswer: Encodable {
    struct Passkey: Encodable {
        var id: String
        var label: String
        var created: String
        var lastUsed: String?
    }

    var name: String
    var role: String
    var created: String
    /// One-time codes are asked for.
    var codes: Bool
    /// That are left.
    var recoveryCodes: Int
    var passkeys: [Passkey]
    /// A second factor is asked of this role.
    var secondFactorAsked: Bool
    var passwordLength: Int

    init(_ account: Accounts.Account, factors: Accounts.SecondFactors, passkeys: [Accounts.Passkey], isAsked: Bool, minimumLength: Int) {
        (name, role, created) = (account.name, account.role.rawValue, account.created.formatted(.iso8601))
        (codes, recoveryCodes) = (factors.hasCodes, factors.recoveryCodes)
        self.passkeys = passkeys.map { .init(id: $0.id, label: $0.label, created: $0.created.formatted(.iso8601), lastUsed: $0.lastUsed?.formatted(.iso8601)) }
        (secondFactorAsked, passwordLength) = (isAsked, minimumLength)
    }
}

/// A session, as told to its owner and to administrators.
struct SessionRow: Encodable {
    var id: String
    var user: String
    var created: String
    var lastUsed: String
    var address: String
    var device: String
    var proof: String
    /// The one that asks.
    var current: Bool

    init(_ session: Accounts.Session, isOurs principal: Principal) {
        (id, user, created, lastUsed) = (session.id, session.account, session.created.formatted(.iso8601), session.lastUsed.formatted(.iso8601))
        (address, device, proof) = (session.address, session.device, session.proof)
        current = principal.sessionHash?.hasPrefix(session.id) == true
    }
}

/// A token, without what would let it be used.
struct TokenRow: Encodable {
    var id: String
    var user: String
    var label: String
    var created: String
    var expires: String?
    /// nil: all that the account may.
    var actions: [String]?
    var view: [String]
    var sources: [String]
    var lastUsed: String?
    var lastAddress: String?

    init(_ token: Accounts.Token) {
        (id, user, label, created) = (token.id, token.account, token.label, token.created.formatted(.iso8601))
        (expires, lastUsed, lastAddress) = (token.expires?.formatted(.iso8601), token.lastUsed?.formatted(.iso8601), token.lastAddress)
        (actions, view, sources) = (token.scope.actions?.map(\.rawValue).sorted(), token.scope.view, token.scope.sources)
    }
}

/// A token as it is asked for.
struct NewToken: Decodable {
    var user: String?
    var label: String?
    var days: Int?
    var actions: [String]?
    var view: [String]?
    var sources: [String]?

    struct Made: Encodable {
        var token: String
    }

    func make(for name: String, _ accounts: Accounts) async throws -> Response {
        if let days, !(1...3650).contains(days) { throw HTTPFailure(.badRequest, "a token lives 1 to 3650 days") }
        var allowed: Set<Action>?
        if let actions {
            allowed = []
            for word in actions {
                guard let action = Action(rawValue: word), action != .manageAccounts else {
                    throw HTTPFailure(.badRequest, "'\(word)' is nothing that a token can be given: \(Action.grantable.map(\.rawValue).joined(separator: ", "))")
                }
                allowed?.insert(action)
            }
        }
        let scope = TokenScope(actions: allowed, view: view ?? [], sources: sources ?? [])
        return try await AccountFailure.translated {
            let secret = try await accounts.addToken(for: name, label: label ?? "", lifetime: days, scope: scope)
            return JSONAnswer.response(Made(token: secret), status: .created)
        }
    }
}
