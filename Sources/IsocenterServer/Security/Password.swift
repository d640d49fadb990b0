import Crypto
import CryptoExtras
import Foundation

/// Passwords are kept as scrypt hashes (RFC 7914), never as text.
enum Password {
    static let minimumLength = 10

    /// What is wrong with a new password, in words; nil where it will do.
    /// Length is what counts (NIST SP 800-63B §5.1.1.2): no rules about kinds of characters.
    static func problem(_ password: String, name: String) -> String? {
        guard password.count >= minimumLength else { return "the password needs at least \(minimumLength) characters" }
        guard password.utf8.count <= 1024 else { return "the password is longer than 1024 bytes" }
        guard Set(password).count >= 4 else { return "the password repeats too few characters" }
        guard name.count < 3 || !password.lowercased().contains(name.lowercased()) else { return "the password contains the user name" }
        guard !common.contains(password.lowercased()) else { return "the password is one of the most common ones" }
        return nil
    }

    private static let common: Set<String> = [
        "1234567890", "0123456789", "qwertyuiop", "password123", "passwordpassword", "administrator", "letmein123", "iloveyou123", "isocenter1", "welcome123", "changeme123",
    ]

    // MARK: Hashing

    /// 16 MiB and about 50 ms a try (RFC 7914 §2): N = 2^14, r = 8, p = 1.
    private static let rounds = 1 << 14, blockSize = 8, parallelism = 1

    /// `scrypt$16384$8$1$salt$hash`: the parameters travel with the hash, so that they can be raised later.
    static func hash(_ password: String) throws -> String {
        let salt = Data(SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) })
        let key = try derive(password, salt: salt, rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        return "scrypt$\(rounds)$\(blockSize)$\(parallelism)$\(salt.base64EncodedString())$\(key.base64EncodedString())"
    }

    static func verify(_ password: String, against stored: String) throws -> Bool {
        let fields = stored.split(separator: "$")
        guard fields.count == 6, fields[0] == "scrypt", let rounds = Int(fields[1]), let blockSize = Int(fields[2]), let parallelism = Int(fields[3]),
            let salt = Data(base64Encoded: String(fields[4])), let expected = Data(base64Encoded: String(fields[5]))
        else { return false }
        let key = try derive(password, salt: salt, rounds: rounds, blockSize: blockSize, parallelism: parallelism)
        return constantTimeEqual(key, expected)
    }

    /// A hash of nothing, so that an unknown name costs as much time as a known one.
    static let decoy = "scrypt$\(rounds)$\(blockSize)$\(parallelism)$AAAAAAAAAAAAAAAAAAAAAA==$AAAA"

    private static func derive(_ password: String, salt: Data, rounds: Int, blockSize: Int, parallelism: Int) throws -> Data {
        let key = try KDF.Scrypt.deriveKey(
            from: Data(password.precomposedStringWithCompatibilityMapping.utf8), salt: salt, outputByteCount: 32,
            rounds: rounds, blockSize: blockSize, parallelism: parallelism, maxMemory: 256 << 20)
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
        let bytes = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        return bytes.base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
    }

    static func hash(_ secret: String) -> String {
        SHA256.hash(data: Data(secret.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
