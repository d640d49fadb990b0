import DICOM
import Database

/// A part of the change feed.
public struct ChangeRequest: Sendable, Hashable {
    /// Changes after this one.
    public var since: Int64
    /// Of these kinds; empty: of all.
    public var kinds: Set<Change.Kind>
    public var study: UID?
    public var limit: Int

    public init(since: Int64, kinds: Set<Change.Kind> = [], study: UID? = nil, limit: Int = 100) {
        (self.since, self.kinds, self.study, self.limit) = (since, kinds, study, limit)
    }

    public static let largestLimit = 1000
    /// Changes that are looked through for one page where no index leads to those that are asked for.
    static let mostRead: Int64 = 100_000
}

public struct ChangePage: Sendable {
    public var changes: [Change]
    /// To go on from: the last change looked at, which need not be one that was asked for.
    public var next: Int64
    /// Where the feed ends.
    public var newest: Int64

    public var isLast: Bool { next >= newest }
}

/// Where the feed begins and ends.
public struct ChangeRange: Sendable, Hashable {
    /// The last change that was cut off; 0: none was.
    public var pruned: Int64
    public var newest: Int64

    /// Nothing after `since` is missing. Not so either for a place beyond the end: it belongs to another feed.
    public func holds(since: Int64) -> Bool { (pruned...newest).contains(since) }

    static let selection: SQLStatement = "SELECT pruned, (SELECT max(sequence) FROM change) AS newest FROM change_feed WHERE id = 1"

    init(pruned: Int64, newest: Int64) { (self.pruned, self.newest) = (pruned, newest) }

    init(_ row: SQLRow?) {
        pruned = row?.integer("pruned") ?? 0
        newest = max(row?.integer("newest") ?? 0, pruned)
    }
}

extension Archive {
    public func changeRange() async throws(ArchiveError) -> ChangeRange {
        ChangeRange(try await first(ChangeRange.selection))
    }

    /// What `access` shows of a part of the feed, in order.
    ///
    /// - Throws: `.invalidQuery` for a limit that is none; `.notFound` where changes after `since` have been cut off, or the place is
    ///   beyond the end.
    public func changePage(_ request: ChangeRequest, for access: Access) async throws(ArchiveError) -> ChangePage {
        guard (1...ChangeRequest.largestLimit).contains(request.limit) else {
            throw ArchiveError(.invalidQuery, "limit must be from 1 to \(ChangeRequest.largestLimit), not \(request.limit)")
        }
        let statement = ChangeStatement(request, access)
        let (range, rows) = try await read(statement)
        guard range.holds(since: request.since) else {
            throw ArchiveError(.notFound, "changes after \(request.since) are not here: the feed holds those after \(range.pruned), up to \(range.newest)")
        }
        let looked = rows.count < request.limit ? min(statement.end, range.newest) : rows.last?.integer("sequence") ?? request.since
        return ChangePage(changes: rows.compactMap { Change($0) }, next: max(looked, request.since), newest: range.newest)
    }

    /// One view for both: nothing is cut off between them.
    private func read(_ statement: ChangeStatement) async throws(ArchiveError) -> (ChangeRange, [SQLRow]) {
        do throws(DatabaseError) {
            return try await database.read { (connection) throws(DatabaseError) in
                (ChangeRange(try connection.first(ChangeRange.selection)), try connection.all(statement.page))
            }
        } catch {
            throw ArchiveError(error, "reading the change feed")
        }
    }
}

/// One place for the question.
struct ChangeStatement {
    let page: SQLStatement
    /// The last change looked at where there are no more answers.
    let end: Int64

    init(_ request: ChangeRequest, _ access: Access) {
        var conditions: [SQLStatement] = []
        if let study = request.study { conditions.append("study_uid = \(study.text)") }
        if let condition = access.condition {
            conditions.append("(study_uid = '' OR EXISTS (SELECT 1 FROM study WHERE study.study_uid = change.study_uid AND (\(condition))))")
        }
        let filter: SQLStatement = conditions.map { " AND \($0)" }.joined(separator: "")
        let kinds = request.kinds.map(\.rawValue).sorted()
        guard !kinds.isEmpty, !request.kinds.contains(.stored) else {
            // No index leads to them: so many are looked through.
            end = request.since.addingReportingOverflow(ChangeRequest.mostRead).partialValue
            let ofKinds: SQLStatement = kinds.isEmpty ? "" : " AND kind IN \(list: kinds)"
            page = "\(Change.selection) WHERE sequence > \(request.since) AND sequence <= \(end)\(ofKinds)\(filter) ORDER BY sequence LIMIT \(request.limit)"
            return
        }
        end = .max
        // Each kind along its index; `<>` as the index says it, or it is not used.
        let parts = kinds.map { kind -> SQLStatement in
            """
            SELECT * FROM (\(Change.selection) WHERE kind = \(kind) AND kind <> 'stored' AND sequence > \(request.since)\(filter)
                           ORDER BY sequence LIMIT \(request.limit)) AS of_kind
            """
        }
        page = "SELECT * FROM (\(parts.joined(separator: " UNION ALL "))) AS found ORDER BY sequence LIMIT \(request.limit)"
    }
}
