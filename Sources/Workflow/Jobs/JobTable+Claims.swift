import Database
import Foundation

/// A job that is ours to run until the lease ends, which is renewed while we do.
struct Claim: Sendable {
    var job: Job
    var owner: String
    /// Microseconds since 1970; see the table.
    var since: Int64
}

/// What becomes of an attempt.
enum Outcome: Sendable {
    case done
    case failed(String)
    case cancelled
    /// With the next attempt at this time; `holdsGroup`: none of its group before that.
    case waiting(String, until: Date, holdsGroup: Bool)
    /// The server stops: it did not count as an attempt.
    case interrupted
}

extension JobTable {
    /// Nothing is written where there is nothing to claim, so that looking often costs little.
    func hasWork(kinds: [String]) async throws(DatabaseError) -> Bool {
        let now = time.now().microseconds
        return try await database.first("""
            SELECT 1 FROM job WHERE state = 'waiting' AND kind IN \(list: kinds) AND due <= \(now)
            UNION ALL SELECT 1 FROM job WHERE state = 'running' AND lease < \(now) LIMIT 1
            """) != nil
    }

    /// When the next one that waits is due, from now on.
    func nextDue(kinds: [String]) async throws(DatabaseError) -> Date? {
        let now = time.now().microseconds
        return try await database.first("SELECT min(due) AS due FROM job WHERE state = 'waiting' AND kind IN \(list: kinds) AND due > \(now)")?
            .integer("due").map(Date.init(microseconds:))
    }

    /// The oldest that is due and for which the limits have room.
    func claim(_ policies: [String: JobPolicy], owner: String, lease: Duration) async throws(DatabaseError) -> Claim? {
        let now = time.now()
        return try await database.write { (connection) throws(DatabaseError) in
            try Self.takeBack(before: now, in: connection)
            let running = try connection.all("""
                SELECT kind, subject_group, count(*) AS number FROM job WHERE state = 'running' GROUP BY kind, subject_group
                """)
            for (kind, policy) in policies.sorted(by: { $0.key < $1.key }) {
                let ofKind = running.filter { $0.string("kind") == kind }
                guard ofKind.reduce(0, { $0 + $1.int("number") }) < policy.atOnce else { continue }
                let full = ofKind.filter { $0.int("number") >= policy.atOncePerGroup && $0.string("subject_group") != "" }
                let others: SQLStatement = full.isEmpty ? "" : "AND subject_group NOT IN \(list: full.map { $0.string("subject_group") })"
                let rows = try connection.all("""
                    SELECT \(Job.columns), since FROM job
                    WHERE  state = 'waiting' AND kind = \(kind) AND due <= \(now.microseconds) \(others)
                    ORDER  BY due, id LIMIT 1
                    """)
                guard let row = rows.first, var job = Job(row) else { continue }
                (job.state, job.attempts) = (.running, job.attempts + 1)
                let isOurs = try connection.run("""
                    UPDATE job SET state = 'running', attempts = \(job.attempts), owner = \(owner), lease = \((now + lease).microseconds), cancelling = 0
                    WHERE  id = \(job.id) AND state = 'waiting'
                    """) == 1
                if isOurs { return Claim(job: job, owner: owner, since: row.integer("since") ?? 0) }
            }
            return nil
        }
    }

    /// What a process that is no more was running waits again.
    private static func takeBack(before now: Date, in connection: any SQLConnection) throws(DatabaseError) {
        let now = now.microseconds
        try connection.run("""
            UPDATE job SET state = 'cancelled', finished = \(now), owner = NULL, lease = NULL, message = 'cancelled'
            WHERE  state = 'running' AND lease < \(now) AND cancelling = 1
            """)
        try connection.run("UPDATE job SET state = 'waiting', owner = NULL, lease = NULL WHERE state = 'running' AND lease < \(now)")
    }

    /// All leases end now: for a process that knows that no other runs jobs.
    func endLeases() async throws(DatabaseError) {
        try await database.run("UPDATE job SET lease = 0 WHERE state = 'running'")
    }

    enum Renewal: Sendable { case ours, cancelling, lost }

    func renew(_ claim: Claim, lease: Duration) async throws(DatabaseError) -> Renewal {
        let until = (time.now() + lease).microseconds
        return try await database.write { (connection) throws(DatabaseError) in
            let row = try connection.first("SELECT cancelling FROM job WHERE id = \(claim.job.id) AND owner = \(claim.owner) AND state = 'running'")
            guard let row else { return .lost }
            try connection.run("UPDATE job SET lease = \(until) WHERE id = \(claim.job.id)")
            return row.bool("cancelling") ? .cancelling : .ours
        }
    }

    func write(_ progress: JobProgress.Value, of claim: Claim) async throws(DatabaseError) {
        try await database.run("""
            UPDATE job SET done = \(progress.done), total = \(progress.total), message = coalesce(\(progress.message), message)
            WHERE  id = \(claim.job.id) AND owner = \(claim.owner)
            """)
    }

    /// Nothing where the claim was lost: it is another's then.
    func finish(_ claim: Claim, _ outcome: Outcome, _ progress: JobProgress.Value) async throws(DatabaseError) {
        let (state, due, finished, attempts, message) = written(outcome, of: claim)
        try await database.write { (connection) throws(DatabaseError) in
            let isOurs = try connection.run("""
                UPDATE job
                SET    state = \(state.rawValue), due = \(due.microseconds), finished = \(finished?.microseconds), attempts = \(attempts),
                       done = \(progress.done), total = \(progress.total), message = coalesce(\(message), \(progress.message)),
                       owner = NULL, lease = NULL, cancelling = 0
                WHERE  id = \(claim.job.id) AND owner = \(claim.owner) AND state = 'running'
                """) == 1
            guard isOurs, case .waiting(_, _, holdsGroup: true) = outcome, claim.job.group != "" else { return }
            // A moment later, so that this one finds out.
            let after = (due + .milliseconds(1)).microseconds
            try connection.run("""
                UPDATE job SET due = \(after)
                WHERE  state = 'waiting' AND kind = \(claim.job.kind) AND subject_group = \(claim.job.group) AND due < \(due.microseconds)
                """)
        }
        wake()
    }

    private func written(_ outcome: Outcome, of claim: Claim) -> (state: Job.State, due: Date, finished: Date?, attempts: Int, message: String?) {
        let (job, now) = (claim.job, time.now())
        return switch outcome {
        case .done: (.done, job.due, now, job.attempts, nil)
        case .failed(let words): (.failed, job.due, now, job.attempts, words)
        case .cancelled: (.cancelled, job.due, now, job.attempts, "cancelled")
        case .waiting(let words, let until, _): (.waiting, until, nil, job.attempts, words)
        case .interrupted: (.waiting, now, nil, job.attempts - 1, nil)
        }
    }

    /// Forgets those that ended long ago.
    func prune(after age: Duration) async throws(DatabaseError) -> Int {
        let before = (time.now() - age).microseconds
        return try await database.run("""
            DELETE FROM job WHERE id IN (
                SELECT id FROM job WHERE state IN ('done', 'failed', 'cancelled') AND finished < \(before) ORDER BY id LIMIT 1000)
            """)
    }
}
