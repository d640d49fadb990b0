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
    static let mostWords = 16
}

public struct StudyListPage: Sendable, Codable {
    public var studies: [StudySummary]
    /// nil on the last page.
    public var next: String?
    /// Of all pages.
    public var total: Int

    enum CodingKeys: String, CodingKey { case studies, next, total }

    /// `next` is said also where it is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(studies, forKey: .studies)
        try container.encode(next, forKey: .next)
        try container.encode(total, forKey: .total)
    }
}

extension Archive {
    /// One page of the list, in a total order: no study is shown twice or left out while pages are turned, however equal their keys.
    ///
    /// - Throws: `.invalidQuery` for a date, limit or cursor that is none.
    public func studyList(_ request: StudyListRequest, for access: Access) async throws(ArchiveError) -> StudyListPage {
        let statement = try StudyListStatement(request, access)
        let (rows, total) = try await read(statement)
        let shown = rows.prefix(request.limit)
        var studies: [StudySummary] = []
        for row in shown { studies.append(try StudySummary(row)) }
        let next = rows.count > request.limit ? shown.last.map { StudyListCursor($0, request).text } : nil
        return StudyListPage(studies: studies, next: next, total: total)
    }

    /// One view for both, so that the total belongs to the page.
    private func read(_ statement: StudyListStatement) async throws(ArchiveError) -> ([SQLRow], Int) {
        do throws(DatabaseError) {
            return try await database.read { (connection) throws(DatabaseError) in
                (try connection.all(statement.page), try connection.first(statement.total)?.int("total") ?? 0)
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

    init(_ request: StudyListRequest, _ access: Access) throws(ArchiveError) {
        guard (1...StudyListRequest.largestLimit).contains(request.limit) else {
            throw ArchiveError(.invalidQuery, "limit must be from 1 to \(StudyListRequest.largestLimit), not \(request.limit)")
        }
        let conditions = try Self.conditions(request)
        let filter = Self.whole(conditions, access)
        total = conditions.isEmpty && access.condition == nil
            ? "SELECT studies AS total FROM total WHERE id = 1" : "SELECT count(*) AS total FROM study WHERE \(filter)"

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

    private static func conditions(_ request: StudyListRequest) throws(ArchiveError) -> [SQLStatement] {
        var conditions: [SQLStatement] = []
        for word in SearchText.searchWords(request.search).prefix(StudyListRequest.mostWords) { conditions.append(condition(word)) }
        if let modality = request.modality, !modality.isEmpty {
            conditions.append("study.id IN (SELECT study FROM series WHERE modality = \(modality))")
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

    private static func condition(_ word: String) -> SQLStatement {
        let words: SQLStatement = "study.id IN (SELECT study FROM study_word WHERE word >= \(word) AND word < \(SearchText.end(of: word)))"
        let digits = word.filter { $0 != "-" && $0 != "." }
        guard [4, 6, 8].contains(digits.utf8.count), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return words }
        return "(\(words) OR study.id IN (SELECT id FROM study WHERE date_sort >= \(digits) AND date_sort < \(SearchText.end(of: digits))))"
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
