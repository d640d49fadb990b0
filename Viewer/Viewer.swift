import Foundation

/// Where the browser's files are: beside the program, or in the build folder.
public enum ViewerFiles {
    /// nil where they cannot be found: an installation that copied the program without its resources.
    public static var directory: URL? {
        let name = "isocenter_Viewer.resources"
        let beside = Bundle.main.bundleURL.appendingPathComponent(name)
        let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent(name)
        return [beside, executable].map { $0.appendingPathComponent("app") }
            .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("index.html").path) }
    }
}
