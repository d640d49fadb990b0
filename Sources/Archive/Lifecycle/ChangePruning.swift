import Database

extension Archive {
    /// Cuts off the oldest changes: those beyond a number and those older than some days, a few in a transaction, with room between
    /// them for what is being stored.
    ///
    /// - Returns: how many went.
    @discardableResult
    public func pruneChanges(olderThan days: Int, beyond number: Int) async throws(ArchiveError) -> Int {
        let oldest = Clock.microseconds() - Int64(days) * 86_400_000_000
        var count = 0
        while !Task.isCancelled {
            let range = try await changeRange()
            let gone = try await pruneChanges(before: oldest, upTo: range.newest - Int64(number))
            count += gone
            guard gone == Self.prunedAtOnce else { break }
            do { try await Task.sleep(for: .milliseconds(50)) } catch { break }
        }
        return count
    }

    static let prunedAtOnce = 1000

    /// A piece of the old end: nothing in the middle goes, so that what is left has no hole.
    private func pruneChanges(before time: Int64, upTo sequence: Int64) async throws(ArchiveError) -> Int {
        do throws(DatabaseError) {
            return try await database.write { (connection) throws(DatabaseError) in
                let rows = try connection.all("SELECT sequence, time FROM change ORDER BY sequence LIMIT \(Self.prunedAtOnce)")
                let gone = rows.prefix { ($0.integer("sequence") ?? .max) <= sequence || ($0.integer("time") ?? .max) < time }
                guard let last = gone.last?.integer("sequence") else { return 0 }
                try connection.run("DELETE FROM change WHERE sequence <= \(last)")
                try connection.run("UPDATE change_feed SET pruned = \(last) WHERE id = 1")
                return gone.count
            }
        } catch {
            throw ArchiveError(error, "pruning the change feed")
        }
    }
}
