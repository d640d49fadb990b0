/// Attribute matching of queries (PS3.4 §C.2.2.2).
public enum Matching {
    public struct Options: OptionSet, Sendable {
        public let rawValue: Int
        public init(rawValue: Int) { self.rawValue = rawValue }

        /// A date and its time are one instant where both are keys (PS3.4 §C.2.2.2.5.1).
        public static let combinedDateTime = Options(rawValue: 1)
    }

    /// Whether `dataSet` is among the answers to `identifier`: every key matches, empty keys always.
    public static func matches(_ dataSet: DataSet, identifier: DataSet, options: Options = []) -> Bool {
        let pairs = options.contains(.combinedDateTime) ? combined.filter { identifier.string($0.date) != nil && identifier.string($0.time) != nil } : []
        for pair in pairs where !matches(dataSet, identifier, pair) { return false }
        for key in identifier.elements where !isControl(key.tag) {
            if pairs.contains(where: { $0.date == key.tag || $0.time == key.tag }) { continue }
            guard matches(dataSet, key, of: identifier, options) else { return false }
        }
        return true
    }

    /// `*` stands for any characters or none, `?` for one (PS3.4 §C.2.2.2.4).
    public static func wildcard(_ pattern: String, matches text: String) -> Bool {
        let pattern = Array(pattern.unicodeScalars), text = Array(text.unicodeScalars)
        var p = 0, t = 0
        /// Where to go on when the last star has to take one more character.
        var star: (p: Int, t: Int)?
        while t < text.count {
            if p < pattern.count, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.count, pattern[p] == "?" || pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                p = last.p + 1
                t = last.t + 1
                star = (last.p, t)
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }

    /// Keys that say how to search, not what for.
    private static func isControl(_ tag: Tag) -> Bool {
        tag.isGroupLength || tag.group == 0x0002 || tag == .specificCharacterSet || tag == .queryRetrieveLevel || tag == .timezoneOffsetFromUTC
            || tag == Tag(0x0008, 0x0053)
    }

    // MARK: One key

    private static func matches(_ dataSet: DataSet, _ key: DataElement, of identifier: DataSet, _ options: Options) -> Bool {
        if case .items(let items) = key.value {
            return items.items.allSatisfy { item in
                let wanted = item.dataSet
                if wanted.elements.allSatisfy({ isUniversal($0, wanted) }) { return true }
                return dataSet.items(key.tag).contains { matches($0, identifier: wanted, options: options) }
            }
        }
        if isUniversal(key, identifier) { return true }
        if wantsEmpty(key) { return isEmpty(dataSet[key.tag]) }
        guard let element = dataSet[key.tag] else { return false }
        // The data set's own VR decides: an identifier may come in with UN.
        let vr = key.vr == .UN ? element.vr : key.vr
        switch vr {
        case .DA, .TM, .DT:
            return any(identifier.strings(key.tag), dataSet.strings(key.tag)) { time($0, $1, vr, offset(identifier), offset(dataSet)) }
        case .IS, .DS:
            return any(identifier.strings(key.tag), dataSet.strings(key.tag)) { wanted, value in
                if let a = Double(wanted), let b = Double(value) { a == b } else { wanted == value }
            }
        case .PN:
            return any(identifier.strings(key.tag), dataSet.strings(key.tag), name)
        case .UI:
            // List of UID matching; a UID has no wildcards.
            return any(identifier.strings(key.tag), dataSet.strings(key.tag), ==)
        case _ where vr.isText:
            return any(identifier.strings(key.tag), dataSet.strings(key.tag)) { $0 == $1 || hasWildcard($0) && wildcard($0, matches: $1) }
        case .AT: return any(key.tags, element.tags, ==)
        case .FL, .FD: return any(key.decimals, element.decimals, ==)
        case .US, .SS, .UL, .SL, .UV, .SV: return any(key.integers, element.integers, ==)
        default: return key.value == element.value
        }
    }

    /// One of the key's values matches one of the attribute's (PS3.4 §C.2.2.2.1, §C.2.2.2.8).
    private static func any<Value>(_ keys: [Value], _ values: [Value], _ isMatch: (Value, Value) -> Bool) -> Bool {
        keys.contains { key in values.contains { isMatch(key, $0) } }
    }

    /// Nothing, or stars alone, matches whatever there is, also nothing (PS3.4 §C.2.2.2.3).
    private static func isUniversal(_ key: DataElement, _ identifier: DataSet) -> Bool {
        switch key.value {
        case .bytes(let bytes):
            guard !bytes.isEmpty else { return true }
            guard key.vr.isText || key.vr == .UN else { return false }
            return bytes.allSatisfy { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: " ") || $0 == 0 }
        case .items(let items): return items.items.allSatisfy { item in item.dataSet.elements.allSatisfy { isUniversal($0, item.dataSet) } }
        case .fragments, .external: return true
        }
    }

    /// Two quotation marks are met by an attribute that has no value (PS3.4 §C.2.2.2.7).
    private static func wantsEmpty(_ key: DataElement) -> Bool {
        guard case .bytes(let bytes) = key.value, key.vr.isText || key.vr == .UN else { return false }
        return Text.trim(bytes).elementsEqual("\"\"".utf8)
    }

    private static func isEmpty(_ element: DataElement?) -> Bool {
        switch element?.value {
        case .bytes(let bytes)?: Text.trim(bytes).isEmpty
        case .items(let items)?: items.items.isEmpty
        case .fragments?, .external?: false
        case nil: true
        }
    }

    private static func hasWildcard(_ text: String) -> Bool { text.utf8.contains { $0 == UInt8(ascii: "*") || $0 == UInt8(ascii: "?") } }

    // MARK: Names

    /// Without case and accents. A key of one component group matches each group of the name: who types Latin letters does not know
    /// which one holds them.
    private static func name(_ key: String, _ value: String) -> Bool {
        let groups = PersonName(value).groups.map { Fold.fold($0.text) }
        let keys = key.split(separator: "=", maxSplits: 2, omittingEmptySubsequences: false).map { Fold.fold(PersonName.Group($0).text) }
        func isMatch(_ key: String, _ group: String) -> Bool { key == group || hasWildcard(key) && wildcard(key, matches: group) }
        if keys.count == 1 { return groups.contains { !$0.isEmpty && isMatch(keys[0], $0) } }
        return zip(keys, groups).allSatisfy { $0.isEmpty || isMatch($0, $1) }
    }

    // MARK: Dates and times

    /// Both are spans of time, for a value may be incomplete: it matches where they overlap.
    private static func time(_ key: String, _ value: String, _ vr: VR, _ keyOffset: Int, _ valueOffset: Int) -> Bool {
        let wanted: ClosedRange<Int>?, actual: ClosedRange<Int>?
        switch vr {
        case .DA:
            wanted = ValueRange<CalendarDate>(key).map { span($0, \.dayNumbers) }
            actual = CalendarDate(value)?.dayNumbers
        case .TM:
            wanted = ValueRange<TimeOfDay>(key).map { span($0, \.microseconds) }
            actual = TimeOfDay(value)?.microseconds
        default:
            wanted = ValueRange<DateTime>(key).map { range in span(range) { $0.microseconds(defaultOffset: keyOffset) } }
            actual = DateTime(value)?.microseconds(defaultOffset: valueOffset)
        }
        guard let wanted, let actual else { return key == value || hasWildcard(key) && wildcard(key, matches: value) }
        return wanted.overlaps(actual)
    }

    private static func span<Bound>(_ range: ValueRange<Bound>, _ span: (Bound) -> ClosedRange<Int>) -> ClosedRange<Int> {
        let first = range.first.map { span($0).lowerBound } ?? .min, last = range.last.map { span($0).upperBound } ?? .max
        // From later to earlier is no time at all; an empty span is not expressible, so one that nothing meets.
        return first <= last ? first...last : .min ... .min
    }

    /// Timezone Offset From UTC (0008,0201) in minutes.
    private static func offset(_ dataSet: DataSet) -> Int {
        dataSet.string(.timezoneOffsetFromUTC).flatMap { DateTime("2000" + $0)?.offsetMinutes } ?? 0
    }

    /// Dates and the times that belong to them.
    private static let combined: [(date: Tag, time: Tag)] = [
        (.studyDate, .studyTime), (.seriesDate, .seriesTime), (.acquisitionDate, .acquisitionTime), (.contentDate, .contentTime),
        (.instanceCreationDate, .instanceCreationTime), (.patientBirthDate, .patientBirthTime),
        (Tag(0x0040, 0x0002), Tag(0x0040, 0x0003)), (Tag(0x0040, 0x0004), Tag(0x0040, 0x0005)),
        (.performedProcedureStepStartDate, .performedProcedureStepStartTime), (Tag(0x0040, 0x0250), Tag(0x0040, 0x0251)),
    ]

    private static func matches(_ dataSet: DataSet, _ identifier: DataSet, _ pair: (date: Tag, time: Tag)) -> Bool {
        guard let dates = identifier.string(pair.date).flatMap({ ValueRange<CalendarDate>($0) }),
            let times = identifier.string(pair.time).flatMap({ ValueRange<TimeOfDay>($0) }),
            let date = dataSet.date(pair.date), let time = dataSet.time(pair.time)
        else { return false }
        let day = 86_400_000_000
        let first = dates.first.map { $0.dayNumbers.lowerBound * day + (times.first?.microseconds.lowerBound ?? 0) } ?? .min
        let last = dates.last.map { $0.dayNumbers.upperBound * day + (times.last?.microseconds.upperBound ?? day - 1) } ?? .max
        let start = date.dayNumbers.lowerBound * day
        return first <= start + time.microseconds.upperBound && last >= start + time.microseconds.lowerBound
    }
}
