import ArgumentParser
import DICOMNetwork

struct MoveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "move", abstract: "Let a DICOM node send what it has to a third one (C-MOVE).",
        discussion: """
            isocenter move PACS --to WORKSTATION StudyInstanceUID=1.2.3

            The node must know the destination by its AE title. --json prints one object a line: remaining, completed, failed, warning; \
            the last one also status, meaning, comment, failedInstances. Ctrl-C asks the node to stop. Exit code 1 where not all was transferred.
            """)

    @OptionGroup var peer: PeerOptions
    @Option(name: .customLong("to"), help: ArgumentHelp("AE title of the destination, as the node knows it.", valueName: "title")) var destination: String
    @OptionGroup var query: QueryOptions
    @Flag(help: "One JSON object a line.") var json = false

    func validate() throws {
        guard AETitle(destination) != nil else { throw ValidationError("'\(destination)' is no AE title") }
        guard !query.keys.isEmpty else { throw ValidationError("say what to move: StudyInstanceUID=…") }
    }

    func run() async throws {
        guard let destination = AETitle(destination) else { return }
        guard let level = try query.level ?? query.levelOfKeys() else { throw Failure("say what to move by a unique key: StudyInstanceUID=…, SeriesInstanceUID=…, PatientID=…") }
        let sopClass = try query.sopClass(.move, level: level)
        let identifier = try query.identifier(level: level)
        let node = try await peer.node()
        try await node.speaking { requestor in
            var requestor = requestor
            if query.relational { requestor.extendedNegotiations = [.init(sopClass: sopClass, applicationInformation: [1])] }
            let association = try await requestor.connect([.init(sopClass, QueryOptions.transferSyntaxes)])
            let responses = association.move(identifier, to: destination, in: try association.context(for: sopClass))
            let interrupt = Interrupt { Task { try? await responses.cancel() } }  // An association that has ended needs no cancelling.
            defer { withExtendedLifetime(interrupt) {} }
            var report = RetrieveReport(node: node, command: "C-MOVE", json: json)
            var last: DIMSEResponse?
            for try await response in responses {
                if response.isFinal { last = response } else { try report.progress(response) }
            }
            try await association.release()
            if let last { try report.conclude(last) }
        }
    }
}
