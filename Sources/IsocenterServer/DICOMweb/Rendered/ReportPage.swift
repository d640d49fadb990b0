import DICOM

/// A structured report as a page (PS3.18 §8.7.4: text/html is the rendered media type of SR).
///
/// No scripts, no styles, nothing fetched: every word of the report is escaped.
struct ReportPage {
    let report: DataSet

    /// Depth beyond which headings grow no smaller.
    private static let smallestHeading = 6

    var html: String {
        let root = ContentItem(report)
        let title = root.name ?? "Structured report"
        var text = "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>\(Self.escaped(title))</title></head><body>\n"
        text += "<h1>\(Self.escaped(title))</h1>\n<dl>\n"
        for (name, tag) in Self.facts {
            guard let value = report.string(tag), !value.isEmpty else { continue }
            text += "<dt>\(name)</dt><dd>\(Self.escaped(value))</dd>\n"
        }
        text += "</dl>\n"
        for child in root.children { text += Self.html(of: child, level: 2) }
        return text + "</body></html>\n"
    }

    /// The same without marks (PS3.18 §8.7.4: text/plain).
    var text: String {
        let root = ContentItem(report)
        var lines = [root.name ?? "Structured report", ""]
        for (name, tag) in Self.facts {
            guard let value = report.string(tag), !value.isEmpty else { continue }
            lines.append("\(name): \(value)")
        }
        lines.append("")
        for child in root.children { lines += Self.lines(of: child, depth: 0) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func lines(of item: ContentItem, depth: Int) -> [String] {
        let margin = String(repeating: "  ", count: min(depth, 16)), children = item.children.flatMap { lines(of: $0, depth: depth + 1) }
        if item.type == "CONTAINER" { return (item.name.map { [margin + $0] } ?? []) + children }
        let references = item.references.map { "\($0.sopClass.map(className) ?? "object") \($0.sopInstance)" }.joined(separator: ", ")
        let value = item.value ?? (references.isEmpty ? item.type : references)
        return [margin + (item.name.map { "\($0): " } ?? "") + value] + children
    }

    private static let facts: [(String, Tag)] = [
        ("Patient", .patientName), ("Patient ID", .patientID), ("Born", .patientBirthDate), ("Study", .studyDescription),
        ("Accession number", .accessionNumber), ("Date", .contentDate), ("Completion", .completionFlag), ("Verification", .verificationFlag),
    ]

    private static func html(of item: ContentItem, level: Int) -> String {
        let name = item.name.map(escaped)
        let children = item.children.map { html(of: $0, level: level + 1) }.joined()
        if item.type == "CONTAINER" {
            let heading = min(level, smallestHeading)
            return (name.map { "<h\(heading)>\($0)</h\(heading)>\n" } ?? "") + "<section>\n\(children)</section>\n"
        }
        let references = item.references.map { "\($0.sopClass.map(className) ?? "object") \($0.sopInstance)" }.joined(separator: ", ")
        let value = item.value.map(escaped)?.replacing("\n", with: "<br>") ?? escaped(references.isEmpty ? item.type : references)
        return "<p>\(name.map { "<b>\($0):</b> " } ?? "")\(value)</p>\n" + (children.isEmpty ? "" : "<blockquote>\n\(children)</blockquote>\n")
    }

    private static func className(_ uid: UID) -> String { UIDTable.entry(for: uid)?.name ?? uid.text }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;").replacing("\"", with: "&quot;")
            .replacing("\r\n", with: "\n").replacing("\r", with: "\n")
    }
}
