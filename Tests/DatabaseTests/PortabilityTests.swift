import Foundation
import Testing

/// All SQL of the program against what not every engine has (CockroachDB, YugabyteDB, Citus, PostgreSQL, SQLite).
@Suite struct PortabilityTests {
    /// What only one of them knows, or some lack. Patterns over the text of a statement, values taken out.
    static let forbidden: [(pattern: String, instead: String)] = [
        (#"INSERT\s+OR\b|REPLACE\s+INTO"#, "ON CONFLICT (…) DO NOTHING or DO UPDATE"), (#"\b_?rowid\b"#, "a key of its own"),
        (#"WITHOUT\s+ROWID"#, "{clustered}"), (#"AUTOINCREMENT|\bSERIAL\b|GENERATED\b"#, "{identity}"), (#"\bBLOB\b|\bBYTEA\b"#, "{bytes}"),
        (#"\bGLOB\b|\bREGEXP\b|\bILIKE\b|\bSIMILAR TO\b"#, "LIKE, or a range"), (#"\bPRAGMA\b|sqlite_master|pg_catalog"#, "nothing of the engine's own"),
        (#"\bLISTEN\b|\bNOTIFY\b"#, "rows that are polled"), (#"pg_(try_)?advisory"#, "a row"), (#"\bDEFERRABLE\b|INITIALLY DEFERRED"#, "an order of statements"),
        (#"CREATE\s+(OR\s+REPLACE\s+)?(TRIGGER|FUNCTION|PROCEDURE|RULE|EXTENSION)"#, "code of ours"), (#"\bINHERITS\b"#, "a table"), (#"USING\s+(gist|gin|brin|hash)\b"#, "a B-tree"),
        (#"LOCK\s+TABLE|PREPARE\s+TRANSACTION"#, "a transaction that may be tried again"), (#"\b(ifnull|group_concat|string_agg|strftime|julianday|datetime|json_\w+|to_char|printf)\s*\("#, "coalesce, or Swift"),
        (#"\b(max|min)\s*\([^()]*(\([^()]*(\([^()]*\)[^()]*)*\)[^()]*)*,"#, "a comparison in Swift: with two arguments not every engine has it"),
        (#"\bIS\s+(NOT\s+)?(\?|[a-z])"#, "= or IS NULL"), (#"==|&&"#, "= and AND"), (#"::\w"#, "CAST(… AS …)"), (#"\\""#, "names that need no quotation marks, literals in single ones"),
        (#"\bCOLLATE\b"#, "{text}"), (#"INTEGER\s+REFERENCES|\bTINYINT\b|\bDATETIME\b|\bBOOLEAN\b"#, "INTEGER, BIGINT, {text}"), (#"\bUPSERT\b|\bFOR\s+UPDATE\b|SKIP\s+LOCKED"#, "a transaction that may be tried again"),
        (#"UPDATE\s+\w+\s+SET\s[^;]*\bFROM\s+\w+\s+(WHERE|JOIN)\b(?![^;]*\))"#, "a subquery"),
    ]

    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().appending(path: "Sources")

    /// Literals that hold a statement, with the file they stand in.
    static func statements() throws -> [(file: String, sql: String)] {
        let literal = try Regex(#""""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*""#)
        let isStatement = try Regex(#"\b(SELECT|INSERT INTO|UPDATE \w+ SET|UPDATE \w+\s+SET|DELETE FROM|CREATE TABLE|CREATE (UNIQUE )?INDEX|ALTER TABLE|WHERE|ORDER BY)\b"#)
        let value = try Regex(#"\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)"#)
        var found: [(String, String)] = []
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            let name = file.lastPathComponent
            // Where the engines themselves live.
            guard file.pathExtension == "swift", !(file.path.contains("/Database/") && (name.hasPrefix("SQL") || name.hasPrefix("PostgreSQL"))) else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            for match in text.matches(of: literal) {
                let sql = String(text[match.range]).replacing(value, with: "?")
                if sql.firstMatch(of: isStatement) != nil { found.append((name, sql)) }
            }
        }
        return found
    }

    @Test func everyStatementKeepsToWhatAllEnginesShare() throws {
        let statements = try Self.statements()
        #expect(statements.count > 100, "only \(statements.count) statements were found")
        for (pattern, instead) in Self.forbidden {
            let regex = try Regex(pattern).ignoresCase(false)
            for (file, sql) in statements {
                let words = sql.split(separator: "\n").filter { !$0.trimmingCharacters(in: .whitespaces).hasPrefix("--") }.joined(separator: "\n")
                if let match = words.firstMatch(of: regex) { Issue.record("\(file): \(words[match.range]): write \(instead) in \(sql)") }
            }
        }
    }

    @Test("The table finds what it forbids", arguments: [
        "INSERT OR IGNORE INTO a", "SELECT rowid FROM a", "SELECT max((SELECT max(b) FROM c), 1)", "SELECT max(a, b) FROM c", "SELECT 1 WHERE a IS ?", "SELECT ifnull(a, 1)",
        "SELECT a::text", "SELECT 1 FROM a FOR UPDATE", "CREATE TABLE a (b BLOB)",
    ])
    func finds(sql: String) throws {
        #expect(try Self.forbidden.contains { sql.firstMatch(of: try Regex($0.pattern)) != nil })
    }

    @Test("And leaves alone what is shared", arguments: [
        "SELECT max(a) FROM b WHERE c IS NOT NULL", "SELECT coalesce(max(a), 0), min(b) FROM c", "UPDATE a SET b = (SELECT count(*) FROM c WHERE d = 1)",
    ])
    func leaves(sql: String) throws {
        for (pattern, _) in Self.forbidden { #expect(sql.firstMatch(of: try Regex(pattern)) == nil, "\(pattern)") }
    }
}
