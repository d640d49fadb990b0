import Archive
import DICOM

/// Answers as lines of comma-separated values (RFC 4180): a row of keywords, then a row for each answer. UTF-8.
struct SearchTable: Sendable {
    static let mediaType = "text/csv"
    static let contentType = "text/csv; charset=utf-8; header=present"

    /// Ascending. Sequences only by what a path leads to within them.
    private let columns: [[Tag]]

    init(_ query: Query) {
        let isSequence = { (path: [Tag]) in path.last.flatMap { DataElementTable.entry(for: $0) }?.vrs == [.SQ] }
        let hidden: Set<[Tag]> = [[.specificCharacterSet]]
        columns = Set(query.answeredPaths + [[.retrieveURL]]).subtracting(hidden).filter { !isSequence($0) }.sorted { $0.lexicographicallyPrecedes($1) }
    }

    var header: String { Self.line(columns.map { $0.map { DataElementTable.entry(for: $0)?.keyword ?? $0.hex }.joined(separator: ".") }) }

    func row(_ answer: DataSet) -> String { Self.line(columns.map { Self.values(answer, $0[...]).joined(separator: "\\") }) }

    private static func values(_ dataSet: DataSet, _ path: ArraySlice<Tag>) -> [String] {
        guard let tag = path.first else { return [] }
        guard path.count == 1 else { return dataSet.items(tag).flatMap { values($0, path.dropFirst()) } }
        let texts = dataSet.strings(tag)
        if !texts.isEmpty { return texts }
        return dataSet.integer(tag).map { ["\($0)"] } ?? []
    }

    private static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

    private static func cell(_ text: String) -> String {
        var text = text
        // What begins so, a spreadsheet would carry out: an apostrophe makes it text. Numbers are numbers.
        if let first = text.first, "=+-@\t\r\n".contains(first), Double(text) == nil { text = "'" + text }
        guard text.contains(where: { ",\"\r\n".contains($0) || $0 == "\r\n" }) else { return text }
        return "\"\(text.replacing("\"", with: "\"\""))\""
    }
}
