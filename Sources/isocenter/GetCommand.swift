import ArgumentParser
import DICOM
import DICOMNetwork
import Synchronization

struct GetCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get", abstract: "Fetch objects from a DICOM node into files, over the one association (C-GET), or by DICOMweb (WADO-RS).",
        discussion: """
            isocenter get PACS --out study StudyInstanceUID=1.2.3
            isocenter get https://pacs.example/dicom-web --out study StudyInstanceUID=1.2.3

            Files are named by SOP Instance UID and hold the data set byte for byte as it came. --json prints one object a line: remaining, \
            completed, failed, warning; the last one also status, meaning, comment, failedInstances, received, bytes. Ctrl-C asks the node to \
            stop. Exit code 1 where not all was transferred.
            """)

    @OptionGroup var peer: PeerOptions
    @Option(help: ArgumentHelp("Folder for the files.", valueName: "dir"), completion: .directory) var out: String
    @OptionGroup var query: QueryOptions
    @Flag(help: "One JSON object a line.") var json = false

    func validate() throws {
        guard !query.keys.isEmpty else { throw ValidationError("say what to get: StudyInstanceUID=…") }
    }

    func run() async throws {
        guard let level = try query.level ?? query.levelOfKeys() else { throw Failure("say what to get by a unique key: StudyInstanceUID=…, SeriesInstanceUID=…, PatientID=…") }
        let node: Node
        switch try await peer.destination() {
        case .web(let web): return try await get(from: web, level: level)
        case .node(let found): node = found
        }
        let sopClass = try query.sopClass(.get, level: level)
        let identifier = try query.identifier(level: level)
        let files = try ReceivedFiles(folder: out)
        try await node.speaking { requestor in
            var requestor = requestor
            requestor.roles = GetProposals.roles
            if query.relational { requestor.extendedNegotiations = [.init(sopClass: sopClass, applicationInformation: [1])] }
            let association = try await requestor.connect([.init(sopClass, QueryOptions.transferSyntaxes)] + GetProposals.all)
            let received = Received()
            let responses = association.get(identifier, in: try association.context(for: sopClass)) { message in
                received.add(try await files.write(message))
                return .success
            }
            let interrupt = Interrupt { Task { try? await responses.cancel() } }  // An association that has ended needs no cancelling.
            defer { withExtendedLifetime(interrupt) {} }
            var report = RetrieveReport(node: node, command: "C-GET", json: json)
            var last: DIMSEResponse?
            for try await response in responses {
                if response.isFinal { last = response } else { try report.progress(response) }
            }
            try await association.release()
            if let last { try report.conclude(last, received: received.total) }
        }
    }

    private final class Received: Sendable {
        private let counts = Mutex((objects: 0, bytes: 0))
        func add(_ bytes: Int) { counts.withLock { $0 = ($0.objects + 1, $0.bytes + bytes) } }
        var total: (objects: Int, bytes: Int) { counts.withLock { $0 } }
    }
}
