/// What WebAuthn sends in CBOR (RFC 8949) in the form CTAP2 asks for: definite lengths, shortest heads, no key twice.
indirect enum CBOR: Sendable, Equatable {
    case integer(Int64)
    case bytes([UInt8])
    case text(String)
    case array([CBOR])
    case map([Key: CBOR])
    case bool(Bool)
    case null

    enum Key: Sendable, Hashable {
        case integer(Int64)
        case text(String)
    }

    enum Limits {
        static let depth = 8
        /// Members of one list or map.
        static let members = 256
    }

    struct Malformed: Error, Equatable {
        var offset: Int
        var words: String
    }

    /// - Returns: the value, and how many bytes it takes.
    static func read(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> (value: CBOR, length: Int) {
        var reader = Reader(bytes: bytes, offset: bytes.startIndex)
        let value = try reader.value(depth: 0)
        return (value, reader.offset - bytes.startIndex)
    }

    /// Nothing may follow the value.
    static func readAll(_ bytes: [UInt8]) throws(Malformed) -> CBOR {
        let (value, length) = try read(bytes[...])
        guard length == bytes.count else { throw Malformed(offset: length, words: "\(bytes.count - length) bytes follow the value") }
        return value
    }

    subscript(_ key: String) -> CBOR? { if case .map(let map) = self { map[.text(key)] } else { nil } }
    subscript(_ key: Int64) -> CBOR? { if case .map(let map) = self { map[.integer(key)] } else { nil } }
    var bytes: [UInt8]? { if case .bytes(let bytes) = self { bytes } else { nil } }
    var text: String? { if case .text(let text) = self { text } else { nil } }
    var integer: Int64? { if case .integer(let number) = self { number } else { nil } }

    private struct Reader {
        let bytes: ArraySlice<UInt8>
        var offset: Int

        func malformed(_ words: String) -> Malformed { Malformed(offset: offset - bytes.startIndex, words: words) }

        mutating func take(_ count: Int) throws(Malformed) -> ArraySlice<UInt8> {
            guard count >= 0, count <= bytes.endIndex - offset else { throw malformed("\(count) bytes are said, \(bytes.endIndex - offset) are left") }
            defer { offset += count }
            return bytes[offset..<(offset + count)]
        }

        /// The argument of a head (RFC 8949 §3); the shortest form only.
        mutating func argument(_ information: UInt8) throws(Malformed) -> UInt64 {
            guard information >= 24 else { return UInt64(information) }
            guard information <= 27 else { throw malformed("a length that is not definite") }
            let size = 1 << Int(information - 24)
            var number: UInt64 = 0
            for byte in try take(size) { number = number << 8 | UInt64(byte) }
            let least: UInt64 = switch size { case 1: 24; case 2: 0x100; case 4: 0x1_0000; default: 0x1_0000_0000 }
            guard number >= least else { throw malformed("a number longer than it needs to be") }
            return number
        }

        mutating func value(depth: Int) throws(Malformed) -> CBOR {
            guard depth < Limits.depth else { throw malformed("nested deeper than \(Limits.depth)") }
            guard let head = try take(1).first else { throw malformed("nothing") }
            let information = head & 0x1F
            switch head >> 5 {
            case 0:
                guard let number = Int64(exactly: try argument(information)) else { throw malformed("a number out of range") }
                return .integer(number)
            case 1:
                guard let number = Int64(exactly: try argument(information)) else { throw malformed("a number out of range") }
                return .integer(-1 - number)
            case 2: return .bytes(Array(try take(try length(information))))
            case 3:
                guard let text = String(validating: try take(try length(information)), as: UTF8.self) else { throw malformed("text that is not UTF-8") }
                return .text(text)
            case 4:
                var list: [CBOR] = []
                for _ in 0..<(try members(information)) { list.append(try value(depth: depth + 1)) }
                return .array(list)
            case 5:
                var map: [Key: CBOR] = [:]
                for _ in 0..<(try members(information)) {
                    let key: Key
                    switch try value(depth: depth + 1) {
                    case .integer(let number): key = .integer(number)
                    case .text(let text): key = .text(text)
                    default: throw malformed("a key that is neither a number nor text")
                    }
                    guard map.updateValue(try value(depth: depth + 1), forKey: key) == nil else { throw malformed("a key that is there twice") }
                }
                return .map(map)
            case 7 where information == 20: return .bool(false)
            case 7 where information == 21: return .bool(true)
            case 7 where information == 22: return .null
            default: throw malformed("a type that has no place here")
            }
        }

        private mutating func length(_ information: UInt8) throws(Malformed) -> Int {
            guard let length = Int(exactly: try argument(information)), length <= bytes.endIndex - offset else { throw malformed("longer than what is left") }
            return length
        }

        private mutating func members(_ information: UInt8) throws(Malformed) -> Int {
            guard let count = Int(exactly: try argument(information)), count <= Limits.members, count <= bytes.endIndex - offset else { throw malformed("more members than can be") }
            return count
        }
    }
}
