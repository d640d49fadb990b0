import DICOM
import Database
import Foundation

/// What a person asks of the list of studies (`GET /api/studies`).
public struct StudyListRequest: Sendable, Hashable {
    public enum Sort: String, Sendable, CaseIterable {
        case date, patient, patientID, modality, description, accession, received
    }

    public enum Order: String, Sendable {
        case asc, desc
    }

    /// Words; each must begin a word of the patient's name, patient ID, accession number, description or modality, or be a date.
    public var search: String
    public var modality: String?
    /// First and last study date, `YYYYMMDD`.
    public var from: String?
    public var to: String?
    public var sort: Sort
    public var order: Order
    public var limit: Int
    /// `next` of the page before.
    public var cursor: String?

    public init(
        search: String = "", modality: String? = nil, from: String? = nil, to: String? = nil, sort: Sort = .date, order: Order? = nil,
        limit: Int = 100, cursor: String? = nil
    ) {
        self.search = search
        self.modality = modality
        self.from = from
        self.to = to
        self.sort = sort
        self.order = order ?? (sort == .date || sort == .received ? .desc : .asc)
        self.limit = limit
        self.cursor = cursor
    }

    public static let largestLimit = 500
    public static let mostCounted = 10_000
}

public struct StudyListPage: Sendable, Codable {
    public var studies: [StudySummary]
    /// nil on the last page.
    public var next: String?
    /// Of all pages, counted up to `StudyListRequest.mostCounted`.
    public var total: Int
    /// There are more than `total` says.
    public var totalIsLess: Bool

    enum CodingKeys: String, CodingKey { case studies, next, total, totalIsLess }

    /// `next` is said also where it is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(studies, forKey: .studies)
        try container.encode(next, forKey: .next)
        try container.encode(total, forKey: .total)
        if totalIsLess { try container.encode(true, forKey: .totalIsLess) }
    }
}

extension Archive {
    /// One page of the list, in a total order: no study is shown twice or left out while pages are turned, however equal their keys.
    ///
    /// - Throws: `.invalidQuery` for a date, limit or cursor that is none.
    public func studyList(_ request: StudyListRequest, for access: Access) async throws(ArchiveError) -> StudyListPage {
        // What is wrong with the request is said before the database is asked.
        _ = try StudyListStatement(request, access)
        let (rows, counted) = try await read(request, access)
        let shown = rows.prefix(request.limit)
        var studies: [StudySummary] = []
        for row in shown { studies.append(try StudySummary(row)) }
        let next = rows.count > request.limit ? shown.last.map { StudyListCursor($0, request).text } : nil
        // Without a filter all are counted already.
        let isWhole = request.isUnfiltered && access.isEverything
        let total = isWhole ? counted : min(counted, StudyListRequest.mostCounted)
        return StudyListPage(studies: studies, next: next, total: total, totalIsLess: counted > total)
    }

    /// One view for both, so that the total belongs to the page.
    private func read(_ request: StudyListRequest, _ access: Access) async throws(ArchiveError) -> ([SQLRow], Int) {
        do throws(DatabaseError) {
            return try await database.read { (connection) throws(DatabaseError) in
                let lead = try StudyListStatement.Lead.chosen(for: request, in: connection)
                let statement: StudyListStatement
                do throws(ArchiveError) { statement = try StudyListStatement(request, access, lead) } catch { throw DatabaseError(.statement, error.message) }
                return (try connection.all(statement.page), try connection.first(statement.total)?.int("total") ?? 0)
            }
        } catch {
            throw ArchiveError(error, "reading the index")
        }
    }
}

/// The statements of a page: one place for the question.
struct StudyListStatement {
    var page: SQLStatement
    var total: SQLStatement

    /// Where the search begins: with few studies that are looked up, or along the order of the list.
    enum Lead {
        case word(Int)
        case modality
        case order

        static func chosen(for request: StudyListRequest, in connection: any SQLConnection) throws(DatabaseError) -> Lead {
            let words = SearchWords(request.search)
            let hasModality = !(request.modality ?? "").isEmpty
            guard !words.words.isEmpty || hasModality else { return .order }
            let studies = try connection.first("SELECT studies FROM total WHERE id = 1")?.int("studies") ?? 0
            let bound = max(400, Int((Double(studies) * Double(request.limit)).squareRoot()))
            if let rarest = try words.rarest(bound, connection) { return .word(rarest.index) }
            guard hasModality, let modality = request.modality else { return .order }
            let rows = try connection.first("""
                SELECT count(*) AS matches FROM (SELECT 1 AS one FROM series WHERE modality = \(modality) LIMIT \(bound)) AS found
                """)?.int("matches") ?? 0
            return rows < bound ? .modality : .order
        }
    }

    init(_ request: StudyListRequest, _ access: Access, _ lead: Lead = .order) throws(ArchiveError) {
        guard (1...StudyListRequest.largestLimit).contains(request.limit) else {
            throw ArchiveError(.invalidQuery, "limit must be from 1 to \(StudyListRequest.largestLimit), not \(request.limit)")
        }
        let conditions = try Self.conditions(request, lead)
        let filter = Self.whole(conditions, access)
        total = conditions.isEmpty && access.condition == nil
            ? "SELECT studies AS total FROM total WHERE id = 1"
            : "SELECT count(*) AS total FROM (SELECT 1 AS one FROM study WHERE \(filter) LIMIT \(StudyListRequest.mostCounted + 1)) AS found"

        let column = request.sort.column
        var paged = conditions
        if let text = request.cursor {
            guard let cursor = StudyListCursor(text, request) else { throw ArchiveError(.invalidQuery, "this cursor belongs to another list") }
            paged.append(request.order == .asc
                ? "(study.\(column), study.id) > (\(cursor.value), \(cursor.id))" : "(study.\(column), study.id) < (\(cursor.value), \(cursor.id))")
        }
        let direction: SQLStatement = request.order == .asc ? "ASC" : "DESC"
        page = """
            SELECT   \(StudySummary.columns), study.\(column) AS sort_key
            FROM     study
            WHERE    \(Self.whole(paged, access))
            ORDER BY study.\(column) \(direction), study.id \(direction)
            LIMIT    \(request.limit + 1)
            """
    }

    private static func whole(_ conditions: [SQLStatement], _ access: Access) -> SQLStatement {
        (conditions.isEmpty ? "1 = 1" : conditions.joined(separator: " AND ")) + access.clause
    }

    private static func conditions(_ request: StudyListRequest, _ lead: Lead) throws(ArchiveError) -> [SQLStatement] {
        var leading: Int?
        if case .word(let index) = lead { leading = index }
        var conditions = SearchWords(request.search).conditions(leading: leading)
        if let modality = request.modality, !modality.isEmpty {
            if case .modality = lead {
                conditions.append("study.id IN (SELECT study FROM series WHERE modality = \(modality))")
            } else {
                // No index is of the text put together, and a subquery with an offset is not made a join: the series of each study that is met are looked at.
                conditions.append("EXISTS (SELECT 1 FROM series WHERE series.study = study.id AND (series.modality || '') = \(modality) LIMIT 1 OFFSET 0)")
            }
        }
        if let from = request.from, !from.isEmpty { conditions.append("study.date_sort >= \(try date(from, "from"))") }
        if let to = request.to, !to.isEmpty {
            conditions.append("study.date_sort >= '0'")
            conditions.append("study.date_sort < \(SearchText.end(of: try date(to, "to")))")
        }
        return conditions
    }

    private static func date(_ text: String, _ name: String) throws(ArchiveError) -> String {
        guard let key = DateTimeKey.date(text) else { throw ArchiveError(.invalidQuery, "\(name) must be a date as YYYYMMDD, not \(text.debugDescription)") }
        return key
    }
}

extension StudyListRequest {
    fileprivate var isUnfiltered: Bool {
        SearchWords(search).words.isEmpty && [modality, from, to].allSatisfy { ($0 ?? "").isEmpty }
    }
}

extension StudyListRequest.Sort {
    fileprivate var column: SQLStatement {
        switch self {
        case .date: "date_sort"
        case .patient: "name_folded"
        case .patientID: "patient_id"
        case .modality: "modalities"
        case .description: "description_folded"
        case .accession: "accession_folded"
        case .received: "received"
        }
    }
}

/// The last row of a page, as text that can stand in a URL: `sort.order.key.value`, the value in hexadecimal.
struct StudyListCursor {
    var id: Int64
    var value: SQLValue
    var text: String

    init(_ row: SQLRow, _ request: StudyListRequest) {
        id = row.integer("id") ?? 0
        value = row["sort_key"]
        let shown = if case .integer(let number) = value { "\(number)" } else { ObjectID.hex(Array(row.string("sort_key").utf8)) }
        text = "\(request.sort.rawValue).\(request.order.rawValue).\(id).\(shown)"
    }

    init?(_ text: String, _ request: StudyListRequest) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == request.sort.rawValue, parts[1] == request.order.rawValue, let id = Int64(parts[2]) else { return nil }
        self.id = id
        self.text = text
        if request.sort == .received {
            guard let number = Int64(parts[3]) else { return nil }
            value = .integer(number)
        } else {
            guard let bytes = QueryCursor.bytes(hex: parts[3]) else { return nil }
            value = .text(String(decoding: bytes, as: UTF8.self))
        }
    }
}
