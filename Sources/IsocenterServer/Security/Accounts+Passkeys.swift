import Database
import Foundation

extension Accounts {
    struct Passkey: Sendable {
        /// Credential id in base64url.
        var id: String
        var account: String
        var key: [UInt8]
        /// The host for which it was made.
        var rpID: String
        var signCount: Int
        var label: String
        var created: Date
        var lastUsed: Date?
    }

    static let mostPasskeys = 20

    func addPasskey(_ registration: Ceremony.Registration, rpID: String, label: String, of name: String) async throws {
        let id = Base64URL.encode(registration.id), now = Self.now
        let added = try await database.run("""
            INSERT INTO passkey (id, account, public_key, rp_id, sign_count, label, created)
            SELECT \(id), name, \(registration.encodedKey), \(rpID), \(registration.signCount), \(label), \(now) FROM account
            WHERE  name = \(name) AND (SELECT count(*) FROM passkey WHERE account = \(name)) < \(Self.mostPasskeys)
            ON CONFLICT (id) DO NOTHING
            """)
        guard added == 1 else { throw AccountError(.taken, "this passkey is registered already, or there are \(Self.mostPasskeys) of them") }
    }

    func passkeys(of name: String) async throws -> [Passkey] {
        try await database.all("""
            SELECT id, account, public_key, rp_id, sign_count, label, created, last_used FROM passkey WHERE account = \(name) ORDER BY created, id
            """).map(Self.passkey)
    }

    func passkey(_ id: String) async throws -> Passkey? {
        try await database.first("""
            SELECT id, account, public_key, rp_id, sign_count, label, created, last_used FROM passkey WHERE id = \(id)
            """).map(Self.passkey)
    }

    /// - Returns: false where the counter has moved on meanwhile: of two with one counter one is a copy.
    func usePasskey(_ id: String, signCount: Int) async throws -> Bool {
        // Devices that do not count stay at 0.
        let isLater: SQLStatement = signCount == 0 ? "sign_count = 0" : "sign_count < \(signCount)"
        return try await database.run("UPDATE passkey SET sign_count = \(signCount), last_used = \(Self.now) WHERE id = \(id) AND \(isLater)") == 1
    }

    func removePasskey(_ id: String, of name: String) async throws {
        let removed = try await database.write { (connection) throws(DatabaseError) in
            let removed = try connection.run("DELETE FROM passkey WHERE id = \(id) AND account = \(name)")
            try connection.run("""
                DELETE FROM recovery_code WHERE account = \(name) AND NOT EXISTS (SELECT 1 FROM passkey WHERE account = \(name))
                AND NOT EXISTS (SELECT 1 FROM one_time_code WHERE account = \(name) AND confirmed = 1)
                """)
            return removed
        }
        guard removed == 1 else { throw AccountError(.notFound, "there is no such passkey") }
    }

    private static func passkey(_ row: SQLRow) -> Passkey {
        Passkey(
            id: row.string("id"), account: row.string("account"), key: row.blob("public_key") ?? [], rpID: row.string("rp_id"), signCount: row.int("sign_count"),
            label: row.string("label"), created: date(row.int("created")), lastUsed: row.integer("last_used").map { date(Int(clamping: $0)) })
    }
}
