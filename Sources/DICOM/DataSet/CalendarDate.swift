/// A day of the Gregorian calendar, or a year or month of which no more is known (PS3.5 Table 6.2-1, DA and DT).
public struct CalendarDate: Hashable, Sendable {
    public let year: Int
    public let month: Int?
    public let day: Int?

    /// nil for a day that the calendar does not have.
    public init?(year: Int, month: Int? = nil, day: Int? = nil) {
        guard (0...9999).contains(year) else { return nil }
        if let month {
            guard (1...12).contains(month) else { return nil }
            if let day { guard (1...Self.days(of: month, in: year)).contains(day) else { return nil } }
        } else if day != nil {
            return nil
        }
        self.year = year
        self.month = month
        self.day = day
    }

    /// A value of DA: `20040119`, or `2004.01.19` as ACR-NEMA wrote it.
    public init?(_ text: some StringProtocol) {
        var digits = Array(text.utf8)
        if digits.count == 10, digits[4] == UInt8(ascii: "."), digits[7] == UInt8(ascii: ".") {
            digits.remove(at: 7)
            digits.remove(at: 4)
        }
        guard digits.count == 8 else { return nil }
        self.init(digits: digits[...])
    }

    /// `YYYY`, `YYYYMM` or `YYYYMMDD`.
    init?(digits: ArraySlice<UInt8>) {
        var rest = digits
        guard [4, 6, 8].contains(rest.count), let year = Digits.take(4, from: &rest) else { return nil }
        let month = rest.isEmpty ? nil : Digits.take(2, from: &rest) ?? 0
        let day = rest.isEmpty ? nil : Digits.take(2, from: &rest) ?? 0
        self.init(year: year, month: month, day: day)
    }

    /// As DA and DT write it.
    public var text: String {
        Digits.text(year, 4) + (month.map { Digits.text($0, 2) } ?? "") + (day.map { Digits.text($0, 2) } ?? "")
    }

    /// Days from 1970-01-01 to the first and the last day this can mean.
    var dayNumbers: ClosedRange<Int> {
        let lastMonth = month ?? 12
        return Self.number(year, month ?? 1, day ?? 1)...Self.number(year, lastMonth, day ?? Self.days(of: lastMonth, in: year))
    }

    private static func days(of month: Int, in year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    /// Years begin with March here, so that the leap day is the last.
    private static func number(_ year: Int, _ month: Int, _ day: Int) -> Int {
        let year = month > 2 ? year : year - 1
        let era = (year + 400) / 400 - 1
        let yearOfEra = year - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

/// Decimal digits of fixed width.
enum Digits {
    static func take(_ count: Int, from digits: inout ArraySlice<UInt8>) -> Int? {
        guard digits.count >= count else { return nil }
        var number = 0
        for digit in digits.prefix(count) {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        digits = digits.dropFirst(count)
        return number
    }

    static func text(_ number: Int, _ width: Int) -> String {
        let digits = "\(number)"
        return String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits
    }
}
