import ArgumentParser
import DICOM
import DICOMNetwork
import Foundation
import Workflow

/// Progress and outcome of C-MOVE and C-GET, for people or as JSON lines.
struct RetrieveReport {
    let node: Node
    let command: String
    let json: Bool
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var hasLine = false

    init(node: Node, command: String, json: Bool) {
        self.node = node
        self.command = command
        self.json = json
    }

    /// Keys are stable: remaining, completed, failed, warning; in the last line also status, meaning, comment, failedInstances.
    private struct Line: Encodable {
        var remaining: Int?
        var completed: Int?
        var failed: Int?
        var warning: Int?
        var status: String?
        var meaning: String?
        var comment: String?
        var failedInstances: [String]?
        var received: Int?
        var bytes: Int?

        init(_ response: DIMSEResponse) {
            remaining = response.command.remainingSubOperations.map(Int.init)
            completed = response.command.completedSubOperations.map(Int.init)
            failed = response.command.failedSubOperations.map(Int.init)
            warning = response.command.warningSubOperations.map(Int.init)
        }
    }

    mutating func progress(_ response: DIMSEResponse) throws {
        let line = Line(response)
        if json { return try printJSON(line) }
        guard isTerminal else { return }
        hasLine = true
        let words = "\(line.completed ?? 0) done, \(line.remaining.map(String.init) ?? "?") to come, \(line.failed ?? 0) failed"
        FileHandle.standardError.write(Data("\r\u{1B}[K\(words)".utf8))
    }

    /// Says how it ended. Throws where not everything was transferred.
    ///
    /// - Parameter received: objects and bytes that came to us, of C-GET.
    mutating func conclude(_ response: DIMSEResponse, received: (objects: Int, bytes: Int)? = nil) throws {
        if hasLine { tell("") }
        var line = Line(response)
        // Failed SOP Instance UID List (PS3.4 §C.4.2.1.4.2).
        let failed = (response.dataSet?.strings(Tag(0x0008, 0x0058)) ?? []).filter { !$0.isEmpty }
        if json {
            let words = StatusRemedy.words(command, response.status.rawValue)
            line.status = String(words.prefix(4))
            line.meaning = String(words.dropFirst(6))
            line.comment = response.command.errorComment
            line.failedInstances = failed
            line.received = received?.objects
            line.bytes = received?.bytes
            try printJSON(line)
        } else {
            var parts = ["\(line.completed ?? received?.objects ?? 0) transferred"]
            if let failures = line.failed, failures > 0 { parts.append("\(failures) failed") }
            if let warnings = line.warning, warnings > 0 { parts.append("\(warnings) with a remark") }
            if let remaining = line.remaining, remaining > 0 { parts.append("\(remaining) not begun") }
            if let received { parts.append("\((Double(received.bytes) / 1e5).rounded() / 10) MB received") }
            print(parts.joined(separator: ", "))
            for uid in failed { tell("not transferred: \(AnswerTable.printable(uid))") }
        }
        switch response.status.category {
        case .success:
            if (line.completed ?? received?.objects ?? 0) == 0, (line.warning ?? 0) == 0 { tell("nothing there that matches") }
            if (line.failed ?? 0) > 0 { throw ExitCode(1) }
        case .cancel:
            tell("stopped")
            throw ExitCode(1)
        default:
            if !json { tell(node.words(response, command)) }
            throw ExitCode(1)
        }
    }
}
