extension PostgreSQL {
    public func replace(
        _ tables: [String], fromFile path: String, then body: @escaping @Sendable (any SQLConnection) throws(DatabaseError) -> Void
    ) async throws(DatabaseError) {
        let source = try SQLite(path: path)
        defer { try? source.close() }  // It is read only; its end is nobody's loss.
        try await write { (connection) throws(DatabaseError) in
            guard let connection = connection as? PostgreSQLConnection else { preconditionFailure("another connection than ours") }
            try connection.outsideOfPipeline { () throws(DatabaseError) in
                for table in tables.reversed() { try connection.execute("DELETE FROM \(table)") }
                for table in tables { try Self.copy(table, from: source, to: connection) }
            }
            try body(connection)
        }
    }

    private static func copy(_ table: String, from source: SQLite, to connection: PostgreSQLConnection) throws(DatabaseError) {
        let columns = try connection.columns(of: "SELECT * FROM \(table) LIMIT 0")
        let names = columns.map(\.name)
        try connection.copy("COPY \(table) (\(names.joined(separator: ", "))) FROM STDIN (FORMAT binary)") { (put) throws(DatabaseError) in
            var piece = PostgreSQLCopy.header
            try source.eachNow(of: table, columns: names) { (row) throws(DatabaseError) in
                try PostgreSQLCopy.append(row, columns, to: &piece)
                guard piece.count > 1 << 18 else { return }
                try put(piece)
                piece = []
            }
            try put(piece + PostgreSQLCopy.trailer)
        }
        // Keys that are given out from now on are later than those that were brought along.
        for key in ["id", "sequence"] where columns.contains(where: { $0.name == key && $0.type == .integer }) {
            try connection.execute("""
                SELECT setval(pg_get_serial_sequence('\(table)', '\(key)'), greatest((SELECT max(\(key)) FROM \(table)), 1))
                WHERE  pg_get_serial_sequence('\(table)', '\(key)') IS NOT NULL
                """)
        }
    }
}

/// PostgreSQL's binary COPY: a header, for each row the number of its columns and for each value its length and bytes, a trailer.
enum PostgreSQLCopy {
    static let header: [UInt8] = Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0, 0]
    static let trailer: [UInt8] = [0xFF, 0xFF]

    static func append(_ row: SQLRow, _ columns: [PostgreSQLColumn], to bytes: inout [UInt8]) throws(DatabaseError) {
        add(Int16(row.values.count), to: &bytes)
        for (value, column) in zip(row.values, columns) {
            switch (value, column.type) {
            case (.null, _): add(Int32(-1), to: &bytes)
            case (.integer(let number), .integer): add(Int32(8), to: &bytes); add(number, to: &bytes)
            case (.integer(let number), .real8): add(Int32(8), to: &bytes); add(Double(number).bitPattern, to: &bytes)
            case (.real(let number), .real8): add(Int32(8), to: &bytes); add(number.bitPattern, to: &bytes)
            case (.text(let text), .text): add(text.utf8.contains(0) ? Array(text.replacing("\0", with: "\u{FFFD}").utf8) : Array(text.utf8), to: &bytes)
            case (.blob(let blob), .bytes): add(blob, to: &bytes)
            default: throw DatabaseError(.statement, "a value of \(column.name) is not of its column's type")
            }
        }
    }

    private static func add(_ number: some FixedWidthInteger, to bytes: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    private static func add(_ value: [UInt8], to bytes: inout [UInt8]) {
        add(Int32(clamping: value.count), to: &bytes)
        bytes.append(contentsOf: value)
    }
}
