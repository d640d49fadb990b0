import Foundation

/// The one-time link that makes the first administrator: a secret that is said once, good for an hour and while there is none.
struct SetupLink: Sendable {
    static let lifetime = 3600.0

    let secret: String
    private let until: Double

    init(at now: Double = Authenticator.monotonic) {
        secret = Secret.make()
        until = now + Self.lifetime
    }

    func opens(_ token: String, at now: Double = Authenticator.monotonic) -> Bool {
        now < until && Password.constantTimeEqual(Data(Secret.hash(token).utf8), Data(Secret.hash(secret).utf8))
    }
}
