import Testing

@testable import IsocenterServer

@Suite("One-time codes and recovery codes")
struct OneTimeCodeTests {
    /// RFC 6238 Appendix B, SHA-1, 8 digits.
    private static let secret = Array("12345678901234567890".utf8)
    static let vectors: [(Int, String)] = [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"), (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ]

    @Test("As RFC 6238 Appendix B says", arguments: vectors)
    func vector(_ seconds: Int, _ code: String) {
        #expect(OneTimeCode.code(secret: Self.secret, step: OneTimeCode.step(at: seconds), digits: 8) == code)
        #expect(OneTimeCode.code(secret: Self.secret, step: OneTimeCode.step(at: seconds)) == code.suffix(6))
    }

    @Test("One step before and after is accepted, two are not", arguments: [(-2, false), (-1, true), (0, true), (1, true), (2, false)])
    func window(_ away: Int, _ isAccepted: Bool) {
        let now = 1_234_567_890, step = OneTimeCode.step(at: now) + away
        let code = OneTimeCode.code(secret: Self.secret, step: step)
        #expect(OneTimeCode.matches(code, secret: Self.secret, at: now, after: 0) == (isAccepted ? step : nil))
    }

    @Test("A step that was used is used up, and those before it")
    func replay() {
        let now = 1_234_567_890, step = OneTimeCode.step(at: now)
        for used in [step, step + 1] { #expect(OneTimeCode.matches(OneTimeCode.code(secret: Self.secret, step: step), secret: Self.secret, at: now, after: used) == nil) }
        #expect(OneTimeCode.matches(OneTimeCode.code(secret: Self.secret, step: step + 1), secret: Self.secret, at: now, after: step) == step + 1)
    }

    @Test("What is no code matches nothing", arguments: ["", "12345", "1234567", "abcdef", "００５９２４"])
    func nonsense(_ text: String) { #expect(OneTimeCode.matches(text, secret: Self.secret, at: 1_234_567_890, after: 0) == nil) }

    /// RFC 4648 §10, without padding.
    @Test("Base 32", arguments: [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")])
    func base32(_ plain: String, _ text: String) { #expect(Base32.encode(Array(plain.utf8)) == text) }

    @Test("The address of the picture escapes what is not plain")
    func uri() {
        #expect(OneTimeCode.uri(secret: Self.secret, account: "anna b@x", issuer: "Isocenter ä") ==
            "otpauth://totp/Isocenter%20%C3%A4:anna%20b%40x?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Isocenter%20%C3%A4&algorithm=SHA1&digits=6&period=30")
    }

    @Test("A recovery code is found as people type it")
    func recovery() {
        let code = RecoveryCode.make()
        #expect(code.count == 19 && RecoveryCode.hash(code) != nil)
        #expect(RecoveryCode.hash(code.lowercased().replacing("-", with: " ")) == RecoveryCode.hash(code))
        #expect(RecoveryCode.make() != code)
        for wrong in ["", "ABCD", code + "A", "1111-1111-1111-1111"] { #expect(RecoveryCode.hash(wrong) == nil) }
    }

    @Test("What is sealed opens for its owner and by its key alone")
    func sealed() throws {
        let box = SecretBox(key: .init(size: .bits256))
        let sealed = try box.seal(Self.secret, for: "anna")
        #expect(box.unseal(sealed, for: "anna") == Self.secret)
        #expect(box.unseal(sealed, for: "bert") == nil)
        #expect(SecretBox(key: .init(size: .bits256)).unseal(sealed, for: "anna") == nil)
        #expect(box.unseal(Array(sealed.dropLast()), for: "anna") == nil)
        #expect(box.unseal([], for: "anna") == nil)
    }
}
