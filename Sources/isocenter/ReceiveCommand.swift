import ArgumentParser
import DICOM
import DICOMNetwork
import Foundation
import NIOCore
import Synchronization
import Workflow

struct ReceiveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "receive", abstract: "A receiver for tests and go-live days: takes objects (C-STORE), answers C-ECHO, and says what comes.",
        discussion: """
            isocenter receive --port 11113 --out arrived
            isocenter receive --port 11113 --ignore --fail-every 10 --delay 200

            Keeps nothing in the archive. Takes every caller unless told otherwise. Prints 'ready dimse=PORT' when it listens. --json prints \
            one object a line: event (ready, association, stored, refused, end), and port; id, calling, called, host, implementation, \
            contexts (sopClass, proposed); sopInstance, sopClass, transferSyntax, bytes, status; objects, refused, bytes, seconds, end, summary, remedy.
            """)

    @Option(help: ArgumentHelp("Port to listen on; 0 chooses a free one.", valueName: "port")) var port = 11113
    @Option(help: ArgumentHelp("Address to listen on.", valueName: "address")) var host = "0.0.0.0"
    @Option(help: ArgumentHelp("Our AE title; callers may use any.", valueName: "title")) var aet = "RECEIVER"
    @Option(help: ArgumentHelp("Folder for files named by SOP Instance UID; without one what comes is thrown away.", valueName: "dir"), completion: .directory) var out: String?
    @Flag(help: "Throw away what comes.") var ignore = false
    @Option(help: ArgumentHelp("What not to take; may be repeated: \(RefusalRule.help).", valueName: "rule")) var refuse: [RefusalRule] = []
    @Option(help: ArgumentHelp("Wait before each answer.", valueName: "ms")) var delay = 0
    @Option(help: ArgumentHelp("Answer each n-th object with Out of Resources (A700).", valueName: "n")) var failEvery: Int?
    @Option(help: ArgumentHelp("Listen with TLS: our certificate (PEM).", valueName: "file"), completion: .file()) var tlsCertificate: String?
    @Option(help: ArgumentHelp("Its private key (PEM).", valueName: "file"), completion: .file()) var tlsKey: String?
    @Option(help: ArgumentHelp("Callers must show a certificate of these authorities (PEM).", valueName: "file"), completion: .file()) var tlsAuthorities: String?
    @Flag(help: "One JSON object a line.") var json = false

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("\(port) is no port") }
        guard AETitle(aet) != nil else { throw ValidationError("'\(aet)' is no AE title") }
        guard (0...600_000).contains(delay) else { throw ValidationError("--delay is 0 to 600000 ms") }
        if let failEvery, failEvery < 1 { throw ValidationError("--fail-every is a positive number") }
        guard (tlsCertificate == nil) == (tlsKey == nil), tlsAuthorities == nil || tlsCertificate != nil else { throw ValidationError("TLS needs --tls-certificate and --tls-key") }
        if ignore, out != nil { throw ValidationError("--out keeps what --ignore would throw away") }
    }

    func run() async throws {
        let policy = ReceiverPolicy(rules: refuse)
        let teller = ReceiverTeller(json: json)
        let receiver = Receiver(
            files: try out.map { try ReceivedFiles(folder: $0) }, status: policy.objectStatus, delay: .milliseconds(delay), failEvery: failEvery, teller: teller)
        var limits = NetworkLimits()
        limits.associationsPerPeer = limits.associations
        do {
            let tls = try tlsCertificate.flatMap { certificate in
                try tlsKey.map { try TLSServer(certificate: certificate, key: $0, authorities: tlsAuthorities, clientCertificates: tlsAuthorities == nil ? .none : .required) }
            }
            let listener = try await Listener.bind(
                host: host, port: port, tls: tls, limits: limits, logger: makeLogger("receive", level: .error),
                onEnd: { if !$0.isEstablished { teller.failed(LoggedAssociation($0, ended: Date())) } },
                policy: { request, _ in policy.negotiation(for: request) })
            teller.ready(listener.address.port, aet)
            let interrupt = Interrupt { Task { await listener.shutDown(within: .seconds(2)) } }
            defer { withExtendedLifetime(interrupt) {} }
            await listener.run { try await receiver.serve($0) }
        } catch let error as NetworkError {
            throw Failure("\(error)")
        }
    }
}

extension AssociationRecord {
    fileprivate var isEstablished: Bool { answer != nil }
}

/// Answers echo and store; counts.
private struct Receiver: Sendable {
    let files: ReceivedFiles?
    let status: DIMSEStatus?
    let delay: Duration
    let failEvery: Int?
    let teller: ReceiverTeller

    struct Counts { var objects = 0, refused = 0, echoes = 0, bytes = 0 }

    func serve(_ association: Association) async throws {
        let id = teller.begins(association)
        let began = ContinuousClock.now
        var counts = Counts()
        do {
            for try await message in association.messages {
                let status = try await answer(message, id, &counts)
                if delay > .zero { try await Task.sleep(for: delay) }
                if let response = message.command.response(status, comment: status == .success ? nil : "a test receiver was told to refuse") {
                    try await association.send(response, in: message.context)
                }
            }
        } catch {
            teller.ended(id, association, counts, began.duration(to: .now), error)
            throw error
        }
        teller.ended(id, association, counts, began.duration(to: .now), nil)
    }

    private func answer(_ message: IncomingMessage, _ id: Int, _ counts: inout Counts) async throws -> DIMSEStatus {
        switch message.command.field {
        case .cEchoRequest:
            counts.echoes += 1
            return .success
        case .cStoreRequest: break
        default: return .unrecognizedOperation
        }
        let number = counts.objects + counts.refused + 1
        var status = self.status ?? (failEvery.map { number % $0 == 0 } ?? false ? .outOfResources : .success)
        var bytes = 0
        if status == .success, let files {
            do { bytes = try await files.write(message) } catch let error as NetworkError { throw error } catch {
                tell("\(error)")
                status = .outOfResources
            }
        } else if let dataSet = message.dataSet {
            for try await chunk in dataSet { bytes += chunk.readableBytes }
        }
        if status == .success { counts.objects += 1 } else { counts.refused += 1 }
        counts.bytes += bytes
        teller.object(id, message, bytes, status)
        return status
    }
}

/// Says what comes, for people or as JSON lines.
private final class ReceiverTeller: Sendable {
    private let json: Bool
    private let last = Mutex(0)

    init(json: Bool) { self.json = json }

    private struct Event: Encodable {
        struct Context: Encodable { var sopClass: String; var proposed: [String] }

        var event: String
        var port: Int?
        var id: Int?
        var calling: String?
        var called: String?
        var host: String?
        var implementation: String?
        var contexts: [Context]?
        var sopInstance: String?
        var sopClass: String?
        var transferSyntax: String?
        var status: String?
        var objects: Int?
        var refused: Int?
        var bytes: Int?
        var seconds: Double?
        var end: String?
        var summary: String?
        var remedy: String?

        init(_ event: String) { self.event = event }
    }

    private func say(_ event: Event) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Strings and numbers always encode.
        if let data = try? encoder.encode(event) { FileHandle.standardOutput.write(data + Data("\n".utf8)) }
    }

    private func say(_ line: String) { FileHandle.standardOutput.write(Data((AnswerTable.printable(line) + "\n").utf8)) }

    func ready(_ port: Int, _ title: String) {
        guard json else {
            tell("\(title) takes objects and echoes; Ctrl-C ends it")
            return say("ready dimse=\(port)")
        }
        var event = Event("ready")
        event.port = port
        say(event)
    }

    func begins(_ association: Association) -> Int {
        let id = last.withLock { $0 += 1; return $0 }
        let accepted = association.request.presentationContexts
        if json {
            var event = Event("association")
            event.id = id
            event.calling = association.callingAETitle?.text
            event.called = association.calledAETitle?.text
            event.host = association.address.host
            event.implementation = association.peerInformation.implementationVersionName ?? association.peerInformation.implementationClassUID
            event.contexts = accepted.map { .init(sopClass: $0.abstractSyntax?.text ?? "", proposed: $0.transferSyntaxes.map(\.text)) }
            say(event)
        } else {
            say("\(id): \(association.callingAETitle?.text ?? "?") at \(association.address.host) calls \(association.calledAETitle?.text ?? "?") (\(association.peerInformation.implementationVersionName ?? "implementation not said"))")
            for context in accepted {
                let name = context.abstractSyntax.flatMap { UIDTable.entry(for: $0)?.name } ?? context.abstractSyntax?.text ?? "?"
                let agreed = association.presentationContexts.first { $0.id == context.id }
                let syntaxes = context.transferSyntaxes.map { TransferSyntax($0).name }.joined(separator: ", ")
                say("\(id):   \(agreed == nil ? "✗" : "✓") \(name): \(agreed.map { TransferSyntax($0.transferSyntax).name } ?? syntaxes)")
            }
        }
        return id
    }

    func object(_ id: Int, _ message: IncomingMessage, _ bytes: Int, _ status: DIMSEStatus) {
        guard json else {
            if status != .success { say("\(id): refused \(message.command.affectedSOPInstanceUID?.text ?? "an object"): \(StatusRemedy.words("C-STORE", status.rawValue))") }
            return
        }
        var event = Event(status == .success ? "stored" : "refused")
        event.id = id
        event.sopInstance = message.command.affectedSOPInstanceUID?.text
        event.sopClass = message.context.abstractSyntax.text
        event.transferSyntax = message.context.transferSyntax.text
        event.bytes = bytes
        event.status = String(StatusRemedy.words("C-STORE", status.rawValue).prefix(4))
        say(event)
    }

    func ended(_ id: Int, _ association: Association, _ counts: Receiver.Counts, _ time: Duration, _ error: (any Error)?) {
        let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
        let end = error.map { "\($0)" } ?? "released"
        if json {
            var event = Event("end")
            event.id = id
            event.objects = counts.objects
            event.refused = counts.refused
            event.bytes = counts.bytes
            event.seconds = (seconds * 1000).rounded() / 1000
            event.end = end
            return say(event)
        }
        var parts: [String] = []
        if counts.echoes > 0 { parts.append("\(counts.echoes) echo\(counts.echoes == 1 ? "" : "es")") }
        if counts.objects + counts.refused > 0 {
            let megabytes = Double(counts.bytes) / 1e6
            parts.append("\(counts.objects) objects, \((megabytes * 10).rounded() / 10) MB in \((seconds * 10).rounded() / 10) s (\((megabytes / max(seconds, 0.001) * 10).rounded() / 10) MB/s)")
        }
        if counts.refused > 0 { parts.append("\(counts.refused) refused") }
        say("\(id): \(parts.isEmpty ? "nothing" : parts.joined(separator: ", ")); \(end)")
    }

    /// What never became an association.
    func failed(_ association: LoggedAssociation) {
        let explanation = Explanation(of: association, ourTitle: "RECEIVER")
        guard json else {
            guard association.isFailure else { return }
            return say("-: " + explanation.summary)
        }
        var event = Event("end")
        event.host = association.host
        event.calling = association.callingAETitle
        event.called = association.calledAETitle
        event.end = association.end.kind.rawValue
        event.summary = explanation.summary
        event.remedy = explanation.remedy
        say(event)
    }
}
