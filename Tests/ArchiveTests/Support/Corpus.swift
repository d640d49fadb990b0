import Foundation

/// Real DICOM files beside the repository, where they are present.
enum Corpus {
    static let root: URL? = {
        let named = ProcessInfo.processInfo.environment["ISOCENTER_CORPUS"].map { URL(fileURLWithPath: $0) }
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<5 { folder.deleteLastPathComponent() }
        return [named, folder.appendingPathComponent("shared/data")].compactMap { $0 }
            .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("manifest.tsv").path) }
    }()

    /// Paths of the manifest; empty where there is no corpus.
    static let paths: [String] = {
        guard let root, let text = try? String(contentsOf: root.appendingPathComponent("manifest.tsv"), encoding: .utf8) else { return [] }
        return text.split(separator: "\n").dropFirst().compactMap { $0.split(separator: "\t").first.map(String.init) }
    }()

    static func bytes(_ path: String) throws -> [UInt8] {
        guard let root else { throw CocoaError(.fileNoSuchFile) }
        return [UInt8](try Data(contentsOf: root.appendingPathComponent(path)))
    }
}
