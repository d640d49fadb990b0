import Foundation

/// The time by which jobs are due; tests bring their own.
public struct JobTime: Sendable {
    public var now: @Sendable () -> Date
    /// Returns after this time, or when the task is cancelled.
    public var wait: @Sendable (Duration) async -> Void

    public init(now: @escaping @Sendable () -> Date, wait: @escaping @Sendable (Duration) async -> Void) {
        self.now = now
        self.wait = wait
    }

    public static let system = JobTime(now: { Date() }, wait: { try? await Task.sleep(for: $0) })  // Cancelled: over as well.
}

extension Date {
    /// Since 1970.
    var microseconds: Int64 { Int64((timeIntervalSince1970 * 1_000_000).rounded()) }

    init(microseconds: Int64) { self.init(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

    static func + (date: Date, duration: Duration) -> Date { date.addingTimeInterval(duration.seconds) }
    static func - (date: Date, duration: Duration) -> Date { date.addingTimeInterval(-duration.seconds) }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
}
