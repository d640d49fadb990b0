import Database
import Foundation

extension Accounts {
    /// What somebody can prove beside the password.
    struct SecondFactors: Sendable, Equatable {
        var hasCodes = false
        var passkeys = 0
        var recoveryCodes = 0
        /// There is one.
        var isSet: Bool { hasCodes || passkeys > 0 }
    }

    func secondFactors(of name: String) async throws -> SecondFactors {
        let row = try await database.first("""
            SELECT (SELECT count(*) FROM one_time_code WHERE account = \(name) AND confirmed = 1) AS codes,
                   (SELECT count(*) FROM passkey WHERE account = \(name)) AS passkeys,
                   (SELECT count(*) FROM recovery_code WHERE account = \(name)) AS recovery
            """)
        guard let row else { return SecondFactors() }
        return SecondFactors(hasCodes: row.bool("codes"), passkeys: row.int("passkeys"), recoveryCodes: row.int("recovery"))
    }

    // MARK: One-time codes

    /// Begins to set them up; nothing is asked for until a first code was right. One that is in force stays as it is.
    func beginOneTimeCodes(of name: String, box: SecretBox) async throws -> [UInt8] {
        let secret = OneTimeCode.makeSecret()
        let sealed = try box.seal(secret, for: name)
        let set = try await database.run("""
            INSERT INTO one_time_code (account, secret, confirmed, last_step) VALUES (\(name), \(sealed), 0, 0)
            ON CONFLICT (account) DO UPDATE SET secret = excluded.secret, last_step = 0 WHERE one_time_code.confirmed = 0
            """)
        guard set == 1 else { throw AccountError(.taken, "one-time codes are set up already: remove them first") }
        return secret
    }

    /// - Returns: whether the code was right, and they are asked for from now on.
    func confirmOneTimeCodes(of name: String, code: String, box: SecretBox) async throws -> Bool {
        try await useOneTimeCode(code, of: name, confirmed: false, box: box)
    }

    func removeOneTimeCodes(of name: String) async throws {
        try await database.write { (connection) throws(DatabaseError) in
            try connection.run("DELETE FROM one_time_code WHERE account = \(name)")
            // Without a factor they would be a second password.
            try connection.run("DELETE FROM recovery_code WHERE account = \(name) AND NOT EXISTS (SELECT 1 FROM passkey WHERE account = \(name))")
        }
    }

    /// For somebody who has lost all: nothing but the password is asked for then.
    public func removeSecondFactors(of name: String) async throws {
        let found = try await database.write { (connection) throws(DatabaseError) -> Bool in
            guard try connection.first("SELECT 1 FROM account WHERE name = \(name)") != nil else { return false }
            try connection.run("DELETE FROM one_time_code WHERE account = \(name)")
            try connection.run("DELETE FROM recovery_code WHERE account = \(name)")
            try connection.run("DELETE FROM passkey WHERE account = \(name)")
            try connection.run("DELETE FROM session WHERE account = \(name)")
            return true
        }
        guard found else { throw AccountError(.notFound, "there is no user '\(name)'") }
    }

    /// A code that was right is used up, and all before it.
    func useOneTimeCode(_ code: String, of name: String, confirmed: Bool = true, box: SecretBox) async throws -> Bool {
        let found = try await database.first("SELECT secret, last_step FROM one_time_code WHERE account = \(name) AND confirmed = \(confirmed ? 1 : 0)")
        guard let row = found, let sealed = row.blob("secret"), let secret = box.unseal(sealed, for: name) else { return false }
        guard let step = OneTimeCode.matches(code, secret: secret, at: Self.now, after: row.int("last_step")) else { return false }
        // Of two at once one wins.
        return try await database.run("""
            UPDATE one_time_code SET last_step = \(step), confirmed = 1
            WHERE  account = \(name) AND last_step < \(step) AND secret = \(sealed) AND confirmed = \(confirmed ? 1 : 0)
            """) == 1
    }

    // MARK: Recovery codes

    /// New ones; those before are no more. Told once.
    func makeRecoveryCodes(of name: String) async throws -> [String] {
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.make() }
        let hashes = codes.compactMap(RecoveryCode.hash)
        try await database.write { (connection) throws(DatabaseError) in
            try connection.run("DELETE FROM recovery_code WHERE account = \(name)")
            for hash in hashes { try connection.run("INSERT INTO recovery_code (account, hash) VALUES (\(name), \(hash))") }
        }
        return codes
    }

    func useRecoveryCode(_ code: String, of name: String) async throws -> Bool {
        guard let hash = RecoveryCode.hash(code) else { return false }
        return try await database.run("DELETE FROM recovery_code WHERE account = \(name) AND hash = \(hash)") == 1
    }
}
