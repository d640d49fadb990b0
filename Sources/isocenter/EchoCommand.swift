import ArgumentParser
import DICOMNetwork
import Foundation
import Workflow

struct Echo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "echo", abstract: "Ask a DICOM node whether it is there (C-ECHO; of a DICOMweb, a search for one study).",
        discussion: """
            Says how long it took and what the node says of itself. --json prints an object: peer, host, port, called, milliseconds (of each \
            echo), connectMilliseconds, implementationClassUID, implementationVersion, maximumLength, status; of a DICOMweb: peer, url, milliseconds, server. 'isocenter doctor' looks closer.
            """)

    @OptionGroup var peer: PeerOptions
    @Option(help: ArgumentHelp("Echoes on one association.", valueName: "n")) var count = 1
    @Flag(help: "A JSON object.") var json = false

    func validate() throws {
        guard (1...1_000_000).contains(count) else { throw ValidationError("--count is 1 to 1000000") }
    }

    private struct Answer: Encodable {
        var peer: String
        var host: String
        var port: Int
        var called: String
        var connectMilliseconds: Double
        var milliseconds: [Double]
        var implementationClassUID: String?
        var implementationVersion: String?
        var maximumLength: UInt32?
        var status: String
    }

    func run() async throws {
        let node: Node
        switch try await peer.destination() {
        case .web(let web): return try await echo(to: web)
        case .node(let found): node = found
        }
        try await node.speaking { requestor in
            let clock = ContinuousClock()
            let start = clock.now
            let association = try await requestor.connect([.verification])
            let connected = clock.now - start
            var times: [Double] = []
            var status = DIMSEStatus.success
            for _ in 0..<count where status == .success {
                let begin = clock.now
                status = try await association.echo()
                times.append((clock.now - begin).milliseconds)
            }
            try await association.release()
            let peer = association.peerInformation
            let answer = Answer(
                peer: node.peer.name, host: requestor.host, port: requestor.port, called: requestor.calledAETitle.text,
                connectMilliseconds: connected.milliseconds, milliseconds: times, implementationClassUID: peer.implementationClassUID,
                implementationVersion: peer.implementationVersionName, maximumLength: peer.maximumLength, status: String(StatusRemedy.words("C-ECHO", status.rawValue).prefix(4)))
            if json { try printJSON(answer) }
            guard status == .success else { throw Failure("\(node.description) answered \(StatusRemedy.words("C-ECHO", status.rawValue))") }
            if json { return }
            let sorted = times.sorted()
            let time = count == 1 ? "\(times[0]) ms" : "\(count) echoes, median \(sorted[count / 2]) ms, slowest \(sorted[count - 1]) ms"
            print("\(node.description) answers: \(time), \(answer.connectMilliseconds) ms to connect")
            print("it is \(AnswerTable.printable([peer.implementationVersionName, peer.implementationClassUID].compactMap(\.self).joined(separator: ", ")))"
                + (peer.maximumLength.map { $0 == 0 ? ", takes PDUs of any length" : ", takes PDUs of \($0) bytes" } ?? ""))
        }
    }
}

extension Duration {
    /// To a hundredth.
    var milliseconds: Double { ((Double(components.seconds) * 1e3 + Double(components.attoseconds) / 1e15) * 100).rounded() / 100 }
}
