import CPostgreSQL

/// An answer of the server, given back to libpq with this value's end.
final class PostgreSQLResult {
    let handle: OpaquePointer
    init(_ handle: OpaquePointer) { self.handle = handle }
    deinit { PQclear(handle) }

    var status: ExecStatusType { PQresultStatus(handle) }
    /// As `COMMIT` or `INSERT 0 1`.
    var command: String { PQcmdStatus(handle).map { String(cString: $0) } ?? "" }
    var rowsChanged: Int { PQcmdTuples(handle).flatMap { Int(String(cString: $0)) } ?? 0 }
    /// Of the error, five characters (PostgreSQL, Appendix A).
    var sqlState: String { field("C") }
    /// Without its details, in which values stand.
    var message: String { field("M") }

    private func field(_ code: Unicode.Scalar) -> String {
        PQresultErrorField(handle, Int32(code.value)).map { String(cString: $0) } ?? ""
    }

    func rows() throws(DatabaseError) -> [SQLRow] {
        let count = Int(PQntuples(handle))
        guard count > 0 else { return [] }
        let columns = (0..<PQnfields(handle)).map { PQfname(handle, $0).map { String(cString: $0) } ?? "" }
        let types = columns.indices.map { PostgreSQLType(PQftype(handle, Int32($0))) }
        if let unknown = types.firstIndex(of: nil) {
            throw DatabaseError(.statement, "the column \(columns[unknown]) is of a type that is not among those every engine has")
        }
        var rows: [SQLRow] = []
        rows.reserveCapacity(count)
        for row in 0..<Int32(count) {
            var values: [SQLValue] = []
            values.reserveCapacity(columns.count)
            for (column, type) in types.enumerated() { values.append(value(row, Int32(column), type)) }
            rows.append(SQLRow(columns: columns, values: values))
        }
        return rows
    }

    private func value(_ row: Int32, _ column: Int32, _ type: PostgreSQLType?) -> SQLValue {
        guard let type, PQgetisnull(handle, row, column) == 0, let start = PQgetvalue(handle, row, column) else { return .null }
        return type.value(UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column))))
    }
}

/// The types of columns that have a counterpart in every engine, and their binary form: big endian (`src/backend/utils/adt`, `…send`).
enum PostgreSQLType: Equatable {
    case bool, integer, real4, real8, numeric, text, bytes

    /// Object identifiers of `pg_type.dat`.
    init?(_ oid: Oid) {
        switch oid {
        case 16: self = .bool
        case 20, 21, 23, 26: self = .integer  // int8, int2, int4, oid
        case 700: self = .real4
        case 701: self = .real8
        case 1700: self = .numeric
        case 18, 19, 25, 705, 1042, 1043: self = .text  // char, name, text, unknown, bpchar, varchar
        case 17: self = .bytes
        default: return nil
        }
    }

    func value(_ bytes: UnsafeRawBufferPointer) -> SQLValue {
        switch self {
        case .bool: .integer(bytes.first == 1 ? 1 : 0)
        case .integer: .integer(Self.signed(bytes))
        case .real4: .real(Double(Float(bitPattern: UInt32(truncatingIfNeeded: Self.bits(bytes)))))
        case .real8: .real(Double(bitPattern: Self.bits(bytes)))
        case .numeric: Self.number(bytes)
        case .text: .text(String(decoding: bytes, as: UTF8.self))
        case .bytes: .blob([UInt8](bytes))
        }
    }

    private static func bits(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func signed(_ bytes: UnsafeRawBufferPointer) -> Int64 {
        let unsigned = bits(bytes)
        return switch bytes.count {
        case 2: Int64(Int16(truncatingIfNeeded: unsigned))
        case 4: Int64(Int32(truncatingIfNeeded: unsigned))
        default: Int64(bitPattern: unsigned)
        }
    }

    /// Sums of 64-bit integers are numeric: an integer where the value is one and fits.
    ///
    /// Offsets: 0 number of digits, 2 weight of the first, 4 sign, 6 decimals, 8 digits of base 10,000.
    private static func number(_ bytes: UnsafeRawBufferPointer) -> SQLValue {
        guard bytes.count >= 8 else { return .null }
        func short(_ offset: Int) -> Int { Int(bytes[offset]) << 8 | Int(bytes[offset + 1]) }
        let count = short(0), weight = Int(Int16(truncatingIfNeeded: short(2))), isNegative = short(4) == 0x4000
        guard short(4) == 0 || isNegative, bytes.count >= 8 + 2 * count else { return .real(.nan) }
        var whole: Int64? = 0
        var real = 0.0
        for place in 0..<max(count, weight + 1) {
            let digit = place < count ? short(8 + 2 * place) : 0
            real = real * 10_000 + Double(digit)
            if place > weight, digit != 0 { whole = nil }
            if place <= weight {
                whole = whole.flatMap { value in
                    let (shifted, over) = value.multipliedReportingOverflow(by: 10_000)
                    let (sum, overSum) = shifted.addingReportingOverflow(isNegative ? -Int64(digit) : Int64(digit))
                    return over || overSum ? nil : sum
                }
            }
        }
        if let whole { return .integer(whole) }
        for _ in 0..<max(0, max(count, weight + 1) - 1 - weight) { real /= 10_000 }
        return .real(isNegative ? -real : real)
    }
}

struct PostgreSQLColumn {
    var name: String
    /// nil for a type that not every engine has.
    var type: PostgreSQLType?
}
