import Foundation
import HTTPTypes
import Hummingbird

/// Passkeys (WebAuthn): registered by the own account, and a login of their own.
struct PasskeyRoutes: RouteSet {
    let authenticator: Authenticator
    private var accounts: Accounts { authenticator.accounts }

    func add(to group: RouterGroup<RequestScope>) {
        group.post("account/passkeys/options") { request, context in
            let principal = try context.provenAccount()
            let ceremony = try Self.ceremony(request)
            let known = try await accounts.passkeys(of: principal.name)
            let challenge = authenticator.challenges.withLock { $0.make(.registration(principal.name), at: Authenticator.monotonic) }
            return JSONAnswer.response(CreationOptions(ceremony, challenge: challenge, name: principal.name, known: known.map(\.id)))
        }
        group.post("account/passkeys") { request, context in
            let principal = try context.provenAccount()
            let body = try await SessionRoutes.body(Registration.self, of: request)
            let ceremony = try Self.ceremony(request)
            let label = body.label.trimmed
            guard (1...60).contains(label.count) else { throw HTTPFailure(.badRequest, "a passkey needs a label of at most 60 characters") }
            let (clientData, attestation) = (try Self.bytes(body.clientDataJSON), try Self.bytes(body.attestationObject))
            let recoveryCodes = try await AccountFailure.translated {
                let made = try ceremony.registration(clientData: clientData, attestation: attestation) { challenge in
                    authenticator.challenges.withLock { $0.use(challenge, .registration(principal.name), at: Authenticator.monotonic) }
                }
                try await accounts.addPasskey(made, rpID: ceremony.rpID, label: label, of: principal.name)
                if let hash = principal.sessionHash { try await accounts.setProof(.passkey, session: hash) }
                return try await accounts.secondFactors(of: principal.name).recoveryCodes == 0 ? try await accounts.makeRecoveryCodes(of: principal.name) : []
            }
            return JSONAnswer.response(SecondFactorRoutes.Recovery(recoveryCodes: recoveryCodes), status: .created)
        }
        group.delete("account/passkeys/:passkey") { _, context in
            let principal = try context.provenAccount()
            let factors = try await accounts.secondFactors(of: principal.name)
            guard factors.passkeys > 1 || factors.hasCodes || !authenticator.secondFactor.asks(principal.role) else { throw HTTPFailure.lastFactor }
            try await AccountFailure.translated { try await accounts.removePasskey(try context.parameter("passkey"), of: principal.name) }
            return Response(status: .noContent)
        }
        addLogin(to: group)
    }

    private func addLogin(to group: RouterGroup<RequestScope>) {
        group.post("session/passkey/options") { request, _ in
            try SessionRoutes.requireSameOrigin(request)
            let ceremony = try Self.ceremony(request)
            let challenge = authenticator.challenges.withLock { $0.make(.login, at: Authenticator.monotonic) }
            // Which passkeys there are is not told: the device knows.
            return JSONAnswer.response(RequestOptions(challenge: challenge, rpId: ceremony.rpID))
        }
        group.post("session/passkey") { request, context in
            try SessionRoutes.requireSameOrigin(request)
            let keys = ["address \(context.address)"]
            try authenticator.mayTry(keys)
            let body = try await SessionRoutes.body(Assertion.self, of: request)
            let ceremony = try Self.ceremony(request)
            let (clientData, data, signature) = (try Self.bytes(body.clientDataJSON), try Self.bytes(body.authenticatorData), try Self.bytes(body.signature))
            let refused = HTTPFailure(.unauthorized, "this passkey is not known here")
            let found = try await accounts.passkey(body.id)
            guard let passkey = found, let principal = try await accounts.principal(name: passkey.account) else {
                authenticator.attempts.withLock { $0.fail(keys, at: Authenticator.monotonic) }
                throw refused
            }
            let signCount: Int
            do {
                signCount = try ceremony.assertion(
                    clientData: clientData, authenticatorData: data, signature: signature, encodedKey: passkey.key, rpID: passkey.rpID, signCount: passkey.signCount
                ) { challenge in authenticator.challenges.withLock { $0.use(challenge, .login, at: Authenticator.monotonic) } }
            } catch let error as WebAuthnError {
                authenticator.attempts.withLock { $0.fail(keys, at: Authenticator.monotonic) }
                throw HTTPFailure(.unauthorized, error.description)
            }
            guard try await accounts.usePasskey(passkey.id, signCount: signCount) else { throw refused }
            return try await SessionAnswer.begin(principal, .passkey, .ok, request, context, authenticator)
        }
    }

    private static func ceremony(_ request: Request) throws -> Ceremony {
        guard let ceremony = request.publicURL.flatMap({ Ceremony($0) }) else {
            throw HTTPFailure(.conflict, "browsers have passkeys for pages over https with a name, not a number, as their address")
        }
        return ceremony
    }

    private static func bytes(_ text: String) throws -> [UInt8] {
        guard let bytes = Base64URL.decode(text) else { throw HTTPFailure(.badRequest, "the passkey's answer is not in base64url") }
        return bytes
    }

    // MARK: What goes over the line; bytes in base64url

    private struct Registration: Decodable {
        var label: String
        var clientDataJSON: String
        var attestationObject: String
    }

    private struct Assertion: Decodable {
        var id: String
        var clientDataJSON: String
        var authenticatorData: String
        var signature: String
    }

    private struct RequestOptions: Encodable {
        var challenge: String
        var rpId: String
        var userVerification = "required"
        /// ms
        var timeout = 120_000
    }

    /// PublicKeyCredentialCreationOptions (WebAuthn Level 3 §5.4), as JSON (§5.1.8).
    private struct CreationOptions: Encodable {
        struct Party: Encodable {
            var id: String
            var name: String
        }
        struct User: Encodable {
            var id: String
            var name: String
            var displayName: String
        }
        struct Parameter: Encodable {
            var type = "public-key"
            var alg: Int64
        }
        struct Descriptor: Encodable {
            var type = "public-key"
            var id: String
        }
        struct Selection: Encodable {
            var residentKey = "required"
            var requireResidentKey = true
            var userVerification = "required"
        }

        var challenge: String
        var rp: Party
        var user: User
        var pubKeyCredParams = PublicKey.algorithms.map { Parameter(alg: $0) }
        var excludeCredentials: [Descriptor]
        var authenticatorSelection = Selection()
        var attestation = "none"
        var timeout = 120_000

        init(_ ceremony: Ceremony, challenge: String, name: String, known: [String]) {
            self.challenge = challenge
            rp = Party(id: ceremony.rpID, name: "Isocenter")
            // Opaque: the name is what people see (§14.6.1).
            user = User(id: Base64URL.encode(Secret.hash("user \(name)").utf8.prefix(32)), name: name, displayName: name)
            excludeCredentials = known.map { Descriptor(id: $0) }
        }
    }
}
