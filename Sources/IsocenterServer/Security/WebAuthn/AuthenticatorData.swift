/// Authenticator data (WebAuthn Level 3 §6.1): what the device says and signs.
struct AuthenticatorData: Sendable {
    /// Offsets from the start (§6.1, Figure 5).
    private enum Layout {
        static let rpIDHash = 0..<32
        static let flags = 32
        static let signCount = 33..<37
        static let attested = 37
        static let credentialIDLength = 53..<55
        static let credentialID = 55
    }

    enum Flags {
        static let userPresent: UInt8 = 0x01
        static let userVerified: UInt8 = 0x04
        static let backupEligible: UInt8 = 0x08
        static let backedUp: UInt8 = 0x10
        static let attested: UInt8 = 0x40
        static let extensions: UInt8 = 0x80
    }

    var rpIDHash: [UInt8]
    var flags: UInt8
    var signCount: Int
    /// At a registration.
    var credential: Credential?

    struct Credential: Sendable {
        var id: [UInt8]
        var key: CBOR
        /// As it was sent: kept and read again at each login.
        var encodedKey: [UInt8]
    }

    /// §4: a credential id has at most 1023 bytes.
    static let longestID = 1023

    init(_ bytes: [UInt8]) throws {
        guard bytes.count >= Layout.attested else { throw WebAuthnError("the authenticator data is cut off") }
        rpIDHash = Array(bytes[Layout.rpIDHash])
        flags = bytes[Layout.flags]
        signCount = bytes[Layout.signCount].reduce(0) { $0 << 8 | Int($1) }
        var offset = Layout.attested
        if flags & Flags.attested != 0 {
            guard bytes.count >= Layout.credentialID else { throw WebAuthnError("the authenticator data is cut off") }
            let length = bytes[Layout.credentialIDLength].reduce(0) { $0 << 8 | Int($1) }
            guard (1...Self.longestID).contains(length), length <= bytes.count - Layout.credentialID else { throw WebAuthnError("the credential id has a length that cannot be") }
            offset = Layout.credentialID + length
            let (key, size) = try Self.read(bytes[offset...])
            credential = Credential(id: Array(bytes[Layout.credentialID..<offset]), key: key, encodedKey: Array(bytes[offset..<(offset + size)]))
            offset += size
        }
        if flags & Flags.extensions != 0 {
            let (extensions, size) = try Self.read(bytes[offset...])
            guard case .map = extensions else { throw WebAuthnError("the extensions are no map") }
            offset += size
        }
        guard offset == bytes.count else { throw WebAuthnError("bytes follow the authenticator data") }
    }

    private static func read(_ bytes: ArraySlice<UInt8>) throws -> (CBOR, Int) {
        do { return try CBOR.read(bytes) } catch { throw WebAuthnError("the authenticator data is malformed: \(error.words)") }
    }
}

/// Why a passkey is refused.
struct WebAuthnError: Error, CustomStringConvertible {
    var description: String
    init(_ description: String) { self.description = description }
}
