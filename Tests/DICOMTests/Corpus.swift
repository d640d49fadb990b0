import Foundation

/// Real DICOM files beside the repository, where they are present.
enum Corpus {
    static let root: URL? = {
        let named = ProcessInfo.processInfo.environment["ISOCENTER_CORPUS"].map { URL(fileURLWithPath: $0) }
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/data")
        return [named, beside].compactMap { $0 }.first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("manifest.tsv").path) }
    }()

    /// Rows of the manifest; empty where there is no corpus.
    static let manifest: [[String: String]] = table("manifest.tsv")

    static func table(_ name: String) -> [[String: String]] {
        guard let root, let text = try? String(contentsOf: root.appendingPathComponent(name), encoding: .utf8) else { return [] }
        let lines = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        guard let head = lines.first else { return [] }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(head, $0)) }
    }

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let root else { throw CocoaError(.fileNoSuchFile) }
        return [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
    }
}
