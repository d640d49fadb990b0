import DICOM

/// Answers of a query as rows for people: columns as wide as what stands in them.
struct AnswerTable {
    /// So many rows decide the widths; the rest follows as it comes.
    private static let rowsMeasured = 200
    private static let widest = 40

    let columns: [Tag]
    private var held: [[String]] = []
    private var widths: [Int]?

    init(_ columns: [Tag]) { self.columns = columns }

    mutating func add(_ answer: DataSet, print: (String) -> Void) {
        let row = columns.map { Self.text(answer, $0) }
        if let widths { return print(Self.line(row, widths)) }
        held.append(row)
        if held.count == Self.rowsMeasured { flush(print) }
    }

    /// Prints what is held back.
    mutating func flush(_ print: (String) -> Void) {
        guard widths == nil, !held.isEmpty else { return }
        let heads = columns.map { DataElementTable.entry(for: $0)?.keyword ?? $0.description }
        let widths = columns.indices.map { column in
            let isUID = QueryKey.vr(columns[column]) == .UI
            let content = ([heads[column]] + held.map { $0[column] }).map(Self.width).max() ?? 0
            return isUID ? content : min(content, max(Self.widest, Self.width(heads[column])))
        }
        print(Self.line(heads, widths))
        print(Self.line(widths.map { String(repeating: "─", count: $0) }, widths))
        for row in held { print(Self.line(row, widths)) }
        held = []
        self.widths = widths
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = zip(cells, widths).map { cell, width in
            let cut = fitted(cell, width)
            return cut + String(repeating: " ", count: width - Self.width(cut))
        }.joined(separator: "  ")
        while line.last == " " { line.removeLast() }
        return line
    }

    private static func text(_ answer: DataSet, _ tag: Tag) -> String {
        if QueryKey.vr(tag) == .SQ {
            let count = answer.itemCount(tag)
            return count == 0 ? "" : "\(count) item\(count == 1 ? "" : "s")"
        }
        guard let element = answer[tag] else { return "" }
        let values = element.vr.isText ? answer.strings(tag) : element.integers.map(String.init)
        return printable(values.joined(separator: "\\"))
    }

    /// What a peer sends must not steer the terminal.
    static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? "·" : $0 }))
    }

    private static func fitted(_ text: String, _ width: Int) -> String {
        guard Self.width(text) > width else { return text }
        var cut = ""
        for character in text {
            guard Self.width(cut) + Self.width(String(character)) < width else { break }
            cut.append(character)
        }
        return cut + "…"
    }

    /// Columns of a terminal: wide for ideographs, none for combining marks.
    static func width(_ text: String) -> Int {
        text.unicodeScalars.reduce(0) { sum, scalar in
            switch scalar.value {
            case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: sum
            case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD: sum + 2
            default: sum + 1
            }
        }
    }
}
