import Archive
import DICOM
import Database

/// What a question is asked with: attributes of a study, series or instance of the archive, a place in its lists.
struct IndexSample: Sendable {
    enum Kind: Sendable { case none, study, series, instance, change, cursor }

    var attributes = DataSet()
    var number: Int64 = 0
    var cursor: String?

    func text(_ tag: Tag) -> String { attributes.strings(tag).joined(separator: "\\") }

    var procedure: String { attributes.items(.requestAttributesSequence).first?.string(.requestedProcedureID) ?? "none" }

    /// Of the alphabetic group.
    func prefix(_ tag: Tag, _ length: Int, star: Bool = true) -> String {
        text(tag).split(separator: "=").first.map { String($0.prefix(length)) + (star ? "*" : "") } ?? ""
    }

    /// Somewhere in the archive: the row with the key nearest above a number that is drawn.
    static func draw(_ kind: Kind, _ archive: Archive, _ random: inout some RandomNumberGenerator) async throws -> IndexSample {
        func key(_ row: SQLRow?) -> Int64 { Int64.random(in: 0...max(row?.integer("newest") ?? 0, 1) - 1, using: &random) }
        switch kind {
        case .none: return IndexSample()
        case .study:
            let key = key(try await archive.database.first("SELECT max(id) AS newest FROM study"))
            return try await of(.study, archive, "SELECT study_uid AS uid FROM study WHERE id > \(key) ORDER BY id LIMIT 1", .studyInstanceUID)
        case .series:
            let key = key(try await archive.database.first("SELECT max(id) AS newest FROM series"))
            return try await of(.series, archive, "SELECT series_uid AS uid FROM series WHERE id > \(key) ORDER BY id LIMIT 1", .seriesInstanceUID)
        case .instance:
            let key = key(try await archive.database.first("SELECT max(id) AS newest FROM instance"))
            return try await of(.instance, archive, "SELECT sop_uid AS uid FROM instance WHERE id > \(key) ORDER BY id LIMIT 1", .sopInstanceUID)
        case .change:
            return IndexSample(number: key(try await archive.database.first("SELECT max(sequence) AS newest FROM change")))
        case .cursor:
            // As `next` of a page that ended there.
            let key = key(try await archive.database.first("SELECT max(id) AS newest FROM study"))
            let row = try await archive.database.first("SELECT date_sort, id FROM study WHERE id > \(key) ORDER BY id LIMIT 1")
            let text = (row?.string("date_sort") ?? "").utf8.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            return IndexSample(cursor: "t\(text).i\(row?.integer("id") ?? 0)")
        }
    }

    private static func of(_ level: Query.Level, _ archive: Archive, _ statement: SQLStatement, _ tag: Tag) async throws -> IndexSample {
        guard let uid = try await archive.database.first(statement)?.string("uid") else { return IndexSample() }
        let page = try await archive.query(Query(level, keys: [.init(tag, values: [uid])], attributes: .all, limit: 1), for: .everything)
        return IndexSample(attributes: page.answers.first ?? DataSet())
    }
}
