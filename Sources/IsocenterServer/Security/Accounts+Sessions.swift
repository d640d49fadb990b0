import Database
import Foundation

extension Accounts {
    /// Where and how somebody logged in.
    public struct Session: Sendable {
        /// First characters of the hash: names the session without telling it.
        public var id: String
        public var account: String
        public var created: Date
        public var lastUsed: Date
        public var address: String
        /// What the browser calls itself.
        public var device: String
        /// `password`, `code`, `recovery` or `passkey`.
        public var proof: String
    }

    static let sessionIDLength = 24

    /// - Returns: the cookie's secret.
    func addSession(for principal: Principal, address: String = "", device: String = "", proof: LoginProof = .password) async throws -> String {
        let secret = Secret.make()
        let now = Self.now
        try await database.write { (connection) throws(DatabaseError) in
            try connection.run("""
                INSERT INTO session (hash, account, created, last_used, address, device, proof, proven)
                VALUES (\(Secret.hash(secret)), \(principal.name), \(now), \(now), \(address), \(device), \(proof.rawValue), \(now))
                """)
            try connection.run("UPDATE account SET last_login = \(now) WHERE name = \(principal.name)")
        }
        return secret
    }

    /// - Parameters:
    ///   - lifetime, idle: seconds since the login, and since the last request, after which a session is over.
    func principal(session secret: String, lifetime: Int, idle: Int, from address: String = "") async throws -> Principal? {
        let hash = Secret.hash(secret), now = Self.now
        let row = try await database.look("""
            SELECT account.name, account.role, session.last_used, session.address, session.proof, session.proven
            FROM   session JOIN account ON account.name = session.account
            WHERE  session.hash = \(hash) AND session.created > \(now - lifetime) AND session.last_used > \(now - idle) AND account.blocked = 0
            """).first
        guard let row, var principal = Self.principal(row) else { return nil }
        // Once a minute is exact enough, and spares a write on each request.
        if now - row.int("last_used") > 60 || !address.isEmpty && row.string("address") != address {
            try await database.run("UPDATE session SET last_used = \(now), address = \(address) WHERE hash = \(hash)")
        }
        principal.proof = .session(hash: hash, login: LoginProof(rawValue: row.string("proof")) ?? .password, proven: row.int("proven"))
        return principal
    }

    /// As `principal`, without counting as use.
    func stands(session hash: String, lifetime: Int, idle: Int) async throws -> Bool {
        let now = Self.now
        return try await database.look("""
            SELECT 1 FROM session JOIN account ON account.name = session.account
            WHERE  session.hash = \(hash) AND session.created > \(now - lifetime) AND session.last_used > \(now - idle) AND account.blocked = 0
            """).first != nil
    }

    /// Who it is has been proven again.
    func renewProof(session hash: String) async throws {
        try await database.run("UPDATE session SET proven = \(Self.now) WHERE hash = \(hash)")
    }

    func setProof(_ proof: LoginProof, session hash: String) async throws {
        try await database.run("UPDATE session SET proof = \(proof.rawValue) WHERE hash = \(hash)")
    }

    func removeSession(_ secret: String) async throws {
        try await database.run("DELETE FROM session WHERE hash = \(Secret.hash(secret))")
    }

    func removeEndedSessions(lifetime: Int, idle: Int) async throws {
        try await database.run("DELETE FROM session WHERE created <= \(Self.now - lifetime) OR last_used <= \(Self.now - idle)")
    }

    /// The one used last first.
    ///
    /// - Parameter account: nil: everybody's.
    public func sessions(of account: String? = nil) async throws -> [Session] {
        let columns: SQLStatement = "SELECT hash, account, created, last_used, address, device, proof FROM session"
        let rows = if let account { try await database.all("\(columns) WHERE account = \(account) ORDER BY last_used DESC, hash LIMIT 500") } else { try await database.all("\(columns) ORDER BY last_used DESC, hash LIMIT 500") }
        return rows.map { row in
            Session(
                id: String(row.string("hash").prefix(Self.sessionIDLength)), account: row.string("account"), created: Self.date(row.int("created")),
                lastUsed: Self.date(row.int("last_used")), address: row.string("address"), device: row.string("device"), proof: row.string("proof"))
        }
    }

    /// - Parameter account: nil: whoever's it is.
    public func removeSession(id: String, of account: String? = nil) async throws {
        guard (12...64).contains(id.count), id.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else { throw AccountError("'\(id)' is no session id") }
        let owner: SQLStatement = if let account { " AND account = \(account)" } else { "" }
        guard try await database.run("DELETE FROM session WHERE hash >= \(id) AND hash < \(id + "g")\(owner)") == 1 else {
            throw AccountError(.notFound, "there is no session '\(id)'")
        }
    }

    /// - Parameter hash: of one that stays.
    @discardableResult
    public func removeSessions(of account: String, but hash: String? = nil) async throws -> Int {
        try await database.run("DELETE FROM session WHERE account = \(account) AND hash <> \(hash ?? "")")
    }
}

/// How somebody proved who it is at the login.
public enum LoginProof: String, Sendable {
    case password, code, recovery, passkey
    /// More than something known.
    var isStrong: Bool { self != .password }
}
