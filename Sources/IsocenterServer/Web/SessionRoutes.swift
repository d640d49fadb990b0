import Foundation
import HTTPTypes
import Hummingbird

/// Login, logout, and the one-time set-up of the first administrator.
struct SessionRoutes: Sendable {
    let authenticator: Authenticator
    /// Valid while there is no administrator.
    let setupLink: SetupLink

    func add(to router: Router<RequestScope>) {
        router.get("api/session") { request, context in
            guard let principal = try await authenticator.principal(of: request, address: context.address) else {
                let body = NoSession(error: "log in first", setup: try await !authenticator.accounts.hasAdministrator())
                return JSONAnswer.response(body, status: .unauthorized)
            }
            return JSONAnswer.response(SessionAnswer(principal, token: SessionCookie.secret(of: request).map(CrossSite.token)))
        }
        router.post("api/session") { request, context in
            try Self.requireSameOrigin(request)
            let login = try await Self.body(Login.self, of: request)
            let (principal, proof) = try await authenticator.login(name: login.name, password: login.password, code: login.code, address: context.address)
            return try await SessionAnswer.begin(principal, proof, .ok, request, context, authenticator)
        }
        router.delete("api/session") { request, _ in
            try Self.requireSameOrigin(request)
            try await authenticator.endSession(of: request)
            return Response(status: .noContent, headers: [.setCookie: SessionCookie.text("", age: 0, for: request)])
        }
        router.post("api/setup") { request, context in
            try Self.requireSameOrigin(request)
            let setup = try await Self.body(Setup.self, of: request)
            guard setupLink.opens(setup.token) else {
                throw HTTPFailure(.forbidden, "this set-up link is not valid (any more): restart the server for a new one")
            }
            guard try await !authenticator.accounts.hasAdministrator() else { throw HTTPFailure(.forbidden, "the set-up is done: log in") }
            try await AccountFailure.translated { try await authenticator.accounts.addFirstAdministrator(name: setup.name, password: setup.password) }
            let (principal, proof) = try await authenticator.login(name: setup.name, password: setup.password, code: nil, address: context.address)
            return try await SessionAnswer.begin(principal, proof, .created, request, context, authenticator)
        }
    }

    static func requireSameOrigin(_ request: Request) throws {
        guard CrossSite.isSameOrigin(request) else { throw HTTPFailure(.forbidden, "the request came from another site") }
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
        var code: String?
    }

    private struct Setup: Decodable {
        var token: String
        var name: String
        var password: String
    }

    private struct NoSession: Encodable {
        var error: String
        var setup: Bool
    }
}

/// Who is logged in, and what its page has to know.
struct SessionAnswer: Encodable {
    struct User: Encodable {
        var name: String
        var role: String
    }

    var user: User
    /// To be sent with writes as X-CSRF-Token, where the browser does not say where a request comes from.
    var token: String?
    /// Nothing goes until a second factor is set up.
    var lacksSecondFactor: Bool

    init(_ principal: Principal, token: String? = nil) {
        user = User(name: principal.name, role: principal.role.rawValue)
        self.token = token
        lacksSecondFactor = principal.lacksSecondFactor
    }

    static func begin(
        _ principal: Principal, _ proof: LoginProof, _ status: HTTPResponse.Status, _ request: Request, _ context: RequestScope, _ authenticator: Authenticator
    ) async throws -> Response {
        let (cookie, token) = try await authenticator.beginSession(principal, proof, for: request, address: context.address)
        var response = JSONAnswer.response(SessionAnswer(principal, token: token), status: status)
        response.headers[.setCookie] = cookie
        return response
    }
}

/// What is wrong with an account becomes a status and the words.
enum AccountFailure {
    static func translated<T>(_ body: () async throws -> T) async throws -> T {
        do {
            return try await body()
        } catch let error as AccountError {
            let status: HTTPResponse.Status = switch error.code {
            case .invalid: .badRequest
            case .taken, .refused: .conflict
            case .notFound: .notFound
            }
            throw HTTPFailure(status, error.description)
        } catch let error as WebAuthnError {
            throw HTTPFailure(.badRequest, error.description)
        } catch is PasswordHashing.Busy {
            throw HTTPFailure(.tooManyRequests, "too many passwords are being looked at: try again", headers: [.retryAfter: "5"])
        }
    }
}
