/// Unique Identifier (PS3.5 §9): at most 64 digits and dots.
///
/// Made only by checking, so that whoever holds one may use it in a name, a query or an answer.
public struct UID: Hashable, Comparable, Sendable {
    public let text: String

    /// nil unless `text` is 1 to 64 characters, components of digits between single dots.
    /// Leading zeros of a component are let through: archives hold many (PS3.5 §9.1 forbids them).
    public init?(_ text: some StringProtocol) {
        guard Self.isValid(text.utf8) else { return nil }
        self.text = String(text)
    }

    /// As it lies in a data set, without padding.
    init?(ascii bytes: ArraySlice<UInt8>) {
        guard Self.isValid(bytes) else { return nil }
        text = String(decoding: bytes, as: UTF8.self)
    }

    private static func isValid(_ bytes: some Collection<UInt8>) -> Bool {
        guard (1...64).contains(bytes.count) else { return false }
        var afterDot = true
        for byte in bytes {
            if byte == UInt8(ascii: ".") {
                guard !afterDot else { return false }
                afterDot = true
            } else {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return false }
                afterDot = false
            }
        }
        return !afterDot
    }

    /// For the constants of the standard, which a test checks against its table.
    init(known text: String) { self.text = text }

    public static func < (a: UID, b: UID) -> Bool { a.text < b.text }
}

extension UID: CustomStringConvertible {
    public var description: String { text }
}

extension UID {
    /// A new UID from a random number under 2.25 (PS3.5 §B.2).
    public static func random() -> UID {
        var generator = SystemRandomNumberGenerator()
        // Version 4 UUID, its 128 bits written as one decimal number.
        let high = generator.next() & 0xFFFF_FFFF_FFFF_0FFF | 0x4000
        let low = generator.next() & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        return UID(known: "2.25.\(UInt128(high) << 64 | UInt128(low))")
    }
}
