/// A value of DT: a date, perhaps a time, perhaps its offset from UTC (PS3.5 Table 6.2-1).
public struct DateTime: Hashable, Sendable {
    public let date: CalendarDate
    public let time: TimeOfDay?
    /// East of UTC is positive; nil where the value says none (Timezone Offset From UTC of the data set then holds).
    public let offsetMinutes: Int?

    /// nil where a time follows a date that is not whole, or the offset is outside of −12:00 to +14:00.
    public init?(date: CalendarDate, time: TimeOfDay? = nil, offsetMinutes: Int? = nil) {
        guard time == nil || date.day != nil else { return nil }
        guard offsetMinutes.map({ (-12 * 60...14 * 60).contains($0) }) != false else { return nil }
        self.date = date
        self.time = time
        self.offsetMinutes = offsetMinutes
    }

    /// `YYYYMMDDHHMMSS.FFFFFF&ZZXX`, cut off after any component; the offset may follow each (`2004+0100`).
    public init?(_ text: some StringProtocol) {
        var digits = Array(text.utf8)[...]
        var offset: Int?
        if let sign = digits.firstIndex(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "-") }) {
            var zone = digits[(sign + 1)...]
            guard zone.count == 4, let hours = Digits.take(2, from: &zone), let minutes = Digits.take(2, from: &zone), minutes < 60
            else { return nil }
            offset = (hours * 60 + minutes) * (digits[sign] == UInt8(ascii: "-") ? -1 : 1)
            digits = digits[..<sign]
        }
        guard let date = CalendarDate(digits: digits.prefix(8)) else { return nil }
        let rest = digits.dropFirst(8)
        let time = rest.isEmpty ? nil : TimeOfDay(digits: rest)
        guard rest.isEmpty || time != nil else { return nil }
        self.init(date: date, time: time, offsetMinutes: offset)
    }

    public var text: String {
        let offset = offsetMinutes.map { minutes in
            (minutes < 0 ? "-" : "+") + Digits.text(abs(minutes) / 60, 2) + Digits.text(abs(minutes) % 60, 2)
        }
        return date.text + (time?.text ?? "") + (offset ?? "")
    }

    /// Microseconds from 1970-01-01 UTC to the first and the last instant this can mean.
    func microseconds(defaultOffset: Int = 0) -> ClosedRange<Int> {
        let day = 86_400_000_000
        let days = date.dayNumbers
        let times = time?.microseconds ?? 0...day - 1
        let shift = (offsetMinutes ?? defaultOffset) * 60_000_000
        return days.lowerBound * day + times.lowerBound - shift...days.upperBound * day + times.upperBound - shift
    }
}

/// `a-b`, `a-` or `-b` of a query; both ends are included (PS3.4 §C.2.2.2.5).
public struct ValueRange<Bound: Hashable & Sendable>: Hashable, Sendable {
    /// nil: open towards the past.
    public let first: Bound?
    public let last: Bound?

    /// nil where both ends are open.
    public init?(first: Bound?, last: Bound?) {
        guard first != nil || last != nil else { return nil }
        self.first = first
        self.last = last
    }

    /// A single value is the range of what it can mean. Of several readings the first counts: in DT a `-` is an offset if it can be one.
    fileprivate init?(_ text: some StringProtocol, bound: (Substring) -> Bound?) {
        let text = Substring(text)
        if let single = bound(text) { self.init(first: single, last: single); return }
        for hyphen in text.indices where text[hyphen] == "-" {
            let before = text[..<hyphen], after = text[text.index(after: hyphen)...]
            let first = before.isEmpty ? nil : bound(before), last = after.isEmpty ? nil : bound(after)
            guard before.isEmpty || first != nil, after.isEmpty || last != nil else { continue }
            self.init(first: first, last: last)
            return
        }
        return nil
    }
}

extension ValueRange where Bound == CalendarDate {
    /// `20040101-20041231`
    public init?(_ text: some StringProtocol) { self.init(text) { CalendarDate($0) } }
}

extension ValueRange where Bound == TimeOfDay {
    /// `10-1130`: from 10:00 to the last instant of 11:30.
    public init?(_ text: some StringProtocol) { self.init(text) { TimeOfDay($0) } }
}

extension ValueRange where Bound == DateTime {
    /// `200401011000-20040102`
    public init?(_ text: some StringProtocol) { self.init(text) { DateTime($0) } }
}

extension DataSet {
    /// First value of a DA element; nil where absent, empty or no date.
    public func date(_ tag: Tag) -> CalendarDate? { string(tag).flatMap { CalendarDate($0) } }

    /// First value of a TM element.
    public func time(_ tag: Tag) -> TimeOfDay? { string(tag).flatMap { TimeOfDay($0) } }

    /// First value of a DT element.
    public func dateTime(_ tag: Tag) -> DateTime? { string(tag).flatMap { DateTime($0) } }
}
