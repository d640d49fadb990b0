import Archive
import Database
import Foundation
import Logging

/// Users, tokens and sessions: the same rows for the server and for commands beside it.
public struct Accounts: Sendable {
    let database: any SQLDatabase
    let rules: PasswordRules
    let hashing: PasswordHashing

    /// Brings the tables up to date.
    init(_ database: any SQLDatabase, rules: PasswordRules = PasswordRules(), cost: Password.Cost = .standard) async throws {
        self.database = database
        self.rules = rules
        hashing = PasswordHashing(cost)
        try await database.migrate(Self.schema)
    }

    public enum Kind: String, Sendable, Codable {
        case person
        /// A program: it has no password and never logs in, only tokens speak for it.
        case service
    }

    public struct Account: Sendable {
        public var name: String
        public var role: Role
        public var kind: Kind
        public var created: Date
        public var isBlocked: Bool
        public var lastLogin: Date?
        public var hasOneTimeCodes: Bool
        public var passkeys: Int
        public var sessions: Int
        public var tokens: Int
    }

    // MARK: Users

    public func hasAdministrator() async throws -> Bool {
        try await database.first("SELECT 1 FROM account WHERE role = \(Role.administrator.rawValue) AND kind = \(Kind.person.rawValue) LIMIT 1") != nil
    }

    /// - Throws: `AccountError` where the name is taken or unfit, or the password too weak.
    public func add(name: String, role: Role, password: String) async throws {
        try Self.check(name: name)
        try rules.check(password, name: name)
        try await insert(name, role, .person, hash: try await hashing.hash(password))
    }

    /// A service account: tokens are its only way in.
    public func addService(name: String, role: Role) async throws {
        try Self.check(name: name)
        try await insert(name, role, .service, hash: Password.none)
    }

    private func insert(_ name: String, _ role: Role, _ kind: Kind, hash: String) async throws {
        let added = try await database.run("""
            INSERT INTO account (name, role, kind, password_hash, created)
            VALUES (\(name), \(role.rawValue), \(kind.rawValue), \(hash), \(Self.now)) ON CONFLICT DO NOTHING
            """)
        guard added == 1 else { throw AccountError(.taken, "there is a user '\(name)' already") }
    }

    /// The first administrator, and only where there is none: two at once cannot both succeed.
    func addFirstAdministrator(name: String, password: String) async throws {
        try Self.check(name: name)
        try rules.check(password, name: name)
        let hash = try await hashing.hash(password)
        let role = Role.administrator.rawValue
        let added = try await database.run("""
            INSERT INTO account (name, role, password_hash, created)
            SELECT \(name), \(role), \(hash), \(Self.now)
            WHERE NOT EXISTS (SELECT 1 FROM account WHERE role = \(role) AND kind = \(Kind.person.rawValue))
            ON CONFLICT DO NOTHING
            """)
        guard added == 1 else { throw AccountError(.taken, "there is an administrator already: log in") }
    }

    /// Whoever knew the old password is logged out.
    ///
    /// - Parameter session: the hash of one that stays.
    public func setPassword(_ password: String, of name: String, keeping session: String? = nil) async throws {
        try rules.check(password, name: name)
        let hash = try await hashing.hash(password), person = Kind.person.rawValue
        let changed = try await database.write { (connection) throws(DatabaseError) in
            try connection.run("DELETE FROM session WHERE account = \(name) AND hash <> \(session ?? "")")
            return try connection.run("UPDATE account SET password_hash = \(hash) WHERE name = \(name) AND kind = \(person)")
        }
        guard changed == 1 else { throw AccountError(.notFound, "there is no user '\(name)' with a password") }
    }

    public func setRole(_ role: Role, of name: String) async throws {
        try await change(name, endsAdministration: role != .administrator) { (connection) throws(DatabaseError) in
            try connection.run("UPDATE account SET role = \(role.rawValue) WHERE name = \(name)")
        }
    }

    /// Who is blocked is out at once: sessions end, tokens and passwords are refused. It can be taken back.
    public func setBlocked(_ isBlocked: Bool, of name: String) async throws {
        try await change(name, endsAdministration: isBlocked) { (connection) throws(DatabaseError) in
            if isBlocked { try connection.run("DELETE FROM session WHERE account = \(name)") }
            return try connection.run("UPDATE account SET blocked = \(isBlocked ? 1 : 0) WHERE name = \(name)")
        }
    }

    /// Takes the user's tokens and sessions along.
    public func remove(name: String) async throws {
        try await change(name, endsAdministration: true) { (connection) throws(DatabaseError) in
            try connection.run("DELETE FROM account WHERE name = \(name)")
        }
    }

    /// One transaction that leaves somebody who can administer.
    private func change(_ name: String, endsAdministration: Bool, _ body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> Int) async throws {
        let (administrator, person) = (Role.administrator.rawValue, Kind.person.rawValue)
        let changed = try await database.write { (connection) throws(DatabaseError) -> Int? in
            if endsAdministration {
                let administrators = try connection.all("""
                    SELECT name FROM account WHERE role = \(administrator) AND kind = \(person) AND blocked = 0 ORDER BY name LIMIT 2
                    """).map { $0.string("name") }
                if administrators == [name] { return nil }
            }
            return try body(connection)
        }
        guard let changed else { throw AccountError(.refused, "the last administrator stays one: make another first") }
        guard changed == 1 else { throw AccountError(.notFound, "there is no user '\(name)'") }
    }

    public func list() async throws -> [Account] {
        try await database.all("""
            SELECT name, role, kind, created, blocked, last_login,
                   (SELECT count(*) FROM one_time_code WHERE account = name AND confirmed = 1) AS codes,
                   (SELECT count(*) FROM passkey WHERE passkey.account = name) AS passkeys,
                   (SELECT count(*) FROM session WHERE session.account = name) AS sessions,
                   (SELECT count(*) FROM token WHERE token.account = name) AS tokens
            FROM   account ORDER BY name
            """).compactMap(Self.account)
    }

    public func account(_ name: String) async throws -> Account? {
        try await list().first { $0.name == name }
    }

    private static func check(name: String) throws {
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "._-@ "))
        guard (1...64).contains(name.count), name.unicodeScalars.allSatisfy(allowed.contains), name.trimmed == name else {
            throw AccountError("a user name has 1 to 64 letters, digits, spaces or . _ - @")
        }
    }

    private static func account(_ row: SQLRow) -> Account? {
        guard let role = Role(rawValue: row.string("role")), let kind = Kind(rawValue: row.string("kind")) else { return nil }
        return Account(
            name: row.string("name"), role: role, kind: kind, created: date(row.int("created")), isBlocked: row.bool("blocked"),
            lastLogin: row.integer("last_login").map { date(Int(clamping: $0)) }, hasOneTimeCodes: row.bool("codes"), passkeys: row.int("passkeys"),
            sessions: row.int("sessions"), tokens: row.int("tokens"))
    }

    // MARK: Who it is

    /// The user with this name and password; nil where there is none. Costs the same time either way.
    ///
    /// - Throws: `PasswordHashing.Busy` where too many passwords are being looked at.
    func authenticate(name: String, password: String) async throws -> Principal? {
        let row = try await database.first("SELECT name, role, kind, password_hash FROM account WHERE name = \(name) AND blocked = 0")
        let isPerson = row?.string("kind") == Kind.person.rawValue
        let stored = isPerson ? row?.string("password_hash") ?? hashing.decoy : hashing.decoy
        let isRight = try await hashing.verify(password, against: stored)
        guard isRight, isPerson, let row, let principal = Self.principal(row) else { return nil }
        if hashing.isOutdated(stored) {
            // The cost has risen since: the same password, hashed as it is now asked for.
            let hash = try await hashing.hash(password)
            try await database.run("UPDATE account SET password_hash = \(hash) WHERE name = \(name) AND password_hash = \(stored)")
        }
        return principal
    }

    /// The user of this name, whoever says so.
    func principal(name: String) async throws -> Principal? {
        try await database.first("SELECT name, role FROM account WHERE name = \(name) AND blocked = 0").flatMap(Self.principal)
    }

    /// The user as long as the password is the one this hash was made of, and enough.
    func principal(name: String, passwordHash: String) async throws -> Principal? {
        try await database.look("""
            SELECT name, role FROM account WHERE name = \(name) AND password_hash = \(passwordHash) AND blocked = 0
            AND NOT EXISTS (SELECT 1 FROM one_time_code WHERE account = \(name) AND confirmed = 1)
            """).first.flatMap(Self.principal)
    }

    func passwordHash(of name: String) async throws -> String? {
        try await database.first("SELECT password_hash FROM account WHERE name = \(name)")?.text("password_hash")
    }

    static func principal(_ row: SQLRow) -> Principal? {
        Role(rawValue: row.string("role")).map { Principal(kind: .user, name: row.string("name"), role: $0) }
    }

    /// Seconds since 1970.
    static var now: Int { Int(Date().timeIntervalSince1970) }

    static func date(_ seconds: Int) -> Date { Date(timeIntervalSince1970: Double(seconds)) }
}

/// What is wrong with a request about users or tokens, for the person who made it.
public struct AccountError: Error, CustomStringConvertible {
    enum Code: Sendable { case invalid, taken, notFound, refused }

    var code: Code
    public var description: String
    init(_ code: Code = .invalid, _ description: String) { (self.code, self.description) = (code, description) }
    init(_ description: String) { self.init(.invalid, description) }
}

extension Accounts {
    /// With what the settings say of passwords.
    init(_ database: any SQLDatabase, settings: Settings) async throws {
        try await self.init(database, rules: PasswordRules(settings), cost: Password.Cost(settings))
    }

    /// The accounts of a data folder, beside a server or without one.
    public static func open(_ settings: Settings) async throws -> Accounts {
        let archive = try await Archive.open(
            ArchiveConfiguration(settings, role: .beside), logger: Logger(label: "isocenter", factory: { _ in SwiftLogNoOpLogHandler() }))
        return try await Accounts(archive.database, settings: settings)
    }
}
