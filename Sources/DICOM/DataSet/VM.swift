/// Value Multiplicity (PS3.5 §6.4): how many values an attribute may have.
public struct VM: Hashable, Sendable {
    public let minimum: Int
    /// nil: any number.
    public let maximum: Int?
    /// `2-2n`: pairs.
    public let step: Int

    /// `1`, `1-3`, `1-n`, `2-2n`.
    public init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard let first = parts.first, let minimum = Int(first), minimum > 0 else { return nil }
        self.minimum = minimum
        guard parts.count > 1 else {
            maximum = minimum
            step = 1
            return
        }
        guard parts.count == 2 else { return nil }
        if parts[1].last == "n" {
            let factor = parts[1].dropLast()
            guard let step = factor.isEmpty ? 1 : Int(factor), step > 0 else { return nil }
            self.step = step
            maximum = nil
        } else {
            guard let maximum = Int(parts[1]), maximum >= minimum else { return nil }
            self.maximum = maximum
            step = 1
        }
    }

    public func allows(_ count: Int) -> Bool {
        count >= minimum && maximum.map { count <= $0 } != false && (maximum != nil || count % step == 0 || step == 1)
    }
}
