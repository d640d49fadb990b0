import Archive
import ArgumentParser
import DICOMNetwork
import Foundation
import IsocenterServer
import NIOCore
import Workflow

/// A DICOM node to speak to, and how.
struct PeerOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A peer of the data folder ('isocenter peers list'), or [AET@]HOST:PORT; an IPv6 address in brackets.", valueName: "peer"))
    var peer: String

    @Option(help: ArgumentHelp("Its AE title, over what the peer says.", valueName: "title")) var called: String?
    @Option(help: ArgumentHelp("Our AE title; as the settings say where not given.", valueName: "title")) var calling: String?
    @Option(help: ArgumentHelp("Time to connect, and for each answer.", valueName: "seconds")) var timeout: Int?

    @OptionGroup var common: CommonOptions

    func validate() throws {
        do {
            _ = try PeerReference(peer)
        } catch {
            throw ValidationError("\(error)")
        }
        for title in [called, calling].compactMap(\.self) where AETitle(title) == nil {
            throw ValidationError("'\(title)' is no AE title: 1 to 16 characters, no backslash or control character")
        }
        if let timeout, !(1...86_400).contains(timeout) { throw ValidationError("--timeout is 1 to 86400 seconds") }
    }

    /// Looks the peer up, and puts together how to call it.
    func node() async throws -> Node {
        let settings = try common.settings()
        guard let calling = AETitle(calling ?? settings[Settings.aeTitle]) else { throw Failure("our AE title is wrong") }
        let known: Peer
        switch try PeerReference(peer) {
        case .address(let aeTitle, let host, let port):
            known = Peer(name: peer, aeTitle: aeTitle?.text ?? Self.anyTitle, host: host, port: port)
        case .known(let name):
            known = try await Self.peer(named: name, settings)
        }
        guard let host = known.host, let port = known.port else {
            throw Failure("\(known.name) calls us and is never called: its host and port are not known; see 'isocenter peers'")
        }
        guard let called = AETitle(called ?? known.aeTitle) else { throw Failure("'\(known.aeTitle)' is no AE title") }
        var limits = NetworkLimits()
        if let timeout {
            let time = TimeAmount.seconds(Int64(timeout))
            limits.connectTimeout = time
            limits.associateTimeout = time
            limits.dimseTimeout = time
            limits.responseTimeout = time
        }
        return Node(peer: known, requestor: Requestor(host: host, port: port, calledAETitle: called, callingAETitle: calling, limits: limits))
    }

    /// Which many nodes answer to, where nobody said what to call it.
    static let anyTitle = "ANY-SCP"

    private static func peer(named name: String, _ settings: Settings) async throws -> Peer {
        let folder = settings[Settings.data]
        guard FileManager.default.fileExists(atPath: folder) else {
            throw Failure("'\(name)' is no [AET@]HOST:PORT, and there is no data folder '\(folder)' that would know it as a peer; see --data")
        }
        do {
            let archive = try await Archive.open(ArchiveConfiguration(folder: folder, role: .beside), logger: makeLogger("peers"))
            defer { archive.close() }
            let table = try await PeerTable(archive.database)
            if let peer = try await table.peer(named: name) { return peer }
            let others = try await table.all()
            let title = AETitle(name)
            let sameTitle = others.filter { $0.title != nil && $0.title == title }
            if sameTitle.count == 1 { return sameTitle[0] }
            let names = others.prefix(20).map(\.name).joined(separator: ", ")
            throw Failure("there is no peer '\(name)' in \(folder)" + (names.isEmpty ? ": it knows none" : "; there are \(names)") + ". An address is written as [AET@]HOST:PORT")
        } catch let error as ArchiveError {
            throw Failure("\(error)")
        }
    }
}

/// A node as it will be called.
struct Node: Sendable {
    var peer: Peer
    var requestor: Requestor

    /// `PACS at 10.0.0.9:104`, and by its name where it has one.
    var description: String {
        let address = PeerAddress(host: requestor.host, port: requestor.port)
        let title = requestor.calledAETitle.text
        return peer.name == title || PeerOptions.isAddress(peer.name) ? "\(title) at \(address)" : "\(peer.name) (\(title) at \(address))"
    }

    /// Runs it; what the network says becomes a sentence about this node.
    func speaking<T>(_ body: (Requestor) async throws -> T) async throws -> T {
        do {
            return try await body(requestor)
        } catch let error as NetworkError {
            throw Failure("\(description): \(error)")
        }
    }
}

extension PeerOptions {
    static func isAddress(_ name: String) -> Bool {
        if case .address? = try? PeerReference(name) { true } else { false }  // Anything else is a name.
    }
}
