/// A statement and the values bound to it. Written as a string literal; what is interpolated is bound:
///
///     "SELECT study_uid FROM study WHERE patient_id = \(patientID) LIMIT \(limit)"
///
/// Nothing from outside can become SQL: plain text goes in only as a literal or by `\(literal:)`, which takes literals alone.
public struct SQLStatement: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// With a `?` for each value.
    public private(set) var sql: String
    public private(set) var values: [SQLValue]

    public init(stringLiteral sql: String) {
        self.sql = sql
        values = []
    }

    public init(stringInterpolation: StringInterpolation) {
        sql = stringInterpolation.sql
        values = stringInterpolation.values
    }

    public struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var sql: String
        fileprivate var values: [SQLValue] = []

        public init(literalCapacity: Int, interpolationCount: Int) {
            sql = ""
            sql.reserveCapacity(literalCapacity + interpolationCount)
        }

        public mutating func appendLiteral(_ literal: String) { sql += literal }

        public mutating func appendInterpolation(_ value: some SQLBindable) {
            sql += "?"
            values.append(value.sqlValue)
        }

        public mutating func appendInterpolation<Value: SQLBindable>(_ value: Value?) {
            sql += "?"
            values.append(value.sqlValue)
        }

        /// `(?, ?, ?)` for IN. An empty list becomes `(NULL)`, which nothing equals.
        public mutating func appendInterpolation(list: some Sequence<some SQLBindable>) {
            let bound = list.map(\.sqlValue)
            guard !bound.isEmpty else { sql += "(NULL)"; return }
            sql += "(" + Array(repeating: "?", count: bound.count).joined(separator: ", ") + ")"
            values += bound
        }

        /// A part of a statement with its values.
        public mutating func appendInterpolation(_ part: SQLStatement) {
            sql += part.sql
            values += part.values
        }

        /// The name of a table or column that this program spells out.
        public mutating func appendInterpolation(literal: StaticString) { sql += "\(literal)" }
    }

    public static func + (a: SQLStatement, b: SQLStatement) -> SQLStatement { "\(a)\(b)" }
    public static func += (a: inout SQLStatement, b: SQLStatement) { a = a + b }
}

extension Sequence<SQLStatement> {
    public func joined(separator: SQLStatement) -> SQLStatement {
        reduce(nil) { (whole: SQLStatement?, part) in whole.map { $0 + separator + part } ?? part } ?? ""
    }
}
