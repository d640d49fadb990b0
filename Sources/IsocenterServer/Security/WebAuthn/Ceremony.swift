import Crypto
import Foundation

/// Checks what a browser brings back (WebAuthn Level 3 §7.1, §7.2). A pure value: challenges, keys and counters are given.
struct Ceremony: Sendable {
    /// Where our page is: `https://pacs.example.org`.
    var origin: String
    /// The host of it.
    var rpID: String

    /// nil where the page's address is none for which browsers have passkeys: they need a name, not a number.
    init?(_ url: PublicURL) {
        origin = "\(url.scheme)://\(url.authority)".lowercased()
        let isNumeric = url.authority.hasPrefix("[")
        let host = url.authority.lowercased().prefix { $0 != ":" }
        guard !isNumeric, !host.isEmpty, host.last?.isNumber != true, url.scheme == "https" || host == "localhost" || host.hasSuffix(".localhost") else { return nil }
        rpID = String(host)
    }

    struct Registration: Sendable {
        var id: [UInt8]
        var encodedKey: [UInt8]
        var signCount: Int
    }

    /// - Throws: `WebAuthnError`
    func registration(clientData: [UInt8], attestation: [UInt8], challenge isOurs: (String) -> Bool) throws -> Registration {
        try check(clientData, type: "webauthn.create", isOurs)
        let object: CBOR
        do { object = try CBOR.readAll(attestation) } catch { throw WebAuthnError("the attestation is malformed: \(error.words)") }
        // Who made the device is not asked for, so nothing that it says of that is believed.
        guard let bytes = object["authData"]?.bytes, object["fmt"]?.text != nil else { throw WebAuthnError("the attestation has no authenticator data") }
        let data = try AuthenticatorData(bytes)
        try check(data)
        guard let credential = data.credential else { throw WebAuthnError("there is no credential in it") }
        _ = try PublicKey(cose: credential.key)
        return Registration(id: credential.id, encodedKey: credential.encodedKey, signCount: data.signCount)
    }

    /// - Parameters:
    ///   - rpID: for which the key was made: a page elsewhere must not use it, whatever it says of itself.
    ///   - signCount: that was seen last.
    /// - Returns: the counter as it is now.
    func assertion(
        clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8], encodedKey: [UInt8], rpID madeFor: String, signCount: Int, challenge isOurs: (String) -> Bool
    ) throws -> Int {
        try check(clientData, type: "webauthn.get", isOurs)
        guard madeFor == rpID else { throw WebAuthnError("the passkey was made for another address of this server") }
        let data = try AuthenticatorData(authenticatorData)
        try check(data)
        let cose: CBOR
        do { cose = try CBOR.readAll(encodedKey) } catch { throw WebAuthnError("the key that was kept is malformed") }
        guard try PublicKey(cose: cose).isSignature(signature, of: authenticatorData + Array(SHA256.hash(data: clientData))) else { throw WebAuthnError("the signature is wrong") }
        // §7.2 step 22; devices that do not count stay at 0.
        guard data.signCount == 0 && signCount == 0 || data.signCount > signCount else { throw WebAuthnError("the passkey's counter went back: there may be a copy of it") }
        return data.signCount
    }

    private struct ClientData: Decodable {
        var type: String
        var challenge: String
        var origin: String
        var crossOrigin: Bool?
    }

    private func check(_ clientData: [UInt8], type: String, _ isOurs: (String) -> Bool) throws {
        // Whatever is wrong with it, it is none.
        guard let said = try? JSONDecoder().decode(ClientData.self, from: Data(clientData)) else { throw WebAuthnError("the client data is malformed") }
        guard said.type == type else { throw WebAuthnError("the client data is for something else") }
        guard isOurs(said.challenge) else { throw WebAuthnError("the challenge is not ours, was used already or has expired") }
        guard said.origin.lowercased() == origin, said.crossOrigin != true else { throw WebAuthnError("the passkey was used on another site") }
    }

    private func check(_ data: AuthenticatorData) throws {
        guard data.rpIDHash == Array(SHA256.hash(data: Data(rpID.utf8))) else { throw WebAuthnError("the passkey is for another site") }
        guard data.flags & AuthenticatorData.Flags.userPresent != 0, data.flags & AuthenticatorData.Flags.userVerified != 0 else {
            throw WebAuthnError("the device did not make sure that it is you: it needs a PIN, a finger or a face")
        }
        guard data.flags & AuthenticatorData.Flags.backedUp == 0 || data.flags & AuthenticatorData.Flags.backupEligible != 0 else { throw WebAuthnError("the device contradicts itself") }
    }
}

/// Challenges that were given out: each is good once, for its purpose, for some minutes. A pure value; the time is given.
struct Challenges {
    enum Purpose: Equatable {
        case login
        /// By an account.
        case registration(String)
    }

    static let lifetime = 300.0
    static let most = 10_000
    private var open: [String: (purpose: Purpose, until: Double)] = [:]

    mutating func make(_ purpose: Purpose, at now: Double) -> String {
        if open.count >= Self.most { open = open.filter { $0.value.until > now } }
        // Whoever asks for very many pushes out others' old ones, and no memory is lost.
        if open.count >= Self.most, let oldest = open.min(by: { $0.value.until < $1.value.until }) { open[oldest.key] = nil }
        let challenge = Secret.make()
        open[challenge] = (purpose, now + Self.lifetime)
        return challenge
    }

    mutating func use(_ challenge: String, _ purpose: Purpose, at now: Double) -> Bool {
        guard let found = open[challenge], found.purpose == purpose else { return false }
        open[challenge] = nil
        return found.until > now
    }
}
