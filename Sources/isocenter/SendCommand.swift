import ArgumentParser
import DICOM
import DICOMNetwork
import Foundation
import IsocenterServer
import Workers
import Workflow

struct Send: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Send files, folders or ZIPs, or what the archive holds, to a DICOM node (C-STORE, STOW-RS).",
        discussion: """
            Each object goes out in the transfer syntax it has; uncompressed, or in a lossless syntax that the peer prefers, where the node \
            does not take that. What the archive holds (--study, --series, --instance) is sent by the running server, which tries for days.
            """)

    @OptionGroup var peer: PeerOptions
    @OptionGroup var held: HeldOptions
    @Argument(help: "Files, folders, ZIPs, DICOMDIRs.", completion: .file()) var paths: [String] = []
    @Flag(help: "What came of it as JSON, one object a line.") var json = false

    func validate() throws {
        guard paths.isEmpty != held.isEmpty else { throw ValidationError("name files, or what the archive holds with --study, --series or --instance") }
    }

    func run() async throws {
        if !held.isEmpty { return try await held.send(to: peer, json: json) }
        let destination = try await peer.destination()
        let coding: WorkerPool
        do { coding = try WorkerPool() } catch { throw Failure("\(error)") }
        let sender = Sender(dialer: Dialer(try configuration(destination)))
        let tally = SendTally(json: json)
        var group: [Outgoing] = []
        func flush() async throws {
            do {
                switch destination {
                case .node(let node):
                    var target = node.peer
                    (target.host, target.port, target.aeTitle) = (node.requestor.host, node.requestor.port, node.requestor.calledAETitle.text)
                    try await sender.send(group, to: target) { object, result in await tally.add(object, result) }
                case .web(let web):
                    try await sender.send(group, to: web.peer, service: web.service) { object, result in await tally.add(object, result) }
                }
            } catch let error as SendError {
                throw Failure("\(error)")
            }
            group = []
        }
        try await ImportSource(paths: paths).forEach { item in
            do {
                group.append(try await Outgoing(item, coding: coding))
            } catch {
                await tally.skip(item.name, "\(error)")
            }
            if group.count == Self.groupSize { try await flush() }
        } problem: { path, why in
            tally.note(path, why)
        }
        try await flush()
        await sender.dialer.close()
        await coding.shutdown()
        try await tally.close()
    }

    private func configuration(_ destination: Destination) throws -> Dialer.Configuration {
        guard case .node(let node) = destination else {
            guard let title = AETitle(try peer.common.settings()[Settings.aeTitle]) else { throw Failure("our AE title is wrong") }
            return Dialer.Configuration(callingAETitle: title)
        }
        var configuration = Dialer.Configuration(callingAETitle: node.requestor.callingAETitle)
        configuration.limits = node.requestor.limits
        if node.peer.usesTLS { configuration.tls = try PeerTLS(peer.common.settings(), logger: makeLogger("send")) }
        return configuration
    }

    /// Files that are looked at before they are sent: their contexts are proposed together.
    private static let groupSize = 200
}

/// What became of what was to be sent, and how it is said.
actor SendTally {
    private var stored = 0, refused = 0, skipped = 0
    private let json: Bool

    init(json: Bool) { self.json = json }

    func add(_ object: Outgoing, _ result: SendResult) {
        if result.isStored { stored += 1 } else { refused += 1 }
        if json {
            return Self.line(["file": object.name, "sopInstance": object.sopInstance.text, "result": Self.name(result), "message": result.words])
        }
        switch result {
        case .stored: break
        case .warned(let words, _): tell("\(object.name): stored with a remark: \(words)")
        case .refused(let words, _), .failed(let words): tell("\(object.name): \(words)")
        }
    }

    func skip(_ name: String, _ why: String) {
        skipped += 1
        if json { Self.line(["file": name, "result": "skipped", "message": why]) } else { tell("\(name): \(why)") }
    }

    nonisolated func note(_ name: String, _ why: String) { Task { await skip(name, why) } }

    func close() throws {
        if !json { print("sent \(stored), not sent \(refused), not DICOM or unreadable \(skipped)") }
        if refused > 0 || stored == 0 { throw ExitCode(1) }
    }

    private static func name(_ result: SendResult) -> String {
        switch result {
        case .stored: "stored"
        case .warned: "warning"
        case .refused: "refused"
        case .failed: "failed"
        }
    }

    static func line(_ values: [String: String?]) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(values.compactMapValues(\.self)) else { return }  // Strings always can be.
        FileHandle.standardOutput.write(data + Data("\n".utf8))
    }
}
