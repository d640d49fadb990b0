/// A time of day, or the hour, minute or second of which no more is known (PS3.5 Table 6.2-1, TM and DT).
public struct TimeOfDay: Hashable, Sendable {
    public let hour: Int
    public let minute: Int?
    /// 60 in a leap second.
    public let second: Int?
    /// Digits of the second's fraction as written, 1 to 6; empty where none is.
    public let fraction: String

    public init?(hour: Int, minute: Int? = nil, second: Int? = nil, fraction: String = "") {
        guard (0...23).contains(hour), minute.map({ (0...59).contains($0) }) != false, second.map({ (0...60).contains($0) }) != false,
            minute != nil || second == nil, second != nil || fraction.isEmpty,
            fraction.utf8.count <= 6, fraction.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        self.hour = hour
        self.minute = minute
        self.second = second
        self.fraction = fraction
    }

    /// A value of TM: `10`, `1012`, `101213.5`, or `10:12:13` as ACR-NEMA wrote it.
    public init?(_ text: some StringProtocol) {
        var digits = Array(text.utf8)
        if digits.count >= 5, digits[2] == UInt8(ascii: ":") {
            guard digits.count == 5 || digits.count >= 8 && digits[5] == UInt8(ascii: ":") else { return nil }
            if digits.count > 5 { digits.remove(at: 5) }
            digits.remove(at: 2)
        }
        self.init(digits: digits[...])
    }

    /// `HH`, `HHMM`, `HHMMSS` or `HHMMSS.F` with 1 to 6 digits after the point.
    init?(digits: ArraySlice<UInt8>) {
        var rest = digits
        let point = rest.firstIndex(of: UInt8(ascii: "."))
        let fraction = point.map { rest[($0 + 1)...] } ?? []
        rest = rest[..<(point ?? rest.endIndex)]
        guard [2, 4, 6].contains(rest.count), let hour = Digits.take(2, from: &rest) else { return nil }
        let minute = rest.isEmpty ? nil : Digits.take(2, from: &rest) ?? -1
        let second = rest.isEmpty ? nil : Digits.take(2, from: &rest) ?? -1
        if point != nil, fraction.isEmpty { return nil }
        self.init(hour: hour, minute: minute, second: second, fraction: String(decoding: fraction, as: UTF8.self))
    }

    /// As TM and DT write it.
    public var text: String {
        Digits.text(hour, 2) + (minute.map { Digits.text($0, 2) } ?? "") + (second.map { Digits.text($0, 2) } ?? "")
            + (fraction.isEmpty ? "" : "." + fraction)
    }

    /// Microseconds from midnight to the first and the last instant this can mean.
    var microseconds: ClosedRange<Int> {
        func scaled(_ digit: Character) -> Int {
            Int(fraction + String(repeating: digit, count: 6 - fraction.utf8.count)) ?? 0
        }
        let first = (hour * 60 + (minute ?? 0)) * 60 + (second ?? 0)
        let last = (hour * 60 + (minute ?? 59)) * 60 + (second ?? 59)
        return first * 1_000_000 + scaled("0")...last * 1_000_000 + scaled("9")
    }
}
