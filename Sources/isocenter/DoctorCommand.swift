import ArgumentParser
import DICOMNetwork
import IsocenterServer

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Find out why a DICOM connection does not work, and what to do about it.",
        discussion: """
            With a peer: tries its name, port, what speaks there, association, echo, what it takes, query; stops where it stops and says who \
            must change what. Only --store sends anything: a small picture that says of itself that it is a test.
            Without a peer: looks at our own side.
            --json prints one document: peer, ok, steps (step, ok (absent: not provided), summary, remedy, milliseconds, details). Exit code 1 where a step failed.
            """)

    @Argument(help: ArgumentHelp("A peer of the data folder, or [AET@]HOST:PORT; none: our own side.", valueName: "peer")) var peer: String?
    @OptionGroup var calling: CallOptions
    @Flag(help: "Send a small test object too.") var store = false
    @Flag(help: "As one JSON document.") var json = false

    func validate() throws {
        if let peer { try PeerOptions.check(peer) }
    }

    func run() async throws {
        let report: DoctorReport
        if let peer {
            let node = try await calling.node(peer)
            if !json { print("\(node.description), called as \(node.requestor.callingAETitle)") }
            var examination = PeerExamination(node: node, storesTestObject: store, report: DoctorReport(peer: peer, json: json))
            await examination.run()
            report = examination.report
        } else {
            var examination = OwnExamination(settings: try calling.common.settings(), report: DoctorReport(peer: nil, json: json))
            try await examination.run()
            report = examination.report
        }
        try report.finish()
        if !report.ok { throw ExitCode(1) }
    }
}
