import Foundation
import HTTPTypes
import Hummingbird

/// Of whom a second factor is asked.
enum SecondFactorRule: String, CaseIterable, Sendable {
    case nobody, administrators, everyone

    func asks(_ role: Role) -> Bool {
        switch self {
        case .nobody: false
        case .administrators: role == .administrator
        case .everyone: true
        }
    }
}

/// The password is right, and something more is asked for.
struct SecondFactorNeeded: HTTPResponseError {
    var status: HTTPResponse.Status { .unauthorized }
    var message: String
    /// `code`, `recovery`, `passkey`: what there is.
    var needs: [String]

    init(_ factors: Accounts.SecondFactors, _ message: String) {
        self.message = message
        needs = (factors.hasCodes ? ["code"] : []) + (factors.recoveryCodes > 0 ? ["recovery"] : []) + (factors.passkeys > 0 ? ["passkey"] : [])
    }

    private struct Body: Encodable {
        var error: String
        var setup = false
        var needs: [String]
    }

    func response(from request: Request, context: some RequestContext) throws -> Response {
        JSONAnswer.response(Body(error: message, needs: needs), status: status)
    }
}

extension Authenticator {
    /// Name, password, and the second factor where there is one. Slows down guessing, of the one as of the other.
    ///
    /// - Parameter code: a one-time code or a recovery code.
    /// - Throws: `HTTPFailure` 401 or 429, `SecondFactorNeeded`.
    func login(name: String, password: String, code: String?, address: String) async throws -> (principal: Principal, proof: LoginProof) {
        let keys = Self.keys(name, address)
        var principal = try await checkPassword(name: name, password: password, keys: keys)
        let factors = try await accounts.secondFactors(of: name)
        let isAsked = secondFactor.asks(principal.role)
        guard factors.hasCodes || isAsked && factors.isSet else {
            attempts.withLock { $0.succeed([keys[0]]) }
            principal.lacksSecondFactor = isAsked
            return (principal, .password)
        }
        guard let code = code?.trimmed, !code.isEmpty else { throw SecondFactorNeeded(factors, "a second factor is needed") }
        let proof = try await use(code, of: name, factors)
        guard let proof else {
            attempts.withLock { $0.fail(keys, at: Self.monotonic) }
            throw SecondFactorNeeded(factors, "the code is wrong, or was used already")
        }
        attempts.withLock { $0.succeed([keys[0]]) }
        return (principal, proof)
    }

    /// What can send nothing but a name and a password: good where there is no second factor.
    func loginByPasswordAlone(name: String, password: String, address: String) async throws -> Principal {
        let keys = Self.keys(name, address)
        var principal = try await checkPassword(name: name, password: password, keys: keys)
        let factors = try await accounts.secondFactors(of: name)
        guard !factors.hasCodes, !secondFactor.asks(principal.role) else { throw HTTPFailure(.unauthorized, "this account has a second factor: use a token in place of the password") }
        attempts.withLock { $0.succeed([keys[0]]) }
        principal.proof = .password
        return principal
    }

    /// The one who is logged in says the password again, and a code where there are codes.
    func prove(_ principal: Principal, password: String, code: String?, address: String) async throws -> LoginProof {
        let (again, proof) = try await login(name: principal.name, password: password, code: code, address: address)
        guard again.name == principal.name else { throw HTTPFailure(.unauthorized, "name or password is wrong") }
        return proof
    }

    private func checkPassword(name: String, password: String, keys: [String]) async throws -> Principal {
        try mayTry(keys)
        let principal: Principal?
        do {
            principal = try await accounts.authenticate(name: name, password: password)
        } catch is PasswordHashing.Busy {
            throw HTTPFailure(.tooManyRequests, "too many are logging in at the moment: try again", headers: [.retryAfter: "5"])
        }
        guard let principal else {
            attempts.withLock { $0.fail(keys, at: Self.monotonic) }
            throw HTTPFailure(.unauthorized, "name or password is wrong")
        }
        return principal
    }

    private func use(_ code: String, of name: String, _ factors: Accounts.SecondFactors) async throws -> LoginProof? {
        let digits = code.filter { $0 != " " }
        if factors.hasCodes, digits.utf8.count == OneTimeCode.digits, try await accounts.useOneTimeCode(digits, of: name, box: box) { return .code }
        return try await accounts.useRecoveryCode(code, of: name) ? .recovery : nil
    }

    /// - Throws: 429 while there is a pause.
    func mayTry(_ keys: [String]) throws {
        let now = Self.monotonic
        guard let pause = attempts.withLock({ $0.pause(for: keys, at: now) }) else { return }
        let seconds = Int(pause.rounded(.up))
        throw HTTPFailure(.tooManyRequests, "too many wrong passwords: try again in \(seconds) s", headers: [.retryAfter: "\(seconds)"])
    }

    private static func keys(_ name: String, _ address: String) -> [String] { ["name \(name)", "address \(address)"] }

    // MARK: Sessions

    /// - Returns: the cookie. A session that the browser had before is over.
    func beginSession(_ principal: Principal, _ proof: LoginProof, for request: Request, address: String) async throws -> (cookie: String, token: String) {
        try await accounts.removeEndedSessions(lifetime: lifetime, idle: idle)
        if let before = SessionCookie.secret(of: request) { try await accounts.removeSession(before) }
        let secret = try await accounts.addSession(for: principal, address: address, device: SessionCookie.device(of: request), proof: proof)
        return (SessionCookie.text(secret, age: lifetime, for: request), CrossSite.token(of: secret))
    }

    func endSession(of request: Request) async throws {
        if let secret = SessionCookie.secret(of: request) { try await accounts.removeSession(secret) }
    }
}
