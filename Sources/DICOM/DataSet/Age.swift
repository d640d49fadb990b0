/// A value of AS: `018M` (PS3.5 Table 6.2-1).
public struct Age: Hashable, Sendable {
    public enum Unit: Character, Sendable { case days = "D", weeks = "W", months = "M", years = "Y" }

    public let count: Int
    public let unit: Unit

    public init?(count: Int, unit: Unit) {
        guard (0...999).contains(count) else { return nil }
        self.count = count
        self.unit = unit
    }

    public init?(_ text: some StringProtocol) {
        var digits = Array(text.utf8)[...]
        guard digits.count == 4, let count = Digits.take(3, from: &digits), let unit = text.last.flatMap({ Unit(rawValue: $0) }) else { return nil }
        self.init(count: count, unit: unit)
    }

    public var text: String { Digits.text(count, 3) + String(unit.rawValue) }
}
