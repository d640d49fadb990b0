import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// Finds out who asks: by session cookie, bearer token, or name and password.
///
/// A further way to prove it, as a token of an identity provider, is a branch of ``principal(of:address:)`` that ends in an account
/// and its role: what that may is the policy's.
final class Authenticator: Sendable {
    let accounts: Accounts
    let box: SecretBox
    let lifetime: Int
    let idle: Int
    let secondFactor: SecondFactorRule
    let attempts = Mutex(Attempts())
    let challenges = Mutex(Challenges())
    /// Name and password that were right a moment ago: scrypt is meant to be slow, and clients with Basic send it each time.
    private let proven = Mutex<[String: (name: String, passwordHash: String, until: Double)]>([:])
    private let provenKey = SymmetricKey(size: .bits256)

    /// - Parameter box: nil: of a key that nobody else has and that is gone with us.
    init(accounts: Accounts, settings: Settings, box: SecretBox? = nil) {
        self.accounts = accounts
        self.box = box ?? SecretBox(key: SymmetricKey(size: .bits256))
        lifetime = settings[Settings.sessionLifetime] * 3600
        idle = settings[Settings.sessionIdle] * 60
        secondFactor = SecondFactorRule(rawValue: settings[Settings.secondFactor]) ?? .nobody
    }

    /// nil where the request names nobody.
    /// - Throws: `HTTPFailure` 401 where what it says is wrong, 429 after too many wrong ones.
    func principal(of request: Request, address: String) async throws -> Principal? {
        if let header = request.headers[.authorization] {
            if let token = Self.value(of: header, scheme: "Bearer") {
                guard let principal = try await accounts.principal(token: token, from: address) else { throw HTTPFailure(.unauthorized, "the token is wrong or has expired, or is not for this address") }
                return principal
            }
            if let basic = Self.value(of: header, scheme: "Basic") { return try await principal(basic: basic, address: address) }
            throw HTTPFailure(.unauthorized, "the Authorization header is neither Bearer nor Basic")
        }
        guard let secret = SessionCookie.secret(of: request), var principal = try await accounts.principal(session: secret, lifetime: lifetime, idle: idle, from: address) else { return nil }
        // A cookie comes along with every request a browser makes, also one that another site provokes.
        if CrossSite.isWrite(request) {
            guard CrossSite.isSameOrigin(request), CrossSite.isSaid(request) || CrossSite.hasToken(request, of: secret) else { throw HTTPFailure(.forbidden, "the request came from another site") }
        }
        if case .session(_, let login, _) = principal.proof { principal.lacksSecondFactor = secondFactor.asks(principal.role) && !login.isStrong }
        return principal
    }

    /// Whether who began something long may go on with it: nobody has ended the session, taken back the token or blocked the account.
    func stands(_ principal: Principal) async throws -> Bool {
        switch principal.proof {
        case .session(let hash, _, _): try await accounts.stands(session: hash, lifetime: lifetime, idle: idle)
        case .token(let hash): try await accounts.stands(token: hash)
        case .password, .other: try await accounts.principal(name: principal.name) != nil
        }
    }

    private func principal(basic: String, address: String) async throws -> Principal {
        guard let data = Data(base64Encoded: basic), let colon = data.firstIndex(of: UInt8(ascii: ":")) else {
            throw HTTPFailure(.unauthorized, "the Authorization header is not name and password in base64")
        }
        let key = HMAC<SHA256>.authenticationCode(for: data, using: provenKey).map { String($0, radix: 16) }.joined(separator: ".")
        // The account is looked up each time: one that was removed, has a new password or a second factor is out at once.
        if let known = proven.withLock({ $0[key] }), known.until > Self.monotonic, var principal = try await accounts.principal(name: known.name, passwordHash: known.passwordHash), !secondFactor.asks(principal.role) {
            principal.proof = .password
            return principal
        }
        let principal = try await loginByPasswordAlone(
            name: String(decoding: data[..<colon], as: UTF8.self), password: String(decoding: data[(colon + 1)...], as: UTF8.self), address: address)
        if let hash = try await accounts.passwordHash(of: principal.name) {
            proven.withLock { proven in
                if proven.count > 1000 { proven = [:] }
                proven[key] = (principal.name, hash, Self.monotonic + 300)
            }
        }
        return principal
    }

    private static func value(of header: String, scheme: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == scheme.lowercased() else { return nil }
        return parts[1].trimmed
    }

    /// Seconds of a clock that nobody sets.
    static var monotonic: Double {
        Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    }
}
