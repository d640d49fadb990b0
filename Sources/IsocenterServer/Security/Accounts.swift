import Archive
import Database
import Foundation
import Logging

/// Users, tokens and sessions: the same rows for the server and for commands beside it.
public struct Accounts: Sendable {
    private let database: any SQLDatabase

    /// Brings the tables up to date.
    public init(_ database: any SQLDatabase) async throws {
        self.database = database
        try await database.migrate(Self.schema)
    }

    public struct Account: Sendable {
        public var name: String
        public var role: Role
        public var created: Date
    }

    // MARK: Users

    public func hasAdministrator() async throws -> Bool {
        try await database.first("SELECT 1 FROM account WHERE role = \(Role.administrator.rawValue) LIMIT 1") != nil
    }

    /// - Throws: `AccountError` where the name is taken or unfit, or the password too weak.
    public func add(name: String, role: Role, password: String) async throws {
        try Self.check(name: name)
        if let problem = Password.problem(password, name: name) { throw AccountError(problem) }
        let hash = try Password.hash(password)
        let added = try await database.run("""
            INSERT INTO account (name, role, password_hash, created) VALUES (\(name), \(role.rawValue), \(hash), \(Self.now))
            ON CONFLICT DO NOTHING
            """)
        guard added == 1 else { throw AccountError("there is a user '\(name)' already") }
    }

    /// The first administrator, and only where there is none: two at once cannot both succeed.
    func addFirstAdministrator(name: String, password: String) async throws {
        try Self.check(name: name)
        if let problem = Password.problem(password, name: name) { throw AccountError(problem) }
        let hash = try Password.hash(password)
        let role = Role.administrator.rawValue
        let added = try await database.run("""
            INSERT INTO account (name, role, password_hash, created)
            SELECT \(name), \(role), \(hash), \(Self.now) WHERE NOT EXISTS (SELECT 1 FROM account WHERE role = \(role))
            ON CONFLICT DO NOTHING
            """)
        guard added == 1 else { throw AccountError("there is an administrator already: log in") }
    }

    public func setPassword(_ password: String, of name: String) async throws {
        if let problem = Password.problem(password, name: name) { throw AccountError(problem) }
        let hash = try Password.hash(password)
        let changed = try await database.write { (connection) throws(DatabaseError) in
            // Whoever knew the old password is logged out.
            try connection.run("DELETE FROM session WHERE account = \(name)")
            return try connection.run("UPDATE account SET password_hash = \(hash) WHERE name = \(name)")
        }
        guard changed == 1 else { throw AccountError("there is no user '\(name)'") }
    }

    /// Takes the user's tokens and sessions along.
    public func remove(name: String) async throws {
        guard try await database.run("DELETE FROM account WHERE name = \(name)") == 1 else {
            throw AccountError("there is no user '\(name)'")
        }
    }

    public func list() async throws -> [Account] {
        try await database.all("SELECT name, role, created FROM account ORDER BY name").compactMap(Self.account)
    }

    /// The user with this name and password; nil where there is none. Costs the same time either way.
    func authenticate(name: String, password: String) async throws -> Principal? {
        let row = try await database.first("SELECT name, role, password_hash FROM account WHERE name = \(name)")
        let isRight = try Password.verify(password, against: row?.text("password_hash") ?? Password.decoy)
        guard isRight, let row, let role = Role(rawValue: row.string("role")) else { return nil }
        return Principal(kind: .user, name: row.string("name"), role: role)
    }

    /// The user of this name, whoever says so.
    func principal(name: String) async throws -> Principal? {
        try await database.first("SELECT name, role FROM account WHERE name = \(name)").flatMap(Self.principal)
    }

    /// The user as long as the password is the one this hash was made of.
    func principal(name: String, passwordHash: String) async throws -> Principal? {
        try await database.look("SELECT name, role FROM account WHERE name = \(name) AND password_hash = \(passwordHash)").first.flatMap(Self.principal)
    }

    func passwordHash(of name: String) async throws -> String? {
        try await database.first("SELECT password_hash FROM account WHERE name = \(name)")?.text("password_hash")
    }

    private static func check(name: String) throws {
        let allowed = CharacterSet.alphanumerics.union(CharacterSet(charactersIn: "._-@ "))
        guard (1...64).contains(name.count), name.unicodeScalars.allSatisfy(allowed.contains), name.trimmed == name else {
            throw AccountError("a user name has 1 to 64 letters, digits, spaces or . _ - @")
        }
    }

    private static func account(_ row: SQLRow) -> Account? {
        guard let role = Role(rawValue: row.string("role")) else { return nil }
        return Account(name: row.string("name"), role: role, created: Date(timeIntervalSince1970: Double(row.int("created"))))
    }

    // MARK: Tokens

    /// A bearer token, told once.
    public func addToken(for name: String, label: String, lifetime days: Int? = nil) async throws -> String {
        let secret = Secret.make()
        let now = Self.now
        let expires = days.map { Int64(now + $0 * 86_400) }
        let added = try await database.run("""
            INSERT INTO token (hash, account, label, created, expires)
            SELECT \(Secret.hash(secret)), name, \(label), \(now), \(expires) FROM account WHERE name = \(name)
            """)
        guard added == 1 else { throw AccountError("there is no user '\(name)'") }
        return secret
    }

    public struct Token: Sendable {
        /// First characters of the hash: names the token without telling it.
        public var id: String
        public var account: String
        public var label: String
        public var created: Date
        public var expires: Date?
    }

    public func tokens() async throws -> [Token] {
        try await database.all("SELECT hash, account, label, created, expires FROM token ORDER BY account, created").map { row in
            Token(
                id: String(row.string("hash").prefix(12)), account: row.string("account"), label: row.string("label"),
                created: Date(timeIntervalSince1970: Double(row.int("created"))),
                expires: row.integer("expires").map { Date(timeIntervalSince1970: Double($0)) })
        }
    }

    public func removeToken(id: String) async throws {
        guard id.count >= 8, id.allSatisfy(\.isHexDigit) else { throw AccountError("'\(id)' is no token id: see 'isocenter tokens list'") }
        guard try await database.run("DELETE FROM token WHERE hash >= \(id) AND hash < \(id + "g")") == 1 else {
            throw AccountError("there is no token '\(id)'")
        }
    }

    func principal(token secret: String) async throws -> Principal? {
        let row = try await database.look("""
            SELECT account.name, account.role FROM token JOIN account ON account.name = token.account
            WHERE  token.hash = \(Secret.hash(secret)) AND (token.expires IS NULL OR token.expires > \(Self.now))
            """).first
        return row.flatMap(Self.principal)
    }

    // MARK: Sessions

    /// - Returns: the cookie's secret.
    func addSession(for principal: Principal) async throws -> String {
        let secret = Secret.make()
        let now = Self.now
        try await database.run("""
            INSERT INTO session (hash, account, created, last_used) VALUES (\(Secret.hash(secret)), \(principal.name), \(now), \(now))
            """)
        return secret
    }

    /// - Parameters:
    ///   - lifetime, idle: seconds since the login, and since the last request, after which a session is over.
    func principal(session secret: String, lifetime: Int, idle: Int) async throws -> Principal? {
        let hash = Secret.hash(secret), now = Self.now
        let row = try await database.look("""
            SELECT account.name, account.role, session.last_used FROM session JOIN account ON account.name = session.account
            WHERE  session.hash = \(hash) AND session.created > \(now - lifetime) AND session.last_used > \(now - idle)
            """).first
        guard let row else { return nil }
        // Once a minute is exact enough, and spares a write on each request.
        if now - row.int("last_used") > 60 { try await database.run("UPDATE session SET last_used = \(now) WHERE hash = \(hash)") }
        return Self.principal(row)
    }

    func removeSession(_ secret: String) async throws {
        try await database.run("DELETE FROM session WHERE hash = \(Secret.hash(secret))")
    }

    func removeEndedSessions(lifetime: Int, idle: Int) async throws {
        try await database.run("DELETE FROM session WHERE created <= \(Self.now - lifetime) OR last_used <= \(Self.now - idle)")
    }

    private static func principal(_ row: SQLRow) -> Principal? {
        Role(rawValue: row.string("role")).map { Principal(kind: .user, name: row.string("name"), role: $0) }
    }

    /// Seconds since 1970.
    private static var now: Int { Int(Date().timeIntervalSince1970) }
}

/// What is wrong with a request about users or tokens, for the person who made it.
public struct AccountError: Error, CustomStringConvertible {
    public var description: String
    init(_ description: String) { self.description = description }
}

extension Accounts {
    /// The accounts of a data folder, beside a server or without one.
    public static func open(_ settings: Settings) async throws -> Accounts {
        let archive = try await Archive.open(
            ArchiveConfiguration(settings, role: .beside), logger: Logger(label: "isocenter", factory: { _ in SwiftLogNoOpLogHandler() }))
        return try await Accounts(archive.database)
    }
}
