/// Those who wait, first come first served, in two lines: people first, and of every few turns one for bulk work, which so never starves.
struct WaitingLine<Waiter> {
    /// Turns of which the last is for bulk work, where there is any.
    static var turns: Int { 8 }

    private var interactive: [(ticket: UInt64, waiter: Waiter)] = []
    private var bulk: [(ticket: UInt64, waiter: Waiter)] = []
    private var turn = 0

    var count: Int { interactive.count + bulk.count }

    mutating func append(_ waiter: Waiter, ticket: UInt64, isBulk: Bool) {
        if isBulk { bulk.append((ticket, waiter)) } else { interactive.append((ticket, waiter)) }
    }

    mutating func next() -> Waiter? {
        guard count > 0 else { return nil }
        turn = (turn + 1) % Self.turns
        let isBulk = interactive.isEmpty || turn == 0 && !bulk.isEmpty
        return isBulk ? bulk.removeFirst().waiter : interactive.removeFirst().waiter
    }

    /// Whoever does not want to wait any more; nil where the ticket is not in the line.
    mutating func remove(_ ticket: UInt64) -> Waiter? {
        if let index = interactive.firstIndex(where: { $0.ticket == ticket }) { return interactive.remove(at: index).waiter }
        if let index = bulk.firstIndex(where: { $0.ticket == ticket }) { return bulk.remove(at: index).waiter }
        return nil
    }

    mutating func removeAll() -> [Waiter] {
        defer { (interactive, bulk) = ([], []) }
        return (interactive + bulk).map(\.waiter)
    }
}
