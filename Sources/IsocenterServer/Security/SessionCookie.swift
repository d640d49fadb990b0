import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The cookie that a login leaves (RFC 6265bis).
enum SessionCookie {
    static let name = "isocenter_session"

    /// Over TLS with the prefix that browsers enforce: no other host, and nothing without TLS, can have set it. `__Host-` goes only
    /// with the whole host; below a prefix of ours another application need not see it, and `__Secure-` is what is left.
    static func name(for request: Request) -> String {
        guard let url = request.publicURL, url.scheme == "https" else { return name }
        return (url.prefix.isEmpty ? "__Host-" : "__Secure-") + name
    }

    static func text(_ secret: String, age: Int, for request: Request) -> String {
        let url = request.publicURL
        return "\(name(for: request))=\(secret); Path=\(url?.prefix ?? "")/; HttpOnly; SameSite=Strict; Max-Age=\(age)" + (url?.scheme == "https" ? "; Secure" : "")
    }

    static func secret(of request: Request) -> String? {
        let name = name(for: request)
        for pair in (request.headers[.cookie] ?? "").split(separator: ";") {
            let parts = pair.trimmed.split(separator: "=", maxSplits: 1)
            if parts.count == 2, parts[0] == name { return String(parts[1]) }
        }
        return nil
    }

    /// What the browser calls itself, fit to be shown.
    static func device(of request: Request) -> String {
        String((request.headers[.userAgent] ?? "").unicodeScalars.filter { $0.value >= 0x20 && $0.value < 0x7F }.prefix(200).map(Character.init))
    }
}

/// Requests that another site provokes.
enum CrossSite {
    static func isWrite(_ request: Request) -> Bool { request.method != .get && request.method != .head && request.method != .options }

    /// The browser says where the request came from; scripts of other sites cannot change these headers.
    static func isSameOrigin(_ request: Request) -> Bool {
        if let site = request.headers[.secFetchSite] { return site == "same-origin" || site == "none" }
        guard let origin = request.headers[.origin] else { return true }
        // Behind a proxy the authority is the one the browser saw.
        return [request.publicURL?.authority, request.head.authority].compactMap { $0 }.contains { origin.hasSuffix("//" + $0) }
    }

    /// Whether the browser says it at all.
    static func isSaid(_ request: Request) -> Bool { request.headers[.secFetchSite] != nil || request.headers[.origin] != nil }

    /// What only our own page can know: it is asked of whoever says nothing of where the request came from.
    static func token(of secret: String) -> String {
        Base64URL.encode(HMAC<SHA256>.authenticationCode(for: Data("cross-site".utf8), using: SymmetricKey(data: Data(secret.utf8))))
    }

    static func hasToken(_ request: Request, of secret: String) -> Bool {
        guard let token = request.headers[.crossSiteToken] else { return false }
        return Password.constantTimeEqual(Data(token.utf8), Data(Self.token(of: secret).utf8))
    }
}

extension HTTPField.Name {
    static let secFetchSite = Self("Sec-Fetch-Site")!
    static let crossSiteToken = Self("X-CSRF-Token")!
}
