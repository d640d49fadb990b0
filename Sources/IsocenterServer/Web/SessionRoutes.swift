import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// Login, logout, and the one-time set-up of the first administrator.
struct SessionRoutes: Sendable {
    let authenticator: Authenticator
    /// The secret of the set-up link; valid while there is no administrator.
    let setupSecret: String

    func add(to router: Router<RequestScope>) {
        router.get("api/session") { request, context in
            guard let principal = try await authenticator.principal(of: request, address: context.address) else {
                let body = NoSession(error: "log in first", setup: try await !authenticator.accounts.hasAdministrator())
                return JSONAnswer.response(body, status: .unauthorized)
            }
            return JSONAnswer.response(Session(principal))
        }
        router.post("api/session") { request, context in
            try Self.requireSameOrigin(request)
            let login = try await Self.body(Login.self, of: request)
            let principal = try await authenticator.login(name: login.name, password: login.password, address: context.address)
            return try await sessionAnswer(principal, .ok, request)
        }
        router.delete("api/session") { request, _ in
            try Self.requireSameOrigin(request)
            try await authenticator.endSession(of: request)
            return Response(status: .noContent, headers: [.setCookie: Authenticator.cookie("", age: 0, for: request)])
        }
        router.post("api/setup") { request, context in
            try Self.requireSameOrigin(request)
            let setup = try await Self.body(Setup.self, of: request)
            guard Password.constantTimeEqual(Data(setup.token.utf8), Data(setupSecret.utf8)) else {
                throw HTTPFailure(.forbidden, "this set-up link is not valid (any more): restart the server for a new one")
            }
            guard try await !authenticator.accounts.hasAdministrator() else { throw HTTPFailure(.forbidden, "the set-up is done: log in") }
            do {
                try await authenticator.accounts.addFirstAdministrator(name: setup.name, password: setup.password)
            } catch let error as AccountError {
                throw HTTPFailure(.badRequest, error.description)
            }
            let principal = try await authenticator.login(name: setup.name, password: setup.password, address: context.address)
            return try await sessionAnswer(principal, .created, request)
        }
    }

    private func sessionAnswer(_ principal: Principal, _ status: HTTPResponse.Status, _ request: Request) async throws -> Response {
        var response = JSONAnswer.response(Session(principal), status: status)
        response.headers[.setCookie] = try await authenticator.beginSession(principal, for: request)
        return response
    }

    static func requireSameOrigin(_ request: Request) throws {
        guard Authenticator.isSameOrigin(request) else { throw HTTPFailure(.forbidden, "the request came from another site") }
    }

    static func body<Body: Decodable>(_ type: Body.Type, of request: Request) async throws -> Body {
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: 64 << 10)
        } catch {
            throw HTTPFailure(.contentTooLarge, "the request is larger than 64 KiB")
        }
        do {
            return try JSONDecoder().decode(type, from: Data(bytes.readableBytesView))
        } catch {
            throw HTTPFailure(.badRequest, "the request is not the JSON that is expected here")
        }
    }

    private struct Login: Decodable {
        var name: String
        var password: String
    }

    private struct Setup: Decodable {
        var token: String
        var name: String
        var password: String
    }

    private struct Session: Encodable {
        struct User: Encodable {
            var name: String
            var role: String
        }
        var user: User

        init(_ principal: Principal) { user = User(name: principal.name, role: principal.role.rawValue) }
    }

    private struct NoSession: Encodable {
        var error: String
        var setup: Bool
    }
}
