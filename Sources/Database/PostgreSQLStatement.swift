/// A statement as PostgreSQL numbers its values: `?` becomes `$1`, `$2` …, but for one in a literal, a name or a comment.
///
/// `(column || '')` keeps an index of the column out of SQLite's plan. PostgreSQL's planner counts how many rows have a value, and can do so
/// of a column alone: there it is `(column)`.
struct PostgreSQLStatement {
    static func numbered(_ sql: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(sql.utf8.count + 16)
        var number = 0
        var inside: UInt8?  // What ends the part that is copied as it is.
        var last: UInt8 = 0
        for byte in sql.replacing(" || '')", with: ")").utf8 {
            if let end = inside {
                // A doubled quotation mark ends the literal and begins it anew.
                if byte == end { inside = nil }
            } else if byte == UInt8(ascii: "?") {
                number += 1
                result.append(contentsOf: "$\(number)".utf8)
                last = byte
                continue
            } else if byte == UInt8(ascii: "'") || byte == UInt8(ascii: "\"") {
                inside = byte
            } else if byte == UInt8(ascii: "-"), last == byte {
                inside = UInt8(ascii: "\n")
            }
            last = byte
            result.append(byte)
        }
        return String(decoding: result, as: UTF8.self)
    }
}

/// Values as libpq takes them, one after the other in one buffer.
///
/// All but bytes go as text and without a type: the server takes each for what the statement wants there, as SQLite does.
struct PostgreSQLParameters {
    private var buffer: [UInt8] = []
    private var places: [Int?] = []
    private var lengths: [Int32] = []
    private var formats: [Int32] = []

    init(_ values: [SQLValue]) {
        places.reserveCapacity(values.count)
        for value in values {
            switch value {
            case .null: addNull()
            case .integer(let number): add("\(number)".utf8)
            case .real(let number): add(Self.text(number).utf8)
            case .text(let text):
                // PostgreSQL's text cannot hold U+0000: what stands for it does so in keys as well, so that it is found.
                text.utf8.contains(0) ? add(text.replacing("\0", with: "\u{FFFD}").utf8) : add(text.utf8)
            case .blob(let bytes): add(bytes, isBinary: true)
            }
        }
    }

    private static func text(_ number: Double) -> String {
        number.isNaN ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : "\(number)"
    }

    private mutating func add(_ bytes: some Collection<UInt8>, isBinary: Bool = false) {
        places.append(buffer.count)
        buffer.append(contentsOf: bytes)
        lengths.append(Int32(clamping: bytes.count))
        formats.append(isBinary ? 1 : 0)
        // Text ends in a zero byte.
        if !isBinary { buffer.append(0) }
    }

    private mutating func addNull() {
        places.append(nil)
        lengths.append(0)
        formats.append(0)
    }

    var count: Int32 { Int32(places.count) }

    func withPointers<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>, UnsafePointer<Int32>, UnsafePointer<Int32>) -> R
    ) -> R {
        // Never empty, so that each value has an address.
        (buffer + [0]).withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                let pointers = places.map { place in place.flatMap { offset in characters.baseAddress.map { $0 + offset } } } + [nil]
                return pointers.withUnsafeBufferPointer { pointers in
                    (lengths + [0]).withUnsafeBufferPointer { lengths in
                        (formats + [0]).withUnsafeBufferPointer { formats in
                            guard let a = pointers.baseAddress, let b = lengths.baseAddress, let c = formats.baseAddress else {
                                preconditionFailure("an array that is not empty has an address")
                            }
                            return body(a, b, c)
                        }
                    }
                }
            }
        }
    }
}
