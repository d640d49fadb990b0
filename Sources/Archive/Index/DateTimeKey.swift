import DICOM

/// Dates and times in a form in which the order of bytes is the order of time (PS3.5 §6.2, DA and TM).
enum DateTimeKey {
    /// `YYYYMMDD`; also of the retired form `YYYY.MM.DD`. nil for what is no date.
    static func date(_ text: String) -> String? {
        let digits = text.filter { $0 != "." && $0 != "-" }
        guard digits.utf8.count == 8, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits
    }

    /// `HHMMSSFFFFFF`, what is missing filled with `fill`; also of the retired form `HH:MM:SS`. nil for what is no time.
    static func time(_ text: String, fill: Character = "0") -> String? {
        let parts = text.filter { $0 != ":" }.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let whole = parts.first, [2, 4, 6].contains(whole.utf8.count), whole.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        let fraction = parts.count > 1 ? parts[1].prefix(6) : ""
        guard fraction.utf8.allSatisfy({ (0x30...0x39).contains($0) }), fraction.isEmpty || whole.utf8.count == 6 else { return nil }
        let key = whole + fraction
        return key + String(repeating: fill, count: 12 - key.utf8.count)
    }

    /// The day so many days after `YYYYMMDD`; the same where that is no day.
    static func day(_ key: String, plus days: Int) -> String {
        guard let date = CalendarDate(key), let moved = TimeShift.date(of: TimeShift.dayNumber(date) + days) else { return key }
        return moved
    }
}
