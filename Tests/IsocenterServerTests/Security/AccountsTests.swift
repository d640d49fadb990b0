import Archive
import Crypto
import Database
import DatabaseFixtures
import Foundation
import Testing

@testable import IsocenterServer

@Suite("Users, tokens, sessions, factors", .everyEngine)
struct AccountsTests {
    private let database: any SQLDatabase
    private static let password = "correct horse battery"

    init() throws { database = try Engine.current.makeDatabase() }

    private func accounts(_ cost: Password.Cost = .init(rounds: 1 << 10, parallelism: 1)) async throws -> Accounts {
        try await Accounts(database, cost: cost)
    }

    private func withPeople() async throws -> Accounts {
        let accounts = try await accounts()
        try await accounts.add(name: "anna", role: .administrator, password: Self.password)
        try await accounts.add(name: "bert", role: .user, password: Self.password)
        return accounts
    }

    @Test func thePasswordIsHashedAnewWhenItsCostRises() async throws {
        let before = try await accounts()
        try await before.add(name: "anna", role: .user, password: Self.password)
        let cheap = try await before.passwordHash(of: "anna")
        let after = try await accounts(.init(rounds: 1 << 11, parallelism: 1))
        #expect(try await after.authenticate(name: "anna", password: "wrong") == nil)
        #expect(try await after.passwordHash(of: "anna") == cheap)
        #expect(try await after.authenticate(name: "anna", password: Self.password)?.name == "anna")
        #expect(try await after.passwordHash(of: "anna")?.hasPrefix("scrypt$2048$8$1$") == true)
        #expect(try await after.authenticate(name: "anna", password: Self.password)?.name == "anna")
    }

    @Test func theLastAdministratorStays() async throws {
        let accounts = try await withPeople()
        for attempt in 0..<3 {
            await #expect(throws: AccountError.self) {
                switch attempt {
                case 0: try await accounts.remove(name: "anna")
                case 1: try await accounts.setBlocked(true, of: "anna")
                default: try await accounts.setRole(.user, of: "anna")
                }
            }
        }
        try await accounts.addService(name: "robot", role: .administrator)
        await #expect(throws: AccountError.self, "a program is none that could let people in") { try await accounts.remove(name: "anna") }
        try await accounts.setRole(.administrator, of: "bert")
        try await accounts.setRole(.user, of: "anna")
        #expect(try await accounts.account("anna")?.role == .user)
        await #expect(throws: AccountError.self) { try await accounts.remove(name: "nobody") }
    }

    @Test func whoIsBlockedIsOutEverywhere() async throws {
        let accounts = try await withPeople()
        let token = try await accounts.addToken(for: "bert", label: "")
        let session = try await accounts.addSession(for: Principal(kind: .user, name: "bert", role: .user))
        #expect(try await accounts.principal(token: token, from: "10.0.0.1") != nil)
        try await accounts.setBlocked(true, of: "bert")
        #expect(try await accounts.principal(token: token, from: "10.0.0.1") == nil)
        #expect(try await accounts.principal(session: session, lifetime: 60, idle: 60) == nil)
        #expect(try await accounts.authenticate(name: "bert", password: Self.password) == nil)
        #expect(try await accounts.principal(name: "bert") == nil)
        try await accounts.setBlocked(false, of: "bert")
        #expect(try await accounts.principal(session: session, lifetime: 60, idle: 60) == nil, "the session ended")
        #expect(try await accounts.authenticate(name: "bert", password: Self.password) != nil)
    }

    @Test func aServiceAccountHasNoPassword() async throws {
        let accounts = try await accounts()
        try await accounts.addService(name: "robot", role: .user)
        for password in ["", "-", Self.password] { #expect(try await accounts.authenticate(name: "robot", password: password) == nil) }
        await #expect(throws: AccountError.self) { try await accounts.setPassword(Self.password, of: "robot") }
        #expect(try await accounts.principal(token: accounts.addToken(for: "robot", label: ""), from: "::1")?.name == "robot")
        #expect(try await !accounts.hasAdministrator())
    }

    @Test func aTokenMayNoMoreThanItWasGiven() async throws {
        let accounts = try await withPeople()
        let scope = TokenScope(actions: [.read, .administer], view: ["Modality=CT"], sources: ["10.0.0.0/8", "fd00::7"])
        let token = try await accounts.addToken(for: "anna", label: "viewer", lifetime: 1, scope: scope)
        for outside in ["11.0.0.1", "::1", "unknown", ""] { #expect(try await accounts.principal(token: token, from: outside) == nil, "\(outside)") }
        for inside in ["10.1.2.3", "::ffff:10.1.2.3", "fd00::7"] { #expect(try await accounts.principal(token: token, from: inside) != nil, "\(inside)") }
        let principal = try #require(try await accounts.principal(token: token, from: "10.0.0.1"))
        let view = try Access(view: ["Modality=CT"])
        for action in Action.allCases {
            let access = Policy.access(of: principal, for: action)
            #expect(access == (action == .read || action == .administer || action == .verify ? view : nil), "\(action)")
        }
        let listed = try #require(try await accounts.tokens(of: "anna").first)
        #expect(listed.scope == scope && listed.lastAddress == "10.0.0.1" && listed.lastUsed != nil && listed.label == "viewer")
        #expect(try await accounts.principal(token: String(token.dropLast()), from: "10.0.0.1") == nil)
        await #expect(throws: AccountError.self) { try await accounts.removeToken(id: listed.id, of: "bert") }
        try await accounts.removeToken(id: listed.id, of: "anna")
        #expect(try await accounts.principal(token: token, from: "10.0.0.1") == nil)
    }

    @Test(arguments: [TokenScope(actions: []), TokenScope(view: ["Nonsense=1"]), TokenScope(view: ["PixelData=1"]), TokenScope(sources: ["somewhere"]), TokenScope(sources: ["10.0.0.1/8"])])
    func aScopeThatCannotBeIsRefused(_ scope: TokenScope) async throws {
        let accounts = try await withPeople()
        await #expect(throws: AccountError.self) { try await accounts.addToken(for: "anna", label: "", scope: scope) }
    }

    @Test func sessionsAreTheirOwners() async throws {
        let accounts = try await withPeople()
        let anna = Principal(kind: .user, name: "anna", role: .administrator), bert = Principal(kind: .user, name: "bert", role: .user)
        let (one, two, three) = (try await accounts.addSession(for: anna, address: "10.0.0.1", device: "Firefox", proof: .code), try await accounts.addSession(for: anna), try await accounts.addSession(for: bert))
        let listed = try await accounts.sessions(of: "anna")
        #expect(listed.count == 2 && listed.contains { $0.address == "10.0.0.1" && $0.device == "Firefox" && $0.proof == "code" })
        #expect(try await accounts.sessions().count == 3)
        let id = String(Secret.hash(one).prefix(Accounts.sessionIDLength))
        await #expect(throws: AccountError.self) { try await accounts.removeSession(id: id, of: "bert") }
        for wrong in ["", "g", "%", String(repeating: "0", count: 24)] { await #expect(throws: AccountError.self) { try await accounts.removeSession(id: wrong, of: "anna") } }
        try await accounts.removeSession(id: id, of: "anna")
        #expect(try await accounts.principal(session: one, lifetime: 60, idle: 60) == nil)
        #expect(try await accounts.principal(session: two, lifetime: 60, idle: 60) != nil)
        try await accounts.setPassword("another horse battery", of: "anna", keeping: Secret.hash(two))
        #expect(try await accounts.principal(session: two, lifetime: 60, idle: 60) != nil)
        #expect(try await accounts.removeSessions(of: "anna") == 1)
        #expect(try await accounts.principal(session: three, lifetime: 60, idle: 60) != nil)
        #expect(try await accounts.principal(session: three, lifetime: 0, idle: 60) == nil, "absolute")
        #expect(try await accounts.principal(session: three, lifetime: 60, idle: 0) == nil, "idle")
    }

    @Test func oneTimeCodesAreAskedForOnceConfirmedAndGoOnce() async throws {
        let accounts = try await withPeople(), box = SecretBox(key: .init(size: .bits256))
        let secret = try await accounts.beginOneTimeCodes(of: "anna", box: box)
        #expect(try await !accounts.secondFactors(of: "anna").hasCodes)
        #expect(try await !accounts.useOneTimeCode("000000", of: "anna", box: box), "not confirmed")
        let again = try await accounts.beginOneTimeCodes(of: "anna", box: box)
        #expect(secret != again)
        let code = OneTimeCode.code(secret: again, step: OneTimeCode.step(at: Accounts.now))
        #expect(try await accounts.confirmOneTimeCodes(of: "anna", code: code, box: box))
        #expect(try await accounts.secondFactors(of: "anna").hasCodes)
        #expect(try await !accounts.useOneTimeCode(code, of: "anna", box: box), "it was used to confirm")
        let next = OneTimeCode.code(secret: again, step: OneTimeCode.step(at: Accounts.now) + 1)
        #expect(try await accounts.useOneTimeCode(next, of: "anna", box: box))
        #expect(try await !accounts.useOneTimeCode(next, of: "anna", box: box))
        await #expect(throws: AccountError.self) { _ = try await accounts.beginOneTimeCodes(of: "anna", box: box) }
        #expect(try await accounts.principal(name: "anna", passwordHash: accounts.passwordHash(of: "anna") ?? "") == nil, "a password alone is not enough any more")
        let stored = try await database.all("SELECT secret FROM one_time_code").compactMap { $0.blob("secret") }
        #expect(stored.count == 1 && !stored[0].starts(with: again) && !Data(stored[0]).contains(Data(again)))
        let codes = try await accounts.makeRecoveryCodes(of: "anna")
        #expect(codes.count == 10 && Set(codes).count == 10)
        #expect(try await accounts.useRecoveryCode(codes[3].lowercased(), of: "anna"))
        #expect(try await !accounts.useRecoveryCode(codes[3], of: "anna"), "each goes once")
        #expect(try await !accounts.useRecoveryCode(codes[4], of: "bert"))
        #expect(try await accounts.secondFactors(of: "anna").recoveryCodes == 9)
        try await accounts.removeOneTimeCodes(of: "anna")
        #expect(try await accounts.secondFactors(of: "anna") == Accounts.SecondFactors(), "recovery codes go with the last factor")
    }

    @Test func aPasskeysCounterGoesForwardOnly() async throws {
        let accounts = try await withPeople()
        try await accounts.addPasskey(.init(id: [1, 2, 3], encodedKey: [9], signCount: 0), rpID: "localhost", label: "key", of: "anna")
        await #expect(throws: AccountError.self) { try await accounts.addPasskey(.init(id: [1, 2, 3], encodedKey: [8], signCount: 0), rpID: "localhost", label: "key", of: "bert") }
        let id = Base64URL.encode([1, 2, 3] as [UInt8])
        #expect(try await accounts.usePasskey(id, signCount: 0))
        #expect(try await accounts.usePasskey(id, signCount: 5))
        for old in [5, 4, 0] { #expect(try await !accounts.usePasskey(id, signCount: old)) }
        #expect(try await accounts.passkey(id)?.key == [9])
        await #expect(throws: AccountError.self) { try await accounts.removePasskey(id, of: "bert") }
        try await accounts.removeSecondFactors(of: "anna")
        #expect(try await accounts.passkey(id) == nil)
    }

    @Test func requestsReadNoTableWhole() async throws {
        _ = try await accounts()
        guard Engine.current == .sqlite else { return }
        for statement: SQLStatement in [
            "SELECT 1 FROM token JOIN account ON account.name = token.account WHERE token.hash = 'a' AND account.blocked = 0",
            "SELECT 1 FROM session JOIN account ON account.name = session.account WHERE session.hash = 'a' AND account.blocked = 0",
            "SELECT hash FROM session WHERE account = 'a'", "SELECT id FROM passkey WHERE account = 'a'", "DELETE FROM session WHERE hash >= 'a' AND hash < 'ag' AND account = 'a'",
            "SELECT count(*) FROM recovery_code WHERE account = 'a'",
        ] {
            let plan = try await database.all("EXPLAIN QUERY PLAN \(statement)").map { $0.string("detail") }
            #expect(!plan.contains { $0.hasPrefix("SCAN") && !$0.contains("USING") }, "\(plan)")
        }
    }
}
