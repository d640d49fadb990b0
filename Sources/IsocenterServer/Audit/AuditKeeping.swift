import Archive
import Audit
import Database
import Foundation
import Logging
import ServiceLifecycle

/// Keeps the audit trail: begins and ends it with the server, tells what associations have gathered, and notes its head outside the database.
struct AuditKeeping: Service {
    let trail: AuditTrail
    let heads: AuditHeads
    let logger: Logger
    /// Of an association that goes on, another record after this time, in microseconds.
    private static let longest: Int64 = 300 * 1_000_000

    init(_ archive: Archive, logger: Logger) {
        trail = archive.audit
        heads = AuditHeads(folder: archive.configuration.folder)
        self.logger = logger
    }

    /// What was gathered when the last server ended without a word is told first.
    func begin(words: String) async throws {
        try await trail.settle(.all)
        try await trail.record([AuditEvent(.applicationStart, by: .system), AuditEvent(.networkAttach, by: .system, words: words)])
        try await note(isLogged: true)
    }

    func end() async throws {
        try await trail.settle(.all)
        try await trail.record([AuditEvent(.networkDetach, by: .system), AuditEvent(.applicationStop, by: .system)])
        try await note(isLogged: true)
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for minute in 1... {
                do { try await Task.sleep(for: .seconds(60)) } catch { return }
                do {
                    try await trail.settle(.began(before: AuditEvent.now() - Self.longest))
                    try await note(isLogged: minute % 60 == 0)
                } catch {
                    logger.error("the audit trail cannot be kept: \(error)")
                }
            }
        }
    }

    private func note(isLogged: Bool) async throws {
        guard let head = try await trail.head() else { return }
        try heads.note(head)
        if isLogged { logger.notice("audit trail", metadata: ["head": "\(head.text)"]) }
    }
}

/// Heads of the trail in a file of the data folder: whoever can write the database alone cannot make the trail anew unseen.
public struct AuditHeads: Sendable {
    private let path: String

    public init(folder: DataFolder) { path = "\(folder.keys)/audit-heads" }

    func note(_ head: AuditHead) throws {
        if try read().last == head { return }
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw ServerError("\(path) cannot be written: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        let line = Array("\(head.text)\n".utf8)
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            throw ServerError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    /// Those noted so far, the oldest first. A line that a crash cut off is left out.
    public func read() throws -> [AuditHead] {
        guard FileManager.default.fileExists(atPath: path) else { return [] }
        return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { AuditHead(text: $0) }
    }
}
