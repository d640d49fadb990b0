import Database
import Foundation

@testable import Archive

/// How an engine answers a statement, in words that engines share.
///
/// PostgreSQL reads a small table whole however many indexes it has: it is asked what it would do where that, sorting and joining by
/// tables of its own were dear. What no index serves shows itself all the same.
struct Plan: CustomStringConvertible {
    /// A table that is read. Of an index that is not entered all is read, or as much of it, in its order, as makes the page.
    struct Step: Equatable {
        var table: String
        /// nil: the table itself is read. "" is what a key of SQLite's own is called.
        var index: String?
        /// At a value or at the beginning of a range, and no further than its end.
        var isEntered: Bool
    }

    var steps: [Step] = []
    /// All rows that are found are sorted; not so those that are alike in what leads the order.
    var sorts = false
    /// What a subquery finds is written down before anything is asked of it.
    var lists = false
    var description = ""

    static func of(_ statement: SQLStatement, in archive: Archive) async throws -> Plan {
        try await archive.database.dialect.isPostgreSQL ? postgreSQL(statement, archive) : sqlite(statement, archive)
    }

    /// Some table is read from end to end.
    var readsAll: Bool { steps.contains { !$0.isEntered } }

    // MARK: SQLite

    private static func sqlite(_ statement: SQLStatement, _ archive: Archive) async throws -> Plan {
        let lines = try await archive.database.all("EXPLAIN QUERY PLAN \(statement)").map { $0.string("detail") }
        var plan = Plan(description: lines.joined(separator: "\n"))
        for line in lines {
            let words = line.split(separator: " ").map(String.init)
            if line == "USE TEMP B-TREE FOR ORDER BY" { plan.sorts = true }
            if line.contains("LIST SUBQUERY") { plan.lists = true }
            guard words.count > 1, words[0] == "SEARCH" || words[0] == "SCAN", !line.contains("CONSTANT ROW") else { continue }
            // What a subquery has found is no table.
            guard words[1] != "found", words[1] != "of_kind" else { continue }
            let index = words.firstIndex(of: "INDEX").flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil } ?? (words.contains("KEY") ? "" : nil)
            plan.steps.append(Step(table: words[1], index: index, isEntered: words[0] == "SEARCH"))
        }
        return plan
    }

    // MARK: PostgreSQL

    private static func postgreSQL(_ statement: SQLStatement, _ archive: Archive) async throws -> Plan {
        let rows = try await archive.database.read { (connection) throws(DatabaseError) in
            for word in ["seqscan", "sort", "hashjoin", "mergejoin", "bitmapscan", "material", "memoize"] {
                try connection.run(SQLStatement(stringLiteral: "SET LOCAL enable_\(word) = off"))
            }
            return try connection.all("EXPLAIN (COSTS OFF) \(statement)")
        }
        let lines = rows.map { $0.string("QUERY PLAN") }
        var plan = Plan(description: lines.joined(separator: "\n"))
        for (number, line) in lines.enumerated() {
            let node = line.trimmingCharacters(in: .whitespaces).replacing("->  ", with: "")
            let words = node.split(separator: " ").map(String.init)
            if node == "Sort" { plan.sorts = true }
            guard node.contains("Scan "), let on = words.firstIndex(of: "on"), on + 1 < words.count, !node.hasPrefix("Subquery Scan"), !node.contains(":") else { continue }
            let index = words.firstIndex(of: "using").map { words[$0 + 1] }
            let isEntered = number + 1 < lines.count && lines[number + 1].contains("Index Cond:")
            plan.steps.append(Step(table: words[on + 1], index: index, isEntered: isEntered))
        }
        return plan
    }

    /// How many rows of tables PostgreSQL has read to answer, those that it dropped included, and how it tells so.
    static func rowsRead(_ statement: SQLStatement, in archive: Archive) async throws -> (Double, String) {
        let lines = try await archive.database.all("EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) \(statement)").map { $0.string("QUERY PLAN") }
        var read = 0.0, loops: Double?
        for line in lines {
            if line.contains("(actual") || line.contains("(never") {
                loops = nil
                guard line.contains("Scan") && line.contains(" on "), !line.contains("Bitmap Index"), !line.contains("Subquery"), !line.contains("CTE"), !line.contains("Function"),
                    let rows = number("rows=", line), let times = number("loops=", line)
                else { continue }
                loops = times
                read += rows * times
            } else if let times = loops, let removed = number("Rows Removed by Filter: ", line) ?? number("Rows Removed by Index Recheck: ", line) {
                read += removed * times
            }
        }
        return (read, lines.joined(separator: "\n"))
    }

    private static func number(_ label: String, _ line: String) -> Double? {
        guard let start = line.range(of: label)?.upperBound else { return nil }
        return Double(line[start...].prefix { $0.isNumber || $0 == "." })
    }
}

extension SQLDialect {
    var isPostgreSQL: Bool { words["{bytes}"] == "BYTEA" }
}
