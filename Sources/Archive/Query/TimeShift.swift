import DICOM
import Foundation

/// Dates and times of a data set as another time zone has them (PS3.4 §C.2.2.2.6, PS3.3 §C.12.1.1.8).
enum TimeShift {
    /// A patient's birth is where it was, whatever the zone.
    private static let pairs: [(date: Tag, time: Tag)] = [
        (.studyDate, .studyTime), (.seriesDate, .seriesTime), (.acquisitionDate, .acquisitionTime), (.contentDate, .contentTime),
        (.instanceCreationDate, .instanceCreationTime), (.performedProcedureStepStartDate, .performedProcedureStepStartTime),
    ]

    static let tags = Set(pairs.flatMap { [$0.date, $0.time] } + [.acquisitionDateTime])

    /// - Parameter offset: minutes east of UTC. Objects that name no zone were made in that of this machine.
    static func shifted(_ dataSet: DataSet, to offset: Int) -> DataSet {
        var result = dataSet
        let own = dataSet.string(.timezoneOffset).flatMap { minutes($0) }
        for (dateTag, timeTag) in pairs {
            // A day without a time is the same day everywhere.
            guard let date = dataSet.date(dateTag), let time = dataSet.time(timeTag) else { continue }
            let day = dayNumber(date)
            let shift = offset - (own ?? local(day))
            // Less than two days away: kept above zero, so that the rest is too.
            let minute = time.hour * 60 + (time.minute ?? 0) + shift + 2880
            guard let moved = self.date(of: day + minute / 1440 - 2) else { continue }
            let inDay = minute % 1440
            let text = digits(inDay / 60) + (time.minute != nil || shift % 60 != 0 ? digits(inDay % 60) : "")
                + (time.second.map { digits($0) } ?? "") + (time.fraction.isEmpty ? "" : "." + time.fraction)
            result.set(DataElement(dateTag, .DA, moved))
            result.set(DataElement(timeTag, .TM, text))
        }
        result.set(DataElement(.timezoneOffset, .SH, self.text(offset)))
        return result
    }

    /// `+0100`; nil for what is no offset.
    static func minutes(_ text: String) -> Int? { DateTime("2000" + text)?.offsetMinutes }

    static func text(_ minutes: Int) -> String { (minutes < 0 ? "-" : "+") + digits(abs(minutes) / 60) + digits(abs(minutes) % 60) }

    private static func digits(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }

    private static func local(_ day: Int) -> Int {
        TimeZone.current.secondsFromGMT(for: Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200)) / 60
    }

    private static let calendar: Calendar = {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar
    }()

    /// Days from 1970-01-01.
    static func dayNumber(_ date: CalendarDate) -> Int {
        let noon = calendar.date(from: DateComponents(year: date.year, month: date.month ?? 1, day: date.day ?? 1, hour: 12))
        return noon.map { Int(($0.timeIntervalSince1970 / 86_400).rounded(.down)) } ?? 0
    }

    /// `YYYYMMDD`; nil beyond the years 0 to 9999.
    static func date(of day: Int) -> String? {
        let parts = calendar.dateComponents([.year, .month, .day], from: Date(timeIntervalSince1970: Double(day) * 86_400 + 43_200))
        guard let year = parts.year, let month = parts.month, let day = parts.day, (0...9999).contains(year) else { return nil }
        let text = String(year)
        return String(repeating: "0", count: 4 - text.count) + text + digits(month) + digits(day)
    }
}
