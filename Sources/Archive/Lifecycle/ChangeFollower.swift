import Database

extension Archive {
    /// Does something for each change of some kinds, in order, from the place where the one of this name was before: also before a
    /// crash. The last change may come a second time. Begins, the first time, with what happens from then on. Ends with its task, by an error.
    ///
    /// - Parameter work: where it throws, following ends, and goes on with the same change the next time.
    public func follow(
        _ name: String, _ kinds: Set<Change.Kind>, _ work: @Sendable (Change) async throws -> Void
    ) async throws {
        var place = try await place(of: name)
        while !Task.isCancelled {
            let seen = feed.current
            let range = try await changeRange()
            // What was cut off is lost to it; it goes on with what is there.
            if !range.holds(since: place) { place = range.pruned }
            let page = try await changePage(ChangeRequest(since: place, kinds: kinds), for: .everything)
            for change in page.changes {
                try await work(change)
                place = change.sequence
            }
            // What was passed by is looked at again after a restart: no transaction for it.
            if !page.changes.isEmpty { try await set(place, of: name) }
            place = page.next
            guard page.isLast else { continue }
            await waitForChange(since: seen, atMost: .seconds(10))
            // While much is being stored, once for several groups.
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    private func place(of name: String) async throws(ArchiveError) -> Int64 {
        if let place = try await first("SELECT sequence FROM change_follower WHERE name = \(name)")?.integer("sequence") { return place }
        let newest = try await changeRange().newest
        try await set(newest, of: name)
        return newest
    }

    private func set(_ place: Int64, of name: String) async throws(ArchiveError) {
        do throws(DatabaseError) {
            try await database.run("""
                INSERT INTO change_follower (name, sequence) VALUES (\(name), \(place)) ON CONFLICT (name) DO UPDATE SET sequence = excluded.sequence
                """)
        } catch {
            throw ArchiveError(error, "following the change feed")
        }
    }
}
