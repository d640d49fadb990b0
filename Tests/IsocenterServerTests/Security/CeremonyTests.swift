import Crypto
import CryptoExtras
import Foundation
import Testing

@testable import IsocenterServer

@Suite("Passkeys (WebAuthn Level 3 §7.1, §7.2)")
struct CeremonyTests {
    private let ceremony = Ceremony(PublicURL("https://pacs.example.org")!)!
    private let key = P256.Signing.PrivateKey()

    @Test("Which pages can have them", arguments: [
        ("https://pacs.example.org", "pacs.example.org"), ("https://PACS.example.org:8443", "pacs.example.org"), ("http://localhost:8080", "localhost"), ("https://pacs.example.org/images", "pacs.example.org"),
        ("http://pacs.example.org", nil), ("https://10.0.0.7", nil), ("https://[fd00::7]", nil), ("http://127.0.0.1:8080", nil),
    ] as [(String, String?)])
    func pages(_ url: String, _ rpID: String?) { #expect(PublicURL(url).flatMap { Ceremony($0) }?.rpID == rpID) }

    // MARK: What a device would say, made by hand

    private struct Said {
        var type = "webauthn.get"
        var challenge = "challenge"
        var origin = "https://pacs.example.org"
        var crossOrigin: Bool?
        var rpID = "pacs.example.org"
        var flags: UInt8 = 0x05
        var count = 7
        var tail: [UInt8] = []

        var clientData: [UInt8] {
            Array("{\"type\":\"\(type)\",\"challenge\":\"\(challenge)\",\"origin\":\"\(origin)\"\(crossOrigin.map { ",\"crossOrigin\":\($0)" } ?? "")}".utf8)
        }
        var data: [UInt8] {
            Array(SHA256.hash(data: Data(rpID.utf8))) + [flags] + (0..<4).map { UInt8(truncatingIfNeeded: count >> (24 - 8 * $0)) } + tail
        }
        var signed: [UInt8] { data + Array(SHA256.hash(data: clientData)) }
    }

    /// {1: 2, 3: -7, -1: 1, -2: x, -3: y}
    private var cose: [UInt8] {
        let raw = Array(key.publicKey.rawRepresentation)
        return [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20] + raw[..<32] + [0x22, 0x58, 0x20] + raw[32...]
    }

    private func assertion(_ said: Said, known: Int = 6, rpID: String = "pacs.example.org", signature: [UInt8]? = nil) throws -> Int {
        try ceremony.assertion(
            clientData: said.clientData, authenticatorData: said.data, signature: signature ?? Array(try key.signature(for: said.signed).derRepresentation), encodedKey: cose,
            rpID: rpID, signCount: known) { $0 == "challenge" }
    }

    @Test("What is right is let in, and tells the counter")
    func right() throws {
        #expect(try assertion(Said()) == 7)
        #expect(try assertion(Said(count: 0), known: 0) == 0)
        // Backed up, and eligible for it; an extension at its end.
        #expect(try assertion(Said(flags: 0x9D, tail: [0xA1, 0x61, 0x61, 0xF5])) == 7)
    }

    private static let wrong: [(String, Said)] = [
        ("another ceremony", Said(type: "webauthn.create")), ("another challenge", Said(challenge: "another")), ("no challenge", Said(challenge: "")),
        ("another origin", Said(origin: "https://pacs.example.org.evil.example")), ("a part of the origin", Said(origin: "https://example.org")), ("without TLS", Said(origin: "http://pacs.example.org")),
        ("another port", Said(origin: "https://pacs.example.org:8443")), ("within another site", Said(crossOrigin: true)), ("another party", Said(rpID: "example.org")),
        ("nobody there", Said(flags: 0x04)), ("nobody verified", Said(flags: 0x01)), ("backed up and not eligible", Said(flags: 0x15)), ("bytes behind", Said(tail: [0])),
        ("an extension that is none", Said(flags: 0x85, tail: [0x01])), ("an extension cut off", Said(flags: 0x85, tail: [0xA1])), ("a credential cut off", Said(flags: 0x45, tail: Array(repeating: 0, count: 17))),
        ("the counter again", Said(count: 6)), ("the counter back", Said(count: 5)), ("the counter gone", Said(count: 0)),
    ]

    @Test("What is wrong is refused", arguments: wrong.indices)
    func refused(_ index: Int) {
        #expect(throws: WebAuthnError.self, "\(Self.wrong[index].0)") { try assertion(Self.wrong[index].1) }
    }

    @Test("A signature by another key, of something else or of no form is refused; so is a key made for another address")
    func signatures() throws {
        let said = Said()
        #expect(throws: WebAuthnError.self) { try assertion(said, signature: Array(try P256.Signing.PrivateKey().signature(for: said.signed).derRepresentation)) }
        #expect(throws: WebAuthnError.self) { try assertion(said, signature: Array(try key.signature(for: said.data).derRepresentation)) }
        for signature in [[], [0x30, 0x00], Array(repeating: 0xFF, count: 72)] as [[UInt8]] { #expect(throws: WebAuthnError.self) { try assertion(said, signature: signature) } }
        #expect(throws: WebAuthnError.self) { try assertion(said, rpID: "other.example.org") }
    }

    // MARK: Registration

    private func attestation(_ said: Said, id: [UInt8] = Array(1...32), length: Int? = nil) -> [UInt8] {
        let idLength = length ?? id.count
        let data = said.data + Array(repeating: 0, count: 16) + [UInt8(truncatingIfNeeded: idLength >> 8), UInt8(truncatingIfNeeded: idLength)] + id + cose
        return [0xA3, 0x63] + Array("fmt".utf8) + [0x64] + Array("none".utf8) + [0x67] + Array("attStmt".utf8) + [0xA0, 0x68] + Array("authData".utf8)
            + (data.count < 256 ? [0x58] : [0x59, UInt8(data.count >> 8)]) + [UInt8(truncatingIfNeeded: data.count)] + data
    }

    @Test("A registration gives id, key and counter")
    func registration() throws {
        let said = Said(type: "webauthn.create", flags: 0x45)
        let made = try ceremony.registration(clientData: said.clientData, attestation: attestation(said)) { $0 == "challenge" }
        #expect(made.id == Array(1...32) && made.encodedKey == cose && made.signCount == 7)
    }

    @Test("A registration that is wrong is refused")
    func wrongRegistration() {
        let right = Said(type: "webauthn.create", flags: 0x45)
        let cases: [(Said, [UInt8])] = [
            (Said(flags: 0x45), attestation(right)), (Said(type: "webauthn.create", flags: 0x41), attestation(Said(type: "webauthn.create", flags: 0x41))), (right, attestation(Said(type: "webauthn.create", flags: 0x05))),
            (right, attestation(right, length: 0)), (right, attestation(right, length: 0xFFFF)), (right, attestation(right, length: 31)), (right, attestation(right) + [0]), (right, Array(attestation(right).dropLast())), (right, []), (right, [0xA0]),
        ]
        for (index, (said, bytes)) in cases.enumerated() {
            #expect(throws: WebAuthnError.self, "\(index)") { try ceremony.registration(clientData: said.clientData, attestation: bytes) { $0 == "challenge" } }
        }
    }

    @Test("Keys of three kinds verify; others, weak or off the curve, are none")
    func keys() throws {
        let data = Array("signed".utf8)
        let ed = Curve25519.Signing.PrivateKey(), rsa = try _RSA.Signing.PrivateKey(keySize: .bits2048)
        let (n, e) = try { let parts = try rsa.publicKey.getKeyPrimitives(); return (Array(parts.modulus), Array(parts.publicExponent)) }()
        let edKey = CBOR.map([.integer(1): .integer(1), .integer(3): .integer(-8), .integer(-1): .integer(6), .integer(-2): .bytes(Array(ed.publicKey.rawRepresentation))])
        let rsaKey = CBOR.map([.integer(1): .integer(3), .integer(3): .integer(-257), .integer(-1): .bytes(n), .integer(-2): .bytes(e)])
        #expect(try PublicKey(cose: edKey).isSignature(Array(try ed.signature(for: data)), of: data))
        #expect(try !PublicKey(cose: edKey).isSignature(Array(try ed.signature(for: data)), of: data + [0]))
        let signature = Array(try rsa.signature(for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5).rawRepresentation)
        #expect(try PublicKey(cose: rsaKey).isSignature(signature, of: data))
        #expect(try !PublicKey(cose: rsaKey).isSignature(signature, of: data + [0]))
        func map(_ pairs: [Int64: CBOR]) -> CBOR { .map(Dictionary(uniqueKeysWithValues: pairs.map { (.integer($0), $1) })) }
        for wrong in [
            map([1: .integer(2), 3: .integer(-7), -1: .integer(1), -2: .bytes(Array(repeating: 1, count: 32)), -3: .bytes(Array(repeating: 1, count: 32))]),
            map([1: .integer(2), 3: .integer(-7), -1: .integer(2), -2: .bytes(Array(repeating: 0, count: 32)), -3: .bytes(Array(repeating: 0, count: 32))]),
            map([1: .integer(3), 3: .integer(-257), -1: .bytes(Array(n.prefix(128))), -2: .bytes(e)]), map([1: .integer(3), 3: .integer(-7), -1: .bytes(n), -2: .bytes(e)]),
            map([1: .integer(1), 3: .integer(-8), -1: .integer(6), -2: .bytes([1, 2, 3])]), map([1: .integer(4), 3: .integer(5), -1: .bytes([1])]), .map([:]), .integer(1),
        ] { #expect(throws: WebAuthnError.self) { try PublicKey(cose: wrong) } }
    }

    @Test("A challenge is good once, for its purpose, for five minutes")
    func challenges() {
        var challenges = Challenges()
        let one = challenges.make(.login, at: 0), two = challenges.make(.registration("anna"), at: 0), three = challenges.make(.login, at: 0)
        // In turn: each row changes what there is.
        let rows: [(String, Challenges.Purpose, Double, Bool)] = [
            (one, .registration("anna"), 1, false), (one, .login, 1, true), (one, .login, 1, false), (two, .registration("bert"), 1, false), (two, .login, 1, false),
            (two, .registration("anna"), 299, true), (three, .login, 300, false), ("", .login, 1, false),
        ]
        for (challenge, purpose, now, expected) in rows {
            let isGood = challenges.use(challenge, purpose, at: now)
            #expect(isGood == expected)
        }
        for _ in 0..<(Challenges.most + 10) { _ = challenges.make(.login, at: 0) }
        let last = challenges.make(.login, at: 0)
        let isGood = challenges.use(last, .login, at: 0)
        #expect(isGood)
    }
}
