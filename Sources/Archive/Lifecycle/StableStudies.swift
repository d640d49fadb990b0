import Database

extension Archive {
    /// Notes a change `stable` for each study of which nothing came within `time`, once for each growth.
    ///
    /// A study's row says when its last instance came, and an index is in that order: all up to a place have been announced, and the
    /// place moves on in the transaction that announces. So storing pays nothing, a crash forgets nothing, and a study that grows
    /// stands behind the place again.
    ///
    /// - Returns: seconds until the next may be due; nil where none is waiting.
    @discardableResult
    public func announceStableStudies(after time: Duration) async throws(ArchiveError) -> Double? {
        let wait = Int64(time / .microseconds(1))
        while true {
            let now = Clock.microseconds()
            // What has its time and is not committed yet will stand before others that are: nobody passes it by.
            let end = min(now - wait, (oldestUnderWay ?? .max) - 1)
            do throws(DatabaseError) {
                let next = try await database.read { (connection) throws(DatabaseError) in try Self.waiting(connection, limit: 1).first }
                guard let received = next?.integer("received") else { return nil }
                guard received <= end else { return max(Double(received + wait - now) / 1_000_000, 0.05) }
                try await database.write { (connection) throws(DatabaseError) in try Self.announce(upTo: end, now: now, connection) }
                feed.wake()
            } catch {
                throw ArchiveError(error, "announcing stable studies")
            }
        }
    }

    static let announcedAtOnce = 500

    /// Studies that have not been announced since they grew, in the order in which they did.
    private static func waiting(_ connection: any SQLConnection, limit: Int) throws(DatabaseError) -> [SQLRow] {
        let place = try connection.first("SELECT stable_received, stable_study FROM change_feed WHERE id = 1")
        return try connection.all("""
            SELECT id, study_uid, received FROM study
            WHERE  (received, id) > (\(place?.integer("stable_received") ?? 0), \(place?.integer("stable_study") ?? 0))
            ORDER BY received, id LIMIT \(limit)
            """)
    }

    private static func announce(upTo end: Int64, now: Int64, _ connection: any SQLConnection) throws(DatabaseError) {
        try IndexWriter(connection: connection).holdFeed()
        let due = try waiting(connection, limit: announcedAtOnce).prefix { ($0.integer("received") ?? .max) <= end }
        guard let last = due.last else { return }
        for row in due {
            try connection.run("INSERT INTO change (kind, study_uid, series_uid, sop_uid, time) VALUES ('stable', \(row.string("study_uid")), '', '', \(now))")
        }
        try connection.run("""
            UPDATE change_feed SET stable_received = \(last.integer("received") ?? 0), stable_study = \(last.integer("id") ?? 0) WHERE id = 1
            """)
    }
}
