import Crypto
import Foundation
import HTTPTypes
import Hummingbird
import Synchronization

/// Finds out who asks: by session cookie, bearer token, or name and password. Slows down guessing.
final class Authenticator: Sendable {
    static let cookie = "isocenter_session"

    let accounts: Accounts
    private let lifetime: Int
    private let idle: Int
    private let attempts = Mutex(Attempts())
    /// Name and password that were right a moment ago: scrypt is meant to be slow, and clients with Basic send it each time.
    private let proven = Mutex<[String: (name: String, passwordHash: String, until: Double)]>([:])
    private let provenKey = SymmetricKey(size: .bits256)

    init(accounts: Accounts, settings: Settings) {
        self.accounts = accounts
        lifetime = settings[Settings.sessionLifetime] * 3600
        idle = settings[Settings.sessionIdle] * 60
    }

    /// nil where the request names nobody.
    /// - Throws: `HTTPFailure` 401 where what it says is wrong, 429 after too many wrong ones.
    func principal(of request: Request, address: String) async throws -> Principal? {
        if let header = request.headers[.authorization] {
            if let token = Self.value(of: header, scheme: "Bearer") {
                guard let principal = try await accounts.principal(token: token) else { throw HTTPFailure(.unauthorized, "the token is wrong or has expired") }
                return principal
            }
            if let basic = Self.value(of: header, scheme: "Basic") { return try await principal(basic: basic, address: address) }
            throw HTTPFailure(.unauthorized, "only Bearer and Basic authorization are known")
        }
        guard let secret = Self.session(of: request) else { return nil }
        guard let principal = try await accounts.principal(session: secret, lifetime: lifetime, idle: idle) else { return nil }
        // A cookie comes along with every request a browser makes, also one that another site provokes.
        if Self.isWrite(request), !Self.isSameOrigin(request) { throw HTTPFailure(.forbidden, "the request came from another site") }
        return principal
    }

    /// - Throws: `HTTPFailure` 401 or 429.
    func login(name: String, password: String, address: String) async throws -> Principal {
        let keys = ["name \(name)", "address \(address)"]
        let now = Self.monotonic
        if let pause = attempts.withLock({ $0.pause(for: keys, at: now) }) {
            throw HTTPFailure(.tooManyRequests, "too many wrong passwords: try again in \(Int(pause.rounded(.up))) s", headers: [.retryAfter: "\(Int(pause.rounded(.up)))"])
        }
        guard let principal = try await accounts.authenticate(name: name, password: password) else {
            attempts.withLock { $0.fail(keys, at: now) }
            throw HTTPFailure(.unauthorized, "name or password is wrong")
        }
        attempts.withLock { $0.succeed(["name \(name)"]) }
        return principal
    }

    /// - Returns: the cookie.
    func beginSession(_ principal: Principal, for request: Request) async throws -> String {
        try await accounts.removeEndedSessions(lifetime: lifetime, idle: idle)
        let secret = try await accounts.addSession(for: principal)
        return Self.cookie(secret, age: lifetime, for: request)
    }

    /// Below our own prefix only: another application of the host need not see it. Over TLS only, where the client uses that.
    static func cookie(_ secret: String, age: Int, for request: Request) -> String {
        let url = request.publicURL
        return "\(cookie)=\(secret); Path=\(url?.prefix ?? "")/; HttpOnly; SameSite=Strict; Max-Age=\(age)" + (url?.scheme == "https" ? "; Secure" : "")
    }

    func endSession(of request: Request) async throws {
        if let secret = Self.session(of: request) { try await accounts.removeSession(secret) }
    }

    private func principal(basic: String, address: String) async throws -> Principal {
        guard let data = Data(base64Encoded: basic), let colon = data.firstIndex(of: UInt8(ascii: ":")) else {
            throw HTTPFailure(.unauthorized, "the Authorization header is not name and password in base64")
        }
        let key = HMAC<SHA256>.authenticationCode(for: data, using: provenKey).map { String($0, radix: 16) }.joined(separator: ".")
        // The account is looked up each time: one that was removed or has a new password is out at once.
        if let known = proven.withLock({ $0[key] }), known.until > Self.monotonic, let principal = try await accounts.principal(name: known.name, passwordHash: known.passwordHash) {
            return principal
        }
        let principal = try await login(
            name: String(decoding: data[..<colon], as: UTF8.self), password: String(decoding: data[(colon + 1)...], as: UTF8.self), address: address)
        if let hash = try await accounts.passwordHash(of: principal.name) {
            proven.withLock { proven in
                if proven.count > 1000 { proven = [:] }
                proven[key] = (principal.name, hash, Self.monotonic + 300)
            }
        }
        return principal
    }

    // MARK: Reading requests

    private static func value(of header: String, scheme: String) -> String? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == scheme.lowercased() else { return nil }
        return parts[1].trimmed
    }

    private static func session(of request: Request) -> String? {
        for pair in (request.headers[.cookie] ?? "").split(separator: ";") {
            let parts = pair.trimmed.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == cookie { return String(parts[1]) }
        }
        return nil
    }

    static func isWrite(_ request: Request) -> Bool { request.method != .get && request.method != .head && request.method != .options }

    /// The browser says where the request came from; scripts of other sites cannot change these headers.
    static func isSameOrigin(_ request: Request) -> Bool {
        if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin] else { return true }
        // Behind a proxy the authority is the one the browser saw.
        return [request.publicURL?.authority, request.head.authority].compactMap { $0 }.contains { origin.hasSuffix("//" + $0) }
    }

    private static var monotonic: Double {
        Double(DispatchTime.now().uptimeNanoseconds) / 1e9
    }
}

/// Puts the caller into the request's scope; refuses callers nobody knows. By path, before any route is looked for: nobody learns
/// from an answer which routes there are.
struct Authentication: RouterMiddleware {
    typealias Context = RequestScope
    let authenticator: Authenticator

    func handle(_ request: Request, context: RequestScope, next: (Request, RequestScope) async throws -> Response) async throws -> Response {
        guard Self.isGuarded(request.uri.path) else { return try await next(request, context) }
        var context = context
        guard let principal = try await authenticator.principal(of: request, address: context.address) else {
            throw HTTPFailure(.unauthorized, "log in first", headers: [.wwwAuthenticate: Self.challenge(for: request)])
        }
        context.principal = principal
        return try await next(request, context)
    }

    /// All of the API and DICOMweb but the way in.
    static func isGuarded(_ path: String) -> Bool {
        let parts = path.split(separator: "/")
        switch parts.first {
        case "dicom-web", "wado": return true
        case "api": return parts.count < 2 || parts[1] != "session" && parts[1] != "setup"
        default: return false
        }
    }

    /// A browser's page has a login of its own: offered Basic, the browser would put its own window in front of it.
    private static func challenge(for request: Request) -> String {
        let isPage = HTTPField.Name("Sec-Fetch-Mode").flatMap { request.headers[$0] } != nil
        return isPage ? "Bearer realm=\"isocenter\"" : "Basic realm=\"isocenter\", charset=\"UTF-8\""
    }
}
