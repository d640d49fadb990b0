import Crypto
import CryptoExtras
import Foundation

/// The public key of a passkey, from COSE (RFC 9052 §7, RFC 9053, RFC 8230).
enum PublicKey: Sendable {
    case es256(P256.Signing.PublicKey)
    case edDSA(Curve25519.Signing.PublicKey)
    case rs256(_RSA.Signing.PublicKey)

    /// As COSE numbers them, the one we like best first.
    static let algorithms: [Int64] = [-7, -8, -257]

    /// - Throws: `WebAuthnError` where it is none, or none that we can use.
    init(cose: CBOR) throws {
        switch (cose[1]?.integer, cose[3]?.integer) {
        case (2, -7):
            guard cose[-1]?.integer == 1, let x = cose[-2]?.bytes, let y = cose[-3]?.bytes, x.count == 32, y.count == 32 else { throw WebAuthnError("the key is no point of P-256") }
            // Refuses points that are not on the curve.
            guard let key = try? P256.Signing.PublicKey(rawRepresentation: x + y) else { throw WebAuthnError("the key is no point of P-256") }
            self = .es256(key)
        case (1, -8):
            guard cose[-1]?.integer == 6, let x = cose[-2]?.bytes, x.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else { throw WebAuthnError("the key is none of Ed25519") }
            self = .edDSA(key)
        case (3, -257):
            guard let n = cose[-1]?.bytes, let e = cose[-2]?.bytes, (256...1024).contains(n.count), (1...4).contains(e.count), let key = try? _RSA.Signing.PublicKey(n: n, e: e) else {
                throw WebAuthnError("the key is none of RSA with 2048 bits and more")
            }
            self = .rs256(key)
        default: throw WebAuthnError("the key is of a kind that we did not ask for")
        }
    }

    func isSignature(_ signature: [UInt8], of data: [UInt8]) -> Bool {
        switch self {
        case .es256(let key):
            // What is no signature at all is none of this.
            guard let signature = try? P256.Signing.ECDSASignature(derRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: data)
        case .edDSA(let key): return key.isValidSignature(signature, for: data)
        case .rs256(let key): return key.isValidSignature(.init(rawRepresentation: signature), for: SHA256.hash(data: data), padding: .insecurePKCS1v1_5)
        }
    }
}
