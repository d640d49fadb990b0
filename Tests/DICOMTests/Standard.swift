import Foundation

/// Tables of the standard beside the repository, where they are present.
enum Standard {
    static let root: URL? = {
        let named = ProcessInfo.processInfo.environment["ISOCENTER_STANDARD"].map { URL(fileURLWithPath: $0) }
        let beside = repository.deletingLastPathComponent().appendingPathComponent("shared/standard")
        return [named, beside].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("uids.tsv").path) }
    }()

    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static func table(_ name: String) throws -> [[String: String]] {
        guard let root else { return [] }
        return TabSeparated.rows(try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8))
    }
}

/// Text with a line of column names and a line a row.
enum TabSeparated {
    static func rows(_ text: String) -> [[String: String]] {
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        guard let head = lines.first else { return [] }
        return lines.dropFirst().map { fields in
            Dictionary(uniqueKeysWithValues: head.enumerated().map { ($1, $0 < fields.count ? fields[$0] : "") })
        }
    }
}
