/// A JSON value (RFC 8259). Numbers keep their text: a decimal string must not be rounded.
enum JSONValue {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    /// In the order they stand.
    case object([(name: String, value: JSONValue)])

    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// Strict, with a limit on depth. One pass over bytes; what it builds is bounded by what it reads.
struct JSONParser {
    private let bytes: [UInt8]
    private var position = 0
    private let depthLimit: Int

    static func parse(_ bytes: [UInt8], depth: Int) throws(DICOMJSONError) -> JSONValue {
        var parser = JSONParser(bytes: bytes, depthLimit: depth)
        // A byte order mark is not JSON's, but is passed over (RFC 8259 §8.1).
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { parser.position = 3 }
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.position == bytes.count else { throw parser.error(.syntax, "something follows the end of the JSON value") }
        return value
    }

    private init(bytes: [UInt8], depthLimit: Int) {
        self.bytes = bytes
        self.depthLimit = depthLimit
    }

    private func error(_ code: DICOMJSONError.Code, _ message: String) -> DICOMJSONError {
        DICOMJSONError(code: code, path: "", offset: position, message: message)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func value(depth: Int) throws(DICOMJSONError) -> JSONValue {
        guard depth < depthLimit else { throw error(.nestingTooDeep, "JSON nests deeper than \(depthLimit)") }
        skipSpace()
        switch current {
        case UInt8(ascii: "{"): return try object(depth)
        case UInt8(ascii: "["): return try array(depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let byte? where byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte): return try number()
        case nil: throw error(.syntax, "the JSON ends where a value should stand")
        default: throw error(.syntax, "no JSON value begins here")
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(DICOMJSONError) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw error(.syntax, "no JSON value begins here") }
        position += text.utf8.count
        return value
    }

    private mutating func object(_ depth: Int) throws(DICOMJSONError) -> JSONValue {
        position += 1
        var members: [(name: String, value: JSONValue)] = []
        skipSpace()
        if current == UInt8(ascii: "}") { position += 1; return .object([]) }
        while true {
            skipSpace()
            guard current == UInt8(ascii: "\"") else { throw error(.syntax, "a name in quotes should stand here") }
            let name = try string()
            skipSpace()
            guard current == UInt8(ascii: ":") else { throw error(.syntax, "a colon should stand here") }
            position += 1
            members.append((name, try value(depth: depth + 1)))
            skipSpace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "}"): position += 1; return .object(members)
            default: throw error(.syntax, "a comma or the end of the object should stand here")
            }
        }
    }

    private mutating func array(_ depth: Int) throws(DICOMJSONError) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if current == UInt8(ascii: "]") { position += 1; return .array([]) }
        while true {
            values.append(try value(depth: depth + 1))
            skipSpace()
            switch current {
            case UInt8(ascii: ","): position += 1
            case UInt8(ascii: "]"): position += 1; return .array(values)
            default: throw error(.syntax, "a comma or the end of the array should stand here")
            }
        }
    }

    private mutating func number() throws(DICOMJSONError) -> JSONValue {
        let start = position
        func isDigit(_ byte: UInt8?) -> Bool { byte.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } == true }
        if current == UInt8(ascii: "-") { position += 1 }
        guard isDigit(current) else { throw error(.syntax, "a digit should stand here") }
        if current == UInt8(ascii: "0") { position += 1 } else { while isDigit(current) { position += 1 } }
        if current == UInt8(ascii: ".") {
            position += 1
            guard isDigit(current) else { throw error(.syntax, "a digit should stand here") }
            while isDigit(current) { position += 1 }
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            guard isDigit(current) else { throw error(.syntax, "a digit should stand here") }
            while isDigit(current) { position += 1 }
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func string() throws(DICOMJSONError) -> String {
        position += 1
        let start = position
        // Most strings hold no escape: their bytes are the text.
        while let byte = current, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        var text = Array(bytes[start..<position])
        while true {
            guard let byte = current else { throw error(.syntax, "the JSON ends inside a string") }
            switch byte {
            case UInt8(ascii: "\""):
                guard let result = String(validating: text, as: UTF8.self) else { throw error(.syntax, "the string before this is not UTF-8") }
                position += 1
                return result
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20: throw error(.syntax, "a control character stands in a string")
            default:
                text.append(byte)
                position += 1
            }
        }
    }

    private mutating func escape(into text: inout [UInt8]) throws(DICOMJSONError) {
        guard let letter = current else { throw error(.syntax, "the JSON ends inside a string") }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hex4()
            if (0xD800...0xDBFF).contains(code), bytes[position...].starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) {
                let before = position
                position += 2
                let low = try hex4()
                if (0xDC00...0xDFFF).contains(low) { code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00) } else { position = before }
            }
            // Half a pair is no character.
            text += Array(String(Character(Unicode.Scalar(code) ?? "\u{FFFD}")).utf8)
        default: throw error(.syntax, "no such escape")
        }
    }

    private mutating func hex4() throws(DICOMJSONError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw error(.syntax, "four hexadecimal digits should stand here") }
        var code: UInt32 = 0
        for _ in 0..<4 {
            switch bytes[position] {
            case let digit where (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit): code = code << 4 | UInt32(digit - UInt8(ascii: "0"))
            case let digit where (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(digit | 0x20): code = code << 4 | UInt32((digit | 0x20) - UInt8(ascii: "a") + 10)
            default: throw error(.syntax, "four hexadecimal digits should stand here")
            }
            position += 1
        }
        return code
    }
}
