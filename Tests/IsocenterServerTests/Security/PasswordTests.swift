import Foundation
import Testing

@testable import IsocenterServer

@Suite("Passwords and guessing")
struct PasswordTests {
    private static let cheap = Password.Cost(rounds: 1 << 10, parallelism: 1)

    @Test("A hash tells its password from others, and no two are alike")
    func hashing() throws {
        let hash = try Password.hash("correct horse battery", cost: Self.cheap)
        #expect(try Password.verify("correct horse battery", against: hash))
        #expect(try !Password.verify("correct horse batterY", against: hash))
        #expect(try Password.hash("correct horse battery", cost: Self.cheap) != hash)
        #expect(!hash.contains("horse"))
    }

    /// RFC 7914 §12.
    static let vectors: [(password: String, salt: String, rounds: Int, blockSize: Int, parallelism: Int, key: String)] = [
        ("", "", 16, 1, 1, "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906"),
        ("password", "NaCl", 1024, 8, 16, "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640"),
    ]

    @Test("scrypt as RFC 7914 §12 says", arguments: vectors)
    func scrypt(_ row: (password: String, salt: String, rounds: Int, blockSize: Int, parallelism: Int, key: String)) throws {
        let key = try Password.derive(row.password, salt: Data(row.salt.utf8), rounds: row.rounds, blockSize: row.blockSize, parallelism: row.parallelism, length: 64)
        #expect(key.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined() == row.key)
    }

    @Test("A hash of less work than now asked for is outdated", arguments: [
        ("scrypt$16384$8$1$AA==$AA==", true), ("scrypt$32768$8$1$AA==$AA==", true), ("scrypt$32768$8$3$AA==$AA==", false), ("scrypt$65536$8$2$AA==$AA==", false), ("-", false),
    ])
    func outdated(_ stored: String, _ expected: Bool) { #expect(Password.isOutdated(stored, cost: .standard) == expected) }

    @Test("One password in two Unicode spellings is one password")
    func spelling() throws {
        #expect(try Password.verify("Stra\u{0308}ngna\u{0308}s-2024", against: try Password.hash("Strängnäs-2024", cost: Self.cheap)))
    }

    @Test("What is stored but is no hash matches nothing", arguments: ["", "-", "scrypt$1$2", "plain", "scrypt$16384$8$1$!!$!!"])
    func nonsense(_ stored: String) throws {
        #expect(try !Password.verify("", against: stored))
        #expect(try !Password.verify("-", against: stored))
    }

    @Test("Weak passwords are refused with the reason", arguments: [
        "short", "elevenchars", "aaaaaaaaaaaaaaaa", "Password12345", "P@$$w0rd!2024", "annaannaanna1", "qwertyuiop123456", "Isocenter-PACS-2026", "radiology radiology", "Winter2025Winter", "",
    ])
    func weak(_ password: String) {
        #expect(PasswordRules().problem(password, name: "anna") != nil)
    }

    @Test("Length is enough", arguments: ["correct horse battery", "zwölf Boxkämpfer", "日本語のとても長いパスワード", "lamp-and-statistics-1858", String(repeating: "four and twenty blackbirds ", count: 20)])
    func strong(_ password: String) {
        #expect(PasswordRules().problem(password, name: "anna") == nil)
    }

    @Test("An administrator's list holds whole lines only")
    func blockList() throws {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("passwords-\(UUID().uuidString)")
        try Data("seventeen brown cows\r\nthe quiet harbour at dawn\nlast line without end".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var rules = PasswordRules()
        rules.blockList = file.path
        for listed in ["seventeen brown cows", "the quiet harbour at dawn", "last line without end"] {
            #expect(throws: AccountError.self) { try rules.check(listed, name: "anna") }
        }
        for other in ["the quiet harbour", "quiet harbour at dawn", "seventeen brown cows too"] { try rules.check(other, name: "anna") }
        rules.blockList = "/nowhere/at/all"
        #expect(throws: AccountError.self) { try rules.check("a list that cannot be read refuses", name: "anna") }
    }

    @Test("After five failures there are pauses that grow, and another name is not held up")
    func attempts() {
        var attempts = Attempts()
        for _ in 0..<4 { attempts.fail(["name anna"], at: 100) }
        #expect(attempts.pause(for: ["name anna"], at: 100) == nil)
        attempts.fail(["name anna"], at: 100)
        let first = attempts.pause(for: ["name anna"], at: 100)
        #expect(first == 1)
        #expect(attempts.pause(for: ["name bert"], at: 100) == nil)
        #expect(attempts.pause(for: ["name anna"], at: 102) == nil)
        attempts.fail(["name anna"], at: 102)
        #expect(attempts.pause(for: ["name anna"], at: 102) == 2)
        for _ in 0..<40 { attempts.fail(["name anna"], at: 103) }
        #expect(attempts.pause(for: ["name anna"], at: 103) == Attempts.longestPause)
        attempts.succeed(["name anna"])
        #expect(attempts.pause(for: ["name anna"], at: 103) == nil)
    }

    @Test("The set-up link opens once its secret is said, for an hour")
    func setupLink() {
        let link = SetupLink(at: 1000)
        #expect(link.opens(link.secret, at: 1000))
        #expect(link.opens(link.secret, at: 4599))
        #expect(!link.opens(link.secret, at: 4600))
        #expect(!link.opens("", at: 1000) && !link.opens(String(link.secret.dropLast()), at: 1000))
    }
}
