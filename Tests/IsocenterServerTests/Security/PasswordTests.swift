import Testing

@testable import IsocenterServer

@Suite("Passwords and guessing")
struct PasswordTests {
    @Test("A hash tells its password from others, and no two are alike")
    func hashing() throws {
        let hash = try Password.hash("correct horse battery")
        #expect(try Password.verify("correct horse battery", against: hash))
        #expect(try !Password.verify("correct horse batterY", against: hash))
        #expect(try Password.hash("correct horse battery") != hash)
        #expect(!hash.contains("horse"))
    }

    @Test("One password in two Unicode spellings is one password")
    func spelling() throws {
        #expect(try Password.verify("Stra\u{0308}ngna\u{0308}s-2024", against: try Password.hash("Strängnäs-2024")))
    }

    @Test("What is stored but is no hash matches nothing", arguments: ["", "scrypt$1$2", "plain", "scrypt$16384$8$1$!!$!!"])
    func nonsense(_ stored: String) throws {
        #expect(try !Password.verify("", against: stored))
    }

    @Test("Weak passwords are refused with the reason", arguments: ["short", "aaaaaaaaaaaaaa", "Password123", "annaannaanna1", ""])
    func weak(_ password: String) {
        #expect(Password.problem(password, name: "anna") != nil)
    }

    @Test("Length is enough", arguments: ["correct horse battery", "zwölf Boxkämpfer", "日本語のとても長いパスワード"])
    func strong(_ password: String) {
        #expect(Password.problem(password, name: "anna") == nil)
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
}
