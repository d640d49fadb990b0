import Crypto
import Foundation

/// Time-based one-time passwords (RFC 6238 over RFC 4226): what authenticator applications show.
enum OneTimeCode {
    /// Seconds.
    static let step = 30
    static let digits = 6
    /// Steps before and after ours that are accepted: clocks differ, and people type.
    static let window = 1
    /// 160 bits, as long as the hash (RFC 4226 §4, R6).
    static let secretLength = 20

    static func makeSecret() -> [UInt8] {
        SymmetricKey(size: .init(bitCount: secretLength * 8)).withUnsafeBytes { Array($0) }
    }

    static func step(at seconds: Int) -> Int { seconds / step }

    /// The code of a step (RFC 4226 §5.3).
    static func code(secret: [UInt8], step: Int, digits: Int = digits) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> (56 - 8 * $0)) }
        let mac = Array(HMAC<Insecure.SHA1>.authenticationCode(for: counter, using: SymmetricKey(data: secret)))
        let offset = Int(mac[19] & 0x0F)
        var number = Int(mac[offset] & 0x7F) << 24 | Int(mac[offset + 1]) << 16 | Int(mac[offset + 2]) << 8 | Int(mac[offset + 3])
        var text = ""
        for _ in 0..<digits {
            text = String(number % 10) + text
            number /= 10
        }
        return text
    }

    /// The step whose code this is, later than `last`: a code that was used is used up.
    static func matches(_ code: String, secret: [UInt8], at seconds: Int, after last: Int) -> Int? {
        let wanted = Data(code.utf8), now = step(at: seconds)
        var found: Int?
        // All are looked at: the time that it takes does not tell which one it was.
        for step in (now - window)...(now + window) where Password.constantTimeEqual(Data(Self.code(secret: secret, step: step).utf8), wanted) && step > last {
            found = found ?? step
        }
        return found
    }

    /// What the picture says that an application reads (Key Uri Format: otpauth).
    static func uri(secret: [UInt8], account: String, issuer: String) -> String {
        let (issuer, account) = (escaped(issuer), escaped(account))
        return "otpauth://totp/\(issuer):\(account)?secret=\(Base32.encode(secret))&issuer=\(issuer)&algorithm=SHA1&digits=\(digits)&period=\(step)"
    }

    private static func escaped(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || "-._~".utf8.contains(byte)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

/// Base 32 without padding (RFC 4648 §6).
enum Base32 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")

    static func encode(_ bytes: [UInt8]) -> String {
        var text = "", buffer = 0, bits = 0
        for byte in bytes {
            buffer = (buffer << 8 | Int(byte)) & 0xFFFF
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[buffer >> bits & 31])
            }
        }
        if bits > 0 { text.append(alphabet[buffer << (5 - bits) & 31]) }
        return text
    }
}

/// Codes for whoever lost the second factor: each goes once.
enum RecoveryCode {
    static let count = 10

    /// 80 random bits: `ABCD-EFGH-IJKL-MNOP`.
    static func make() -> String {
        let text = Base32.encode(SymmetricKey(size: .init(bitCount: 80)).withUnsafeBytes { Array($0) })
        return stride(from: 0, to: 16, by: 4).map { String(text.dropFirst($0).prefix(4)) }.joined(separator: "-")
    }

    /// nil where it cannot be one. Case, hyphens and spaces are as people type them.
    static func hash(_ text: String) -> String? {
        let plain = text.uppercased().filter { $0 != "-" && $0 != " " }
        guard plain.utf8.count == 16, plain.utf8.allSatisfy({ (0x41...0x5A).contains($0) || (0x32...0x37).contains($0) }) else { return nil }
        return Secret.hash(plain)
    }
}
