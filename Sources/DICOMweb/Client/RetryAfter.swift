import Foundation

/// How long a server that is busy wants to be left alone (RFC 9110 §10.2.3).
enum RetryAfter {
    /// Seconds, or until a date; nil where it says neither. At least a tenth of a second, so that nobody is asked in a circle.
    static func wait(_ header: String?, now: Date = Date()) -> Duration? {
        guard let text = header?.trimmed, !text.isEmpty else { return nil }
        if text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            guard let seconds = Int(text), seconds < 1 << 31 else { return nil }
            return max(.seconds(seconds), least)
        }
        guard let date = date(text) else { return nil }
        return max(.seconds(min(date.timeIntervalSince(now), 1e9)), least)
    }

    private static let least = Duration.milliseconds(100)
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
    private static func date(_ text: String) -> Date? {
        let fields = text.split(separator: " ")
        guard fields.count == 6, fields[5] == "GMT", let month = months.firstIndex(of: String(fields[2])) else { return nil }
        let time = fields[4].split(separator: ":").compactMap { Int($0) }
        guard let day = Int(fields[1]), let year = Int(fields[3]), time.count == 3, (1...31).contains(day), (1970...9999).contains(year) else { return nil }
        var components = DateComponents()
        (components.year, components.month, components.day) = (year, month + 1, day)
        (components.hour, components.minute, components.second) = (time[0], time[1], time[2])
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: components)
    }
}
