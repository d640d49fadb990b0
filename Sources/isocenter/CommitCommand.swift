import Archive
import ArgumentParser
import DICOM
import DICOMNetwork
import Foundation
import IsocenterServer
import Workflow

struct Commit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Ask a DICOM node to commit to keeping objects (storage commitment), of the archive or of files.",
        usage: """
            isocenter commit PEER --study UID … [--series UID] [--instance UID …] [--wait SECONDS]
            isocenter commit PEER PATH … [--wait SECONDS] [--port PORT]
            isocenter commit --list [--json]
            isocenter commit --show TRANSACTION [--json]
            """,
        discussion: """
            For objects of the archive the server of the data folder asks, tries again where the node is not there, and takes the report whenever \
            it comes; --show tells how it stands. For files this command asks and waits for the report itself. Exit code 1 where anything is not committed.
            """)

    @Argument(help: ArgumentHelp("A peer of the data folder; for files also [AET@]HOST:PORT.", valueName: "peer")) var peer: String?
    @Argument(help: "Files, folders, ZIPs whose objects the node should have.", completion: .file()) var paths: [String] = []

    @Option(help: ArgumentHelp("A study of the archive; may be repeated.", valueName: "uid")) var study: [String] = []
    @Option(help: ArgumentHelp("Of the study only this series; may be repeated.", valueName: "uid")) var series: [String] = []
    @Option(help: ArgumentHelp("An instance of the archive; may be repeated.", valueName: "uid")) var instance: [String] = []

    @Flag(help: "List commitments, asked of us and by us.") var list = false
    @Option(help: ArgumentHelp("Show a commitment with all its objects.", valueName: "transaction")) var show: String?

    @Option(help: ArgumentHelp("Wait for the report for this time: 60 for files, else 0.", valueName: "seconds")) var wait: Int?
    @Option(help: ArgumentHelp("For files: also take the report on an association that the node opens to this port.", valueName: "port")) var port: Int?
    @Flag(help: "As JSON.") var json = false

    @Option(help: ArgumentHelp("The node's AE title, over what the peer says.", valueName: "title")) var called: String?
    @Option(help: ArgumentHelp("Our AE title; as the settings say where not given.", valueName: "title")) var calling: String?
    @OptionGroup var common: CommonOptions

    func validate() throws {
        let ways = [list, show != nil, !paths.isEmpty, !study.isEmpty || !instance.isEmpty].count { $0 }
        guard ways == 1 else { throw ValidationError("name objects by --study, --instance or PATH, or use --list or --show") }
        guard list || show != nil || peer != nil else { throw ValidationError("name the node to ask") }
        guard series.isEmpty || study.count == 1 else { throw ValidationError("--series belongs to one --study") }
        for uid in study + series + instance + (show.map { [$0] } ?? []) where UID(uid) == nil { throw ValidationError("'\(uid)' is no UID") }
        if let wait, !(0...86_400).contains(wait) { throw ValidationError("--wait is 0 to 86400 seconds") }
        if let port, !(1...65_535).contains(port) { throw ValidationError("\(port) is no port") }
    }

    func run() async throws {
        if list {
            try await withCommitments { table, _, _ in try await printList(table) }
        } else if let show = show.flatMap({ UID($0) }) {
            try await withCommitments { table, _, _ in try await print(show, table) }
        } else if !paths.isEmpty {
            try await commitFiles()
        } else {
            try await withCommitments { table, archive, settings in try await commitArchived(table, archive, settings) }
        }
    }

    private func withCommitments(_ work: (CommitmentTable, Archive, Settings) async throws -> Void) async throws {
        try await withArchive(common) { archive, settings in
            try await work(try await CommitmentTable(archive.database, jobs: JobTable(archive.database)), archive, settings)
        }
    }

    // MARK: Of the archive

    private func commitArchived(_ table: CommitmentTable, _ archive: Archive, _ settings: Settings) async throws {
        let node = try await node()
        guard try await PeerTable(archive.database).peer(named: node.peer.name) != nil else {
            throw Failure("'\(node.peer.name)' is no peer of the data folder: objects of the archive are asked for by its server, which must know the node")
        }
        let references = try await references(in: archive)
        let user = CommitmentUser(table, logger: makeLogger("commit"))
        let transactions = try await user.ask(node.peer, ourTitle: node.requestor.callingAETitle, for: references)
        if !json {
            for transaction in transactions { Swift.print(transaction.text) }
            tell("the server asks \(node.peer.name) to commit to \(references.count) objects; 'isocenter commit --show TRANSACTION' tells how it stands")
        }
        let end = ContinuousClock.now + .seconds(wait ?? 0)
        while ContinuousClock.now < end, try await !isOver(transactions, table) { try await Task.sleep(for: .milliseconds(200)) }
        if json { return try await printAll(transactions, table) }
        if wait ?? 0 > 0 {
            for transaction in transactions { try await print(transaction, table) }
        }
    }

    private func isOver(_ transactions: [UID], _ table: CommitmentTable) async throws -> Bool {
        for transaction in transactions {
            for commitment in try await table.commitments(transaction: transaction) where !commitment.state.isFinal { return false }
        }
        return true
    }

    private func references(in archive: Archive) async throws -> [SOPReference] {
        var found: [InstanceLocation] = []
        for study in study.compactMap({ UID($0) }) {
            let wanted: [UID?] = series.isEmpty ? [nil] : series.map { UID($0) }
            for series in wanted {
                let instances = try await archive.instances(study: study, series: series, for: .everything)
                guard !instances.isEmpty else { throw Failure("there is no \(series.map { "series \($0)" } ?? "study \(study)") in the archive") }
                found += instances
            }
        }
        for uid in instance.compactMap({ UID($0) }) {
            guard let location = try await archive.instance(uid, for: .everything) else { throw Failure("there is no instance \(uid) in the archive") }
            found.append(location)
        }
        return found.map { SOPReference(sopClass: $0.sopClass, sopInstance: $0.sopInstance) }
    }

    // MARK: Showing

    private func printList(_ table: CommitmentTable) async throws {
        let found = try await table.list()
        if json { return try printJSON(found.map { CommitmentAnswer($0) }) }
        for commitment in found { Swift.print(line(commitment)) }
    }

    private func line(_ commitment: Commitment) -> String {
        let direction = commitment.role == .provider ? "asked by" : "asked of"
        var facts = [commitment.transaction.text, "\(direction) \(commitment.peer)", "\(commitment.state.rawValue) since \(commitment.since.formatted(.iso8601))"]
        facts.append("\(commitment.committed) of \(commitment.total) committed, \(commitment.failed) failed")
        if let message = commitment.message { facts.append(message) }
        return facts.joined(separator: "\t")
    }

    private func print(_ transaction: UID, _ table: CommitmentTable) async throws {
        let found = try await table.commitments(transaction: transaction)
        guard !found.isEmpty else { throw Failure("there is no transaction \(transaction)") }
        if json { return try await printAll([transaction], table) }
        for commitment in found {
            Swift.print(line(commitment))
            for instance in try await table.instances(of: commitment.id) { Swift.print(instance.line) }
        }
        if found.contains(where: { $0.role == .user && $0.committed < $0.total }) { throw ExitCode(1) }
    }

    private func printAll(_ transactions: [UID], _ table: CommitmentTable) async throws {
        var answers: [CommitmentAnswer] = []
        var isCommitted = true
        for transaction in transactions {
            for commitment in try await table.commitments(transaction: transaction) {
                answers.append(CommitmentAnswer(commitment, try await table.instances(of: commitment.id)))
                if commitment.role == .user, commitment.committed < commitment.total { isCommitted = false }
            }
        }
        guard !answers.isEmpty else { throw Failure("there is no such transaction") }
        try printJSON(answers)
        // Whoever did not wait knows nothing yet, and that is no failure.
        if !isCommitted, show != nil || wait ?? 0 > 0 { throw ExitCode(1) }
    }

    // MARK: Of files

    private func node() async throws -> Node {
        var words = [peer ?? ""]
        if let called { words += ["--called", called] }
        if let calling { words += ["--calling", calling] }
        if let data = common.data { words += ["--data", data] }
        if let config = common.config { words += ["--config", config] }
        for assignment in common.assignments { words += ["--set", assignment] }
        return try await PeerOptions.parse(words).node()
    }

    private func commitFiles() async throws {
        let node = try await node()
        var references: [SOPReference] = []
        var skipped = 0
        try await ImportSource(paths: paths).forEach { item in
            do { references.append(try SOPReference(item)) } catch {
                skipped += 1
                tell("\(item.name): \(error)")
            }
        } problem: { path, why in
            skipped += 1
            tell("\(path): \(why)")
        }
        guard !references.isEmpty else { throw Failure("there is no DICOM object in \(paths.joined(separator: ", "))") }
        let results = try await FileCommitment(node: node, wait: .seconds(wait ?? 60), port: port).ask(for: references)
        if json {
            try printJSON(results.map(FileCommitment.Answer.init))
        } else {
            for result in results where result.result != .committed { Swift.print(result.line) }
            let committed = results.count { $0.result == .committed }
            let pending = results.count { $0.result == .pending }
            Swift.print("committed \(committed), failed \(results.count - committed - pending), without an answer \(pending), not DICOM or unreadable \(skipped)")
        }
        if results.contains(where: { $0.result != .committed }) { throw ExitCode(1) }
    }
}

extension CommitmentInstance {
    /// One object in a line.
    var line: String {
        let words = switch result {
        case .pending: "pending"
        case .committed: "committed"
        case .failed(_, let words): "failed: \(words)"
        }
        return "\(reference.sopInstance)\t\(words)"
    }
}

extension SOPReference {
    /// Of a file.
    init(_ item: ImportItem) throws {
        // SOP Class and SOP Instance stand in group 0008.
        var reader = FileReader(options: .init(stopBefore: Tag(0x0009, 0)))
        let pieces = FilePieces(item.bytes)
        while !reader.isStopped, let piece = try pieces.next() { try reader.feed(piece) }
        try reader.finish()
        guard let sopClass = reader.dataSet.uid(.sopClassUID), let sopInstance = reader.dataSet.uid(.sopInstanceUID) else {
            throw Failure("has no SOP Class UID or SOP Instance UID")
        }
        self.init(sopClass: sopClass, sopInstance: sopInstance)
    }
}
