import DICOM
import Foundation

/// Counts what becomes of files, and tells it: a line a second on the way, a summary at the end, each refusal with its reason.
actor ImportTally {
    enum Result: Sendable {
        case stored, alreadyThere, notDICOM
        case refused(String)

        var word: String {
            switch self {
            case .stored: "stored"
            case .alreadyThere: "already there"
            case .notDICOM: "not DICOM"
            case .refused: "refused"
            }
        }
    }

    private(set) var stored = 0, alreadyThere = 0, notDICOM = 0, refused = 0
    private let start = ContinuousClock.now
    private let report: FileHandle?
    private var isShown = false
    private var total: Int?

    /// - Parameter report: path of the table to write; nil writes none.
    init(report path: String?) throws {
        guard let path else {
            report = nil
            return
        }
        guard FileManager.default.createFile(atPath: path, contents: Data("result\tfile\treason\n".utf8)), let handle = FileHandle(forWritingAtPath: path) else {
            throw Failure("\(path): cannot be written")
        }
        try handle.seekToEnd()
        report = handle
    }

    /// The first bytes show that this is no DICOM at all: not an error, folders hold many things.
    static func isNoDICOM(_ first: [UInt8]) -> Bool {
        var reader = FileHeadReader()
        do throws(ReadError) {
            if try reader.feed(first) == nil { _ = try reader.finish() }
            return false
        } catch {
            return error.code == .notDICOM
        }
    }

    /// Known a little after the beginning: from then on the time left is shown.
    func expect(_ files: Int) { total = files }

    var done: Int { stored + alreadyThere + notDICOM + refused }

    func add(_ name: String, _ result: Result) {
        var reason = ""
        switch result {
        case .stored: stored += 1
        case .alreadyThere: alreadyThere += 1
        case .notDICOM: notDICOM += 1
        case .refused(let why):
            refused += 1
            reason = why
            tell("\(isShown ? "\r\u{1B}[K" : "")\(name): refused: \(why)")
        }
        let fields = [result.word, name, reason].map { $0.replacing("\t", with: " ").replacing("\n", with: " ") }
        report?.write(Data((fields.joined(separator: "\t") + "\n").utf8))
    }

    /// Shows how far it is, on a terminal.
    func tick(every pause: Duration) async {
        isShown = isatty(STDERR_FILENO) == 1
        while isShown, (try? await Task.sleep(for: pause)) != nil {  // Ends by being cancelled.
            FileHandle.standardError.write(Data("\r\u{1B}[K\(done)\(total.map { " of \($0)" } ?? "") files, \(rate) a second\(timeLeft): \(summary)".utf8))
        }
    }

    private var rate: Int {
        let seconds = Double((ContinuousClock.now - start).components.seconds) + Double((ContinuousClock.now - start).components.attoseconds) / 1e18
        return Int(Double(done) / max(seconds, 0.001))
    }

    private var timeLeft: String {
        guard let total, rate > 0, total > done else { return "" }
        let seconds = (total - done) / rate
        return seconds < 90 ? ", \(seconds) s left" : ", \((seconds + 30) / 60) min left"
    }

    private var summary: String { "stored \(stored), already there \(alreadyThere), not DICOM \(notDICOM), refused \(refused)" }

    func finish() throws {
        if isShown { FileHandle.standardError.write(Data("\r\u{1B}[K".utf8)) }
        print(summary)
        try report?.close()
    }
}
