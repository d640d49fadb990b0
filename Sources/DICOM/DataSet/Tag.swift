/// Name of a data element: group and element number (PS3.5 §3.10, §7.1).
public struct Tag: Hashable, Comparable, Sendable {
    /// Group in the upper, element in the lower 16 bits: the order of tags is the order of raw values.
    public let rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }
    public init(_ group: UInt16, _ element: UInt16) { rawValue = UInt32(group) << 16 | UInt32(element) }

    public var group: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 16) }
    public var element: UInt16 { UInt16(truncatingIfNeeded: rawValue) }

    /// Odd groups are private (PS3.5 §7.8); 0001, 0003, 0005, 0007 and FFFF may not be used at all.
    public var isPrivate: Bool { group & 1 == 1 }
    /// (gggg,0010-00FF) of an odd group reserves a block for its creator (PS3.5 §7.8.1).
    public var isPrivateCreator: Bool { isPrivate && (0x10...0xFF).contains(element) }
    public var isGroupLength: Bool { element == 0 }

    /// The element that names the creator of this private element's block; nil where this is no private data element.
    public var privateCreator: Tag? {
        guard isPrivate, element >= 0x1000 else { return nil }
        return Tag(group, element >> 8)
    }

    public static func < (a: Tag, b: Tag) -> Bool { a.rawValue < b.rawValue }
}

extension Tag {
    /// Reads `00100010`, `0010,0010` and `(0010,0010)`; nil for anything else.
    public init?(hex text: some StringProtocol) {
        var digits = text[...].utf8.filter { $0 != UInt8(ascii: ",") }
        if digits.first == UInt8(ascii: "("), digits.last == UInt8(ascii: ")") { digits = Array(digits.dropFirst().dropLast()) }
        guard digits.count == 8 else { return nil }
        var raw: UInt32 = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): raw = raw << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "F"): raw = raw << 4 | UInt32(digit - UInt8(ascii: "A") + 10)
            case UInt8(ascii: "a")...UInt8(ascii: "f"): raw = raw << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
        self.init(rawValue: raw)
    }

    /// Eight upper-case digits, as DICOM JSON names attributes (PS3.18 §F.2.1).
    public var hex: String { Self.hex(group) + Self.hex(element) }

    private static func hex(_ number: UInt16) -> String {
        let digits = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: 4 - digits.count) + digits
    }
}

extension Tag: CustomStringConvertible {
    /// `(0010,0020)`
    public var description: String { "(\(Self.hex(group)),\(Self.hex(element)))" }
}
