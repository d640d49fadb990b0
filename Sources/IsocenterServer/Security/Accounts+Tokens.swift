import Archive
import Database
import Foundation
import Workflow

/// What a token may do less than its account: actions, a part of the studies, addresses it comes from.
public struct TokenScope: Sendable, Equatable {
    /// nil: all that the account may.
    public var actions: Set<Action>?
    /// Matching keys such as `Modality=CT`; empty: all studies.
    public var view: [String]
    /// Addresses and networks; empty: from anywhere.
    public var sources: [String]

    public init(actions: Set<Action>? = nil, view: [String] = [], sources: [String] = []) {
        (self.actions, self.view, self.sources) = (actions, view, sources)
    }

    /// - Throws: `AccountError` in words.
    func check() throws {
        if let actions, actions.isEmpty { throw AccountError("a token that may do nothing is of no use: name an action") }
        for source in sources where AddressRange(source) == nil { throw AccountError("'\(source)' is no address or network") }
        guard view.count <= 16, sources.count <= 64, (view + sources).allSatisfy({ $0.utf8.count <= 256 && !$0.contains("\n") }) else {
            throw AccountError("a token has at most 16 matching keys and 64 addresses, of one line each")
        }
        do { _ = try Access(view: view) } catch { throw AccountError(error.message) }
    }

    /// nil where nothing is narrowed but the addresses.
    func grant() throws -> Grant? {
        guard actions != nil || !view.isEmpty else { return nil }
        return Grant(actions: actions ?? Set(Action.allCases).subtracting([.manageAccounts]), view: try Access(view: view))
    }
}

extension Accounts {
    /// A bearer token, told once.
    public func addToken(for name: String, label: String, lifetime days: Int? = nil, scope: TokenScope = TokenScope()) async throws -> String {
        try scope.check()
        guard label.count <= 100, label.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else { throw AccountError("a label has at most 100 characters") }
        let secret = Secret.make()
        let now = Self.now
        let expires = days.map { Int64(now + $0 * 86_400) }
        let added = try await database.run("""
            INSERT INTO token (hash, account, label, created, expires, actions, view, sources)
            SELECT \(Secret.hash(secret)), name, \(label), \(now), \(expires), \(scope.actions.map { Self.lines($0.map(\.rawValue).sorted()) }),
                   \(scope.view.isEmpty ? nil : Self.lines(scope.view)), \(scope.sources.isEmpty ? nil : Self.lines(scope.sources))
            FROM   account WHERE name = \(name)
            """)
        guard added == 1 else { throw AccountError(.notFound, "there is no user '\(name)'") }
        return secret
    }

    public struct Token: Sendable {
        /// First characters of the hash: names the token without telling it.
        public var id: String
        public var account: String
        public var label: String
        public var created: Date
        public var expires: Date?
        public var scope: TokenScope
        public var lastUsed: Date?
        public var lastAddress: String?
    }

    /// - Parameter account: nil: everybody's.
    public func tokens(of account: String? = nil) async throws -> [Token] {
        let columns: SQLStatement = "SELECT hash, account, label, created, expires, actions, view, sources, last_used, last_address FROM token"
        let rows = if let account { try await database.all("\(columns) WHERE account = \(account) ORDER BY created, hash") } else { try await database.all("\(columns) ORDER BY account, created, hash") }
        return rows.map { row in
            Token(
                id: String(row.string("hash").prefix(12)), account: row.string("account"), label: row.string("label"),
                created: Self.date(row.int("created")), expires: row.integer("expires").map { Self.date(Int(clamping: $0)) }, scope: Self.scope(row),
                lastUsed: row.integer("last_used").map { Self.date(Int(clamping: $0)) }, lastAddress: row.text("last_address"))
        }
    }

    /// - Parameter account: nil: whoever it acts for.
    public func removeToken(id: String, of account: String? = nil) async throws {
        guard (8...64).contains(id.count), id.allSatisfy({ $0.isHexDigit && !$0.isUppercase }) else { throw AccountError("'\(id)' is no token id: see 'isocenter tokens list'") }
        let owner: SQLStatement = if let account { " AND account = \(account)" } else { "" }
        guard try await database.run("DELETE FROM token WHERE hash >= \(id) AND hash < \(id + "g")\(owner)") == 1 else {
            throw AccountError(.notFound, "there is no token '\(id)'")
        }
    }

    /// Who the token speaks for; nil where it is wrong, has expired, was taken back or comes from elsewhere than it may.
    func principal(token secret: String, from address: String) async throws -> Principal? {
        let hash = Secret.hash(secret), now = Self.now
        let found = try await database.look("""
            SELECT account.name, account.role, token.actions, token.view, token.sources, token.last_used, token.last_address
            FROM   token JOIN account ON account.name = token.account
            WHERE  token.hash = \(hash) AND (token.expires IS NULL OR token.expires > \(now)) AND account.blocked = 0
            """).first
        guard let row = found, var principal = Self.principal(row) else { return nil }
        let scope = Self.scope(row)
        guard scope.sources.isEmpty || scope.sources.contains(where: { AddressRange($0)?.contains(address) == true }) else { return nil }
        principal.grant = try scope.grant()
        principal.proof = .token(hash: hash)
        // Once a minute is exact enough, and spares a write on each request.
        if now - row.int("last_used") > 60 || row.text("last_address") != address {
            try await database.run("UPDATE token SET last_used = \(now), last_address = \(address) WHERE hash = \(hash)")
        }
        return principal
    }

    func stands(token hash: String) async throws -> Bool {
        try await database.look("""
            SELECT 1 FROM token JOIN account ON account.name = token.account
            WHERE  token.hash = \(hash) AND (token.expires IS NULL OR token.expires > \(Self.now)) AND account.blocked = 0
            """).first != nil
    }

    private static func scope(_ row: SQLRow) -> TokenScope {
        // An action that this version does not know narrows all the same.
        TokenScope(
            actions: row.text("actions").map { Set($0.split(separator: "\n").compactMap { Action(rawValue: String($0)) }) },
            view: row.text("view").map(list) ?? [], sources: row.text("sources").map(list) ?? [])
    }

    private static func list(_ text: String) -> [String] { text.split(separator: "\n").map(String.init) }
    private static func lines(_ list: [String]) -> String { list.joined(separator: "\n") }
}
