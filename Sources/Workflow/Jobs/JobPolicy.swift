/// How many jobs of a kind run at once, and how long one is tried.
public struct JobPolicy: Sendable {
    /// Over all processes that share the table.
    public var atOnce = 8
    /// Of one group, so that a peer that does not answer holds up no other.
    public var atOncePerGroup = 2
    /// After the first failed attempt; doubled with each further one.
    public var firstRetry: Duration = .seconds(15)
    public var longestRetry: Duration = .seconds(3600)
    /// From when it was first due until it is given up.
    public var patience: Duration = .seconds(3 * 86_400)

    public init(
        atOnce: Int = 8, atOncePerGroup: Int = 2, firstRetry: Duration = .seconds(15), longestRetry: Duration = .seconds(3600),
        patience: Duration = .seconds(3 * 86_400)
    ) {
        self.atOnce = atOnce
        self.atOncePerGroup = atOncePerGroup
        self.firstRetry = firstRetry
        self.longestRetry = longestRetry
        self.patience = patience
    }

    /// How long to wait after an attempt.
    ///
    /// - Parameters:
    ///   - attempts: so far, 1 or more.
    ///   - chance: 0 to 1; a quarter is given or taken by it, so that those who failed together do not come back together.
    public func delay(after attempts: Int, chance: Double) -> Duration {
        let doubled = firstRetry * (1 << min(max(attempts - 1, 0), 30))
        return min(doubled, longestRetry) * (0.75 + 0.5 * chance)
    }
}
