import Archive
import ArgumentParser
import Audit
import Database
import Foundation
import IsocenterServer

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Who did what: search, export and verify the audit trail; works beside a running server.",
        subcommands: [List.self, Export.self, VerifyTrail.self], defaultSubcommand: List.self)

    /// Which records.
    struct Filter: ParsableArguments {
        @Option(help: "Patient ID: who saw this patient.") var patient: String?
        @Option(help: "Study Instance UID.") var study: String?
        @Option(help: "User name.") var user: String?
        @Option(help: "AE title of a node, on either side.") var node: String?
        @Option(help: "Address.") var address: String?
        @Option(help: "A day, or a time as 2026-11-25T08:00:00Z.") var from: String?
        @Option(help: "A day with all of it, or a time.") var to: String?
        @Option(help: ArgumentHelp("Kinds, separated by commas: \(AuditKind.allCases.map(\.rawValue).joined(separator: ", ")).", valueName: "kinds")) var kind: String?
        @Option(help: "An association, request or job, as log lines name it.") var act: String?
        @Flag(help: "Only what failed or was refused.") var failed = false
        @Flag(help: "Only what was seen, taken out or changed of a patient.") var access = false

        func query() throws -> AuditQuery {
            let given: [String: String?] = [
                "patient": patient, "study": study, "user": user, "node": node, "address": address, "from": from, "to": to, "kind": kind, "act": act,
                "failed": failed ? "true" : nil, "access": access ? "true" : nil,
            ]
            do throws(AuditQueryError) { return try AuditQuery(fields: given.compactMapValues { $0 }) } catch { throw ValidationError(error.description) }
        }

        /// For the record of the look itself.
        var words: String {
            [("patient", patient), ("study", study), ("user", user), ("node", node), ("address", address), ("from", from), ("to", to), ("kind", kind), ("act", act)]
                .compactMap { name, value in value.map { "\(name)=\($0)" } }.joined(separator: "&")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List records, the newest first.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var filter: Filter
        @Option(help: "At most so many.") var limit = 100
        @Flag(help: "As JSON.") var json = false

        func run() async throws {
            var query = try filter.query()
            query.limit = max(limit, 1)
            let found = try await withTrail(common) { [query, filter] archive, _ in
                try await looked(archive, filter.words)
                return try await archive.audit.records(query)
            }
            let answers = found.map(AuditAnswer.init)
            if json { return try printJSON(answers) }
            for one in answers {
                let patient = [one.patientID, one.patientName].compactMap { $0 }.joined(separator: " ")
                let fields = [
                    one.time, one.actor, one.address ?? "", one.kind, one.outcome == 0 ? "" : "failed", patient, one.studyInstanceUID ?? "",
                    one.instances.map { "\($0) instances" } ?? "", one.other.map { "to \($0)" } ?? "", one.words ?? "",
                ]
                print(fields.joined(separator: "\t"))
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write records to standard output, the oldest first.", discussion: "xml: DICOM audit messages (PS3.15 A.5); json: an object a line; csv: a table.")
        @OptionGroup var common: CommonOptions
        @OptionGroup var filter: Filter
        @Option(help: "xml, json or csv.") var format = AuditFormat.xml.rawValue

        func run() async throws {
            guard let format = AuditFormat(rawValue: format) else { throw ValidationError("--format is xml, json or csv") }
            var query = try filter.query()
            (query.limit, query.after) = (1000, 0)
            try await withTrail(common) { [query, filter] archive, settings in
                try await looked(archive, filter.words)
                let source = AuditSource(aeTitle: settings[Settings.aeTitle])
                var query = query
                print(format.head, terminator: "")
                while true {
                    let records = try await archive.audit.records(query)
                    for record in records { print(try format.text(record, from: source), terminator: "") }
                    guard records.count == query.limit, let last = records.last else { break }
                    query.after = last.sequence
                }
                print(format.tail, terminator: "")
            }
        }
    }

    struct VerifyTrail: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check the whole chain: names every record that was changed, taken out, put in or moved.",
            discussion: """
                Compares it with the heads noted in the data folder (keys/audit-heads), and with those given by --head, as the log of the \
                server and an earlier run of this command told them. Exit code 1 where anything is wrong.
                """)
        @OptionGroup var common: CommonOptions
        @Option(help: ArgumentHelp("A head noted elsewhere; may be repeated.", valueName: "sequence:hash")) var head: [String] = []

        func run() async throws {
            let given = try head.map { text in
                guard let head = AuditHead(text: text) else { throw ValidationError("'\(text)' is no head: a number, a colon and 64 hexadecimal digits") }
                return head
            }
            let report = try await withTrail(common) { archive, settings in
                let noted = try AuditHeads(folder: archive.configuration.folder).read()
                return try await AuditVerification.verify(archive.database, anchors: noted + given)
            }
            for finding in report.findings { tell("\(finding.words)") }
            if report.findingCount > report.findings.count { tell("and \(report.findingCount - report.findings.count) more") }
            print("verified \(report.records) records, \(report.anchors) noted heads; the head is \(report.head?.text ?? "none yet")")
            guard report.isGood else { throw Failure("the audit trail is not as it was written: see above") }
        }
    }
}

/// That somebody looked at the trail is in it (PS3.15 A.5.3.2).
private func looked(_ archive: Archive, _ words: String) async throws {
    try await archive.audit.settle(.all)
    try await archive.audit.record(AuditEvent(.auditRead, by: .command(), query: words, subject: "isocenter audit"))
}

private func withTrail<T: Sendable>(_ common: CommonOptions, _ work: (Archive, Settings) async throws -> T) async throws -> T {
    try await withArchive(common) { archive, settings in
        do { return try await work(archive, settings) } catch let error as DatabaseError { throw Failure("\(error)") }
    }
}
