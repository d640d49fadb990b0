import Foundation
import HTTPTypes
import Hummingbird

/// Users, everybody's sessions and tokens, for whoever may change accounts.
struct UserRoutes: RouteSet {
    let authenticator: Authenticator
    private var accounts: Accounts { authenticator.accounts }

    func add(to group: RouterGroup<RequestScope>) {
        addUsers(to: group)
        addSessions(to: group)
        addTokens(to: group)
    }

    private func addUsers(to group: RouterGroup<RequestScope>) {
        group.get("users") { _, context in
            try context.mustManageAccounts()
            return JSONAnswer.response(UsersAnswer(users: try await accounts.list().map(UserRow.init), roles: Role.ofAccounts.map(\.rawValue), secondFactor: authenticator.secondFactor.rawValue, passwordLength: accounts.rules.minimumLength))
        }
        group.post("users") { request, context in
            try Self.mustChange(context)
            let body = try await SessionRoutes.body(NewUser.self, of: request)
            let role = try Self.role(body.role ?? Role.user.rawValue)
            guard let kind = Accounts.Kind(rawValue: body.kind ?? Accounts.Kind.person.rawValue) else { throw HTTPFailure(.badRequest, "'\(body.kind ?? "")' is not person or service") }
            return try await AccountFailure.translated {
                switch kind {
                case .person: try await accounts.add(name: body.name, role: role, password: body.password ?? "")
                case .service:
                    guard body.password == nil else { throw HTTPFailure(.badRequest, "a service account has no password: make a token for it") }
                    try await accounts.addService(name: body.name, role: role)
                }
                return try await answer(body.name, .created)
            }
        }
        group.get("users/:user") { _, context in
            try context.mustManageAccounts()
            return try await answer(try context.parameter("user"), .ok)
        }
        group.patch("users/:user") { request, context in
            try Self.mustChange(context)
            let name = try context.parameter("user")
            let body = try await SessionRoutes.body(ChangedUser.self, of: request)
            let role = try body.role.map(Self.role)
            return try await AccountFailure.translated {
                if let role { try await accounts.setRole(role, of: name) }
                if let blocked = body.blocked { try await accounts.setBlocked(blocked, of: name) }
                if let password = body.password { try await accounts.setPassword(password, of: name) }
                return try await answer(name, .ok)
            }
        }
        group.delete("users/:user") { _, context in
            try Self.mustChange(context)
            try await AccountFailure.translated { try await accounts.remove(name: try context.parameter("user")) }
            return Response(status: .noContent)
        }
        group.delete("users/:user/second-factors") { _, context in
            try Self.mustChange(context)
            try await AccountFailure.translated { try await accounts.removeSecondFactors(of: try context.parameter("user")) }
            return Response(status: .noContent)
        }
    }

    private func addSessions(to group: RouterGroup<RequestScope>) {
        group.get("sessions") { _, context in
            try context.mustManageAccounts()
            let principal = try context.caller()
            try await accounts.removeEndedSessions(lifetime: authenticator.lifetime, idle: authenticator.idle)
            return JSONAnswer.response(["sessions": try await accounts.sessions().map { SessionRow($0, isOurs: principal) }])
        }
        group.delete("sessions/:session") { _, context in
            try context.mustManageAccounts()
            try await AccountFailure.translated { try await accounts.removeSession(id: try context.parameter("session")) }
            return Response(status: .noContent)
        }
    }

    private func addTokens(to group: RouterGroup<RequestScope>) {
        group.get("tokens") { _, context in
            try context.mustManageAccounts()
            return JSONAnswer.response(["tokens": try await accounts.tokens().map(TokenRow.init)])
        }
        group.post("tokens") { request, context in
            try Self.mustChange(context)
            let body = try await SessionRoutes.body(NewToken.self, of: request)
            guard let user = body.user else { throw HTTPFailure(.badRequest, "'user' is missing: whose rights the token has") }
            return try await body.make(for: user, accounts)
        }
        group.delete("tokens/:token") { _, context in
            try context.mustManageAccounts()
            try await AccountFailure.translated { try await accounts.removeToken(id: try context.parameter("token")) }
            return Response(status: .noContent)
        }
    }

    private static func mustChange(_ context: RequestScope) throws {
        try context.mustManageAccounts()
        try RequestScope.mustBeProven(try context.caller())
    }

    private static func role(_ word: String) throws -> Role {
        guard let role = Role(rawValue: word), Role.ofAccounts.contains(role) else {
            throw HTTPFailure(.badRequest, "'\(word)' is no role: \(Role.ofAccounts.map(\.rawValue).joined(separator: ", "))")
        }
        return role
    }

    private func answer(_ name: String, _ status: HTTPResponse.Status) async throws -> Response {
        guard let account = try await accounts.account(name) else { throw HTTPFailure(.notFound, "there is no user '\(name)'") }
        return JSONAnswer.response(UserRow(account), status: status)
    }

    private struct NewUser: Decodable {
        var name: String
        var role: String?
        var kind: String?
        var password: String?
    }

    private struct ChangedUser: Decodable {
        var role: String?
        var blocked: Bool?
        var password: String?
    }

    private struct UsersAnswer: Encodable {
        var users: [UserRow]
        var roles: [String]
        var secondFactor: String
        var passwordLength: Int
    }

    private struct UserRow: Encodable {
        var name: String
        var role: String
        var kind: String
        var blocked: Bool
        var created: String
        var lastLogin: String?
        var codes: Bool
        var passkeys: Int
        var sessions: Int
        var tokens: Int

        init(_ account: Accounts.Account) {
            (name, role, kind, blocked) = (account.name, account.role.rawValue, account.kind.rawValue, account.isBlocked)
            (created, lastLogin) = (account.created.formatted(.iso8601), account.lastLogin?.formatted(.iso8601))
            (codes, passkeys, sessions, tokens) = (account.hasOneTimeCodes, account.passkeys, account.sessions, account.tokens)
        }
    }
}
