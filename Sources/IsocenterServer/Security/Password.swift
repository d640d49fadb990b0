import Crypto
import CryptoExtras
import Foundation

/// Passwords are kept as scrypt hashes (RFC 7914), never as text.
enum Password {
    /// What a try costs: time for whoever guesses, memory for whoever guesses many at once.
    struct Cost: Sendable, Equatable {
        /// N, a power of two; r is 8, so that a try needs N KiB.
        var rounds: Int
        /// p
        var parallelism: Int
        static let blockSize = 8

        /// One of the equivalents that OWASP's Password Storage Cheat Sheet names as the least: N = 2^15, r = 8, p = 3.
        static let standard = Cost(rounds: 1 << 15, parallelism: 3)

        init(rounds: Int, parallelism: Int) { (self.rounds, self.parallelism) = (rounds, parallelism) }

        init(_ settings: Settings) {
            self.init(rounds: settings[Settings.hashMemory] << 10, parallelism: settings[Settings.hashPasses])
        }

        var work: Int { rounds * parallelism }
    }

    /// In place of a hash where there is no password; nothing matches it.
    static let none = "-"

    /// `scrypt$32768$8$3$salt$hash`: the parameters travel with the hash, so that they can be raised later.
    static func hash(_ password: String, cost: Cost = .standard) throws -> String {
        let salt = Data(SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) })
        let key = try derive(password, salt: salt, rounds: cost.rounds, blockSize: Cost.blockSize, parallelism: cost.parallelism)
        return "scrypt$\(cost.rounds)$\(Cost.blockSize)$\(cost.parallelism)$\(salt.base64EncodedString())$\(key.base64EncodedString())"
    }

    static func verify(_ password: String, against stored: String) throws -> Bool {
        guard let fields = Fields(stored) else { return false }
        let key = try derive(password, salt: fields.salt, rounds: fields.rounds, blockSize: fields.blockSize, parallelism: fields.parallelism)
        return constantTimeEqual(key, fields.key)
    }

    /// Whether it was made at another cost than this; what is no hash is not.
    static func isOutdated(_ stored: String, cost: Cost) -> Bool {
        guard let fields = Fields(stored) else { return false }
        return fields.blockSize != Cost.blockSize || fields.rounds < cost.rounds || fields.rounds * fields.parallelism < cost.work
    }

    /// A hash of nothing, so that an unknown name costs as much time as a known one.
    static func decoy(_ cost: Cost) -> String { "scrypt$\(cost.rounds)$\(Cost.blockSize)$\(cost.parallelism)$AAAAAAAAAAAAAAAAAAAAAA==$AAAA" }

    private struct Fields {
        var rounds: Int, blockSize: Int, parallelism: Int
        var salt: Data, key: Data

        init?(_ stored: String) {
            let fields = stored.split(separator: "$")
            guard fields.count == 6, fields[0] == "scrypt", let rounds = Int(fields[1]), let blockSize = Int(fields[2]), let parallelism = Int(fields[3]),
                let salt = Data(base64Encoded: String(fields[4])), let key = Data(base64Encoded: String(fields[5]))
            else { return nil }
            (self.rounds, self.blockSize, self.parallelism, self.salt, self.key) = (rounds, blockSize, parallelism, salt, key)
        }
    }

    static func derive(_ password: String, salt: Data, rounds: Int, blockSize: Int, parallelism: Int, length: Int = 32) throws -> Data {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt, outputByteCount: length,
            rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        return key.withUnsafeBytes { Data($0) }
    }

    static func constantTimeEqual(_ a: Data, _ b: Data) -> Bool {
        guard a.count == b.count else { return false }
        return zip(a, b).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// Random secrets for sessions, tokens and the set-up link; only their hash is stored.
enum Secret {
    /// 256 random bits in 43 URL-safe characters.
    static func make() -> String {
        Base64URL.encode(SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }

    static func hash(_ secret: String) -> String {
        SHA256.hash(data: Data(secret.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// Base 64 in the alphabet of URLs, without padding (RFC 4648 §5).
enum Base64URL {
    static func encode(_ bytes: some Sequence<UInt8>) -> String {
        Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    /// nil where the text is anything else, padding included.
    static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 != 1, !text.contains(where: { "+/=".contains($0) }) else { return nil }
        let padded = text.replacing("-", with: "+").replacing("_", with: "/") + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: padded).map { [UInt8]($0) }
    }
}
