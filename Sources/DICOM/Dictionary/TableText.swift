/// The dictionary's tables are text, one row a fact: thousands of rows compile in a moment, cost nothing until one is asked for,
/// and are read line by line beside the standard.
enum TableText {
    typealias Field = Slice<UnsafeBufferPointer<UInt8>>

    /// Calls `body` with the fields of each row; a row has at least `columns` of them, the missing ones are empty.
    static func forEachRow(of text: StaticString, columns: Int, _ body: ([Field]) -> Void) {
        text.withUTF8Buffer { bytes in
            let empty = Field(base: bytes, bounds: bytes.endIndex..<bytes.endIndex)
            var fields: [Field] = []
            for line in bytes.split(separator: UInt8(ascii: "\n")) {
                fields.removeAll(keepingCapacity: true)
                fields += line.split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
                while fields.count < columns { fields.append(empty) }
                body(fields)
            }
        }
    }

    static func string(_ field: Field) -> String { String(decoding: UnsafeBufferPointer(rebasing: field), as: UTF8.self) }

    /// `US|SS` as [US, SS].
    static func vrs(_ field: Field) -> [VR] {
        field.split(separator: UInt8(ascii: "|")).map { VR($0[$0.startIndex], $0[$0.startIndex + 1]) }
    }
}

/// The tags a row speaks of: one, or those that differ from it in the digits written `x`.
struct TagPattern: Hashable {
    var mask: UInt32 = 0
    var value: UInt32 = 0

    init(mask: UInt32, value: UInt32) {
        self.mask = mask
        self.value = value
    }

    init(_ digits: some Sequence<UInt8>) {
        for digit in digits {
            mask <<= 4
            value <<= 4
            guard digit != UInt8(ascii: "x") else { continue }
            mask |= 0xF
            value |= UInt32(digit <= UInt8(ascii: "9") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "A") + 10)
        }
    }
}
