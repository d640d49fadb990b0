/// One row of an answer. Columns are asked for by the names the statement gives them; to ask for another is our mistake and traps.
public struct SQLRow: Sendable {
    public let columns: [String]
    public let values: [SQLValue]

    public init(columns: [String], values: [SQLValue]) {
        self.columns = columns
        self.values = values
    }

    public subscript(column: String) -> SQLValue {
        guard let index = columns.firstIndex(of: column) else { preconditionFailure("no column \(column) in \(columns)") }
        return values[index]
    }

    /// nil where NULL.
    public func text(_ column: String) -> String? {
        if case .text(let text) = self[column] { text } else { nil }
    }

    /// nil where NULL.
    public func integer(_ column: String) -> Int64? {
        switch self[column] {
        case .integer(let number): number
        case .real(let number): Int64(exactly: number)
        default: nil
        }
    }

    /// nil where NULL.
    public func real(_ column: String) -> Double? {
        switch self[column] {
        case .real(let number): number
        case .integer(let number): Double(number)
        default: nil
        }
    }

    /// nil where NULL.
    public func blob(_ column: String) -> [UInt8]? {
        if case .blob(let bytes) = self[column] { bytes } else { nil }
    }

    /// NULL becomes "".
    public func string(_ column: String) -> String { text(column) ?? "" }
    /// NULL becomes 0.
    public func int(_ column: String) -> Int { integer(column).map { Int(clamping: $0) } ?? 0 }
    public func bool(_ column: String) -> Bool { int(column) != 0 }
}
