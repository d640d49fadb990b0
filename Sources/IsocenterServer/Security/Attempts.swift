/// Slows down guessing: after some failures for a name or from an address, tries are refused for a growing time. A pure value; the time is given.
struct Attempts {
    private struct Record {
        var failures = 0
        var blockedUntil = 0.0
        var last = 0.0
    }

    static let freeTries = 5
    static let longestPause = 900.0
    private static let mostRecords = 10_000
    private var records: [String: Record] = [:]

    /// Seconds until a try is let through again; nil where it is now.
    func pause(for keys: [String], at now: Double) -> Double? {
        let until = keys.compactMap { records[$0]?.blockedUntil }.max() ?? 0
        return until > now ? until - now : nil
    }

    mutating func fail(_ keys: [String], at now: Double) {
        // An attacker with many names must not fill memory: the oldest records go.
        if records.count > Self.mostRecords { records = records.filter { now - $0.value.last < 60 } }
        for key in keys {
            var record = records[key] ?? Record()
            if now - record.last > Self.longestPause { record.failures = 0 }
            record.failures += 1
            record.last = now
            if record.failures >= Self.freeTries {
                var pause = 1.0
                for _ in Self.freeTries..<min(record.failures, Self.freeTries + 12) { pause *= 2 }
                record.blockedUntil = now + min(pause, Self.longestPause)
            }
            records[key] = record
        }
    }

    mutating func succeed(_ keys: [String]) {
        for key in keys { records[key] = nil }
    }
}
