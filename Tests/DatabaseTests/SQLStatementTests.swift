import Testing

import Database

@Suite struct SQLStatementTests {
    @Test func whatIsInterpolatedIsBound() {
        let name = "'; DROP TABLE study; --"
        let statement: SQLStatement = "SELECT 1 FROM study WHERE name = \(name) AND number = \(3) AND note = \(String?.none)"
        #expect(statement.sql == "SELECT 1 FROM study WHERE name = ? AND number = ? AND note = ?")
        #expect(statement.values == [.text(name), .integer(3), .null])
    }

    @Test func listsBindEachValue() {
        let some: SQLStatement = "x IN \(list: ["a", "b"])"
        #expect(some.sql == "x IN (?, ?)")
        #expect(some.values == [.text("a"), .text("b")])
        let none: SQLStatement = "x IN \(list: [String]())"
        #expect(none.sql == "x IN (NULL)")
    }

    @Test func partsKeepTheirValues() {
        let parts: [SQLStatement] = ["a = \(1)", "b = \("x")"]
        let whole: SQLStatement = "WHERE \(parts.joined(separator: " AND ")) LIMIT \(2)"
        #expect(whole.sql == "WHERE a = ? AND b = ? LIMIT ?")
        #expect(whole.values == [.integer(1), .text("x"), .integer(2)])
    }
}
