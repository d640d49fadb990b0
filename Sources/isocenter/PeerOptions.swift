import Archive
import ArgumentParser
import DICOMNetwork
import Foundation
import IsocenterServer
import NIOCore
import Workflow

/// A DICOM node to speak to, and how.
struct PeerOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("A peer of the data folder ('isocenter peers list'), [AET@]HOST:PORT (an IPv6 address in brackets), or the address of a DICOMweb, https://HOST/dicom-web.", valueName: "peer"))
    var peer: String

    @OptionGroup var call: CallOptions
    var common: CommonOptions { call.common }

    func validate() throws { try Self.check(peer) }

    func node() async throws -> Node { try await call.node(peer) }

    /// For what can be asked by DICOMweb too.
    func destination() async throws -> Destination { try await call.destination(peer) }

    static func check(_ text: String) throws {
        do { _ = try PeerReference(text) } catch { throw ValidationError("\(error)") }
    }
}

/// As whom and how a node is called.
struct CallOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Its AE title, over what the peer says.", valueName: "title")) var called: String?
    @Option(help: ArgumentHelp("Our AE title; as the settings say where not given.", valueName: "title")) var calling: String?
    @Option(help: ArgumentHelp("Time to connect, and for each answer.", valueName: "seconds")) var timeout: Int?

    @Flag(help: "Over TLS. A peer of the data folder knows that itself.") var tls = false
    @Option(help: ArgumentHelp("Whose certificates are believed (PEM); where not given, as the settings say, else as the system.", valueName: "file"), completion: .file()) var tlsAuthorities: String?
    @Option(help: ArgumentHelp("Our certificate (PEM).", valueName: "file"), completion: .file()) var tlsCertificate: String?
    @Option(help: ArgumentHelp("Its private key (PEM).", valueName: "file"), completion: .file()) var tlsKey: String?
    @Flag(help: "The certificate need not be for the host that is called.") var tlsAnyHost = false
    @Option(help: ArgumentHelp("User to name; the passcode or password comes from --passcode-file.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("File with the passcode in its first line; - reads standard input.", valueName: "file"), completion: .file()) var passcodeFile: String?

    @Option(help: ArgumentHelp("File with a bearer token in its first line, for DICOMweb; - reads standard input.", valueName: "file"), completion: .file()) var tokenFile: String?
    @Flag(help: "Credentials go over http too, where everybody on the way reads them.") var credentialsInClear = false

    @OptionGroup var common: CommonOptions

    func validate() throws {
        for title in [called, calling].compactMap(\.self) where AETitle(title) == nil {
            throw ValidationError("'\(title)' is no AE title: 1 to 16 characters, no backslash or control character")
        }
        if passcodeFile != nil, user == nil { throw ValidationError("a passcode needs --user") }
        if tokenFile != nil, user != nil { throw ValidationError("a user or a token, not both") }
        if let timeout, !(1...86_400).contains(timeout) { throw ValidationError("--timeout is 1 to 86400 seconds") }
    }

    /// Looks the peer up, and puts together how to call it.
    ///
    /// - Throws: `Failure` for a node that only speaks DICOMweb, too.
    func node(_ peer: String) async throws -> Node {
        switch try await destination(peer) {
        case .node(let node): return node
        case .web(let web): throw Failure("\(web.description) is called by DICOMweb, which has no such service: name its DICOM port, [AET@]HOST:PORT")
        }
    }

    /// The same of a node that may be called by DICOMweb.
    func destination(_ peer: String) async throws -> Destination {
        let settings = try common.settings()
        let known: Peer
        switch try PeerReference(peer) {
        case .address(let aeTitle, let host, let port):
            known = Peer(name: peer, aeTitle: aeTitle?.text ?? Self.anyTitle, host: host, port: port)
        case .known(let name):
            known = try await Self.peer(named: name, settings)
        case .service(let url):
            var peer = Peer(name: peer, aeTitle: "")
            peer.web = WebAddress(url: "\(url)")
            known = peer
        }
        if known.web != nil { return .web(try webNode(known)) }
        return .node(try node(known, settings))
    }

    private func node(_ known: Peer, _ settings: Settings) throws -> Node {
        if !tls, tlsAuthorities != nil || tlsCertificate != nil || tlsKey != nil || tlsAnyHost { throw ValidationError("the options of TLS need --tls") }
        if tokenFile != nil || credentialsInClear { throw ValidationError("--token-file and --credentials-in-clear are of DICOMweb: a DICOM node takes --user and --passcode-file") }
        guard let calling = AETitle(calling ?? settings[Settings.aeTitle]) else { throw Failure("our AE title is wrong") }
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
        var requestor = Requestor(host: host, port: port, calledAETitle: called, callingAETitle: calling, limits: limits)
        requestor.tls = try tlsClient(known, settings)
        requestor.userIdentity = try identity()
        var peer = known
        peer.usesTLS = requestor.tls != nil
        return Node(peer: peer, requestor: requestor)
    }

    /// nil: without TLS.
    private func tlsClient(_ peer: Peer, _ settings: Settings) throws -> TLSClient? {
        guard tls || peer.usesTLS else { return nil }
        func file(_ option: String?, _ setting: Setting<String>) -> String? { option ?? (settings[setting].isEmpty ? nil : settings[setting]) }
        do throws(NetworkError) {
            return try TLSClient(
                authorities: file(tlsAuthorities, Settings.dimseTLSAuthorities), certificate: file(tlsCertificate, Settings.dimseTLSCertificate), key: file(tlsKey, Settings.dimseTLSKey),
                verifiesHost: !tlsAnyHost && settings[Settings.tlsVerifiesHost] && peer.certificate == nil)
        } catch {
            throw Failure("\(error)")
        }
    }

    /// Username, and passcode where there is one (PS3.7 §D.3.3.7).
    private func identity() throws -> UserIdentity? {
        guard let user else { return nil }
        guard let passcodeFile else { return UserIdentity(type: UserIdentity.username, wantsResponse: false, primaryField: Array(user.utf8)) }
        let line = try Self.firstLine(of: passcodeFile)
        return UserIdentity(type: UserIdentity.usernameAndPasscode, wantsResponse: false, primaryField: Array(user.utf8), secondaryField: Array(line.utf8))
    }

    /// - Parameter file: - is standard input.
    static func firstLine(of file: String) throws -> String {
        if file == "-" { return try readPassword() }
        do { return try String(contentsOfFile: file, encoding: .utf8).split(whereSeparator: \.isNewline).first.map(String.init) ?? "" } catch {
            throw Failure("\(file): \(error.localizedDescription)")
        }
    }

    /// Which many nodes answer to, where nobody said what to call it.
    static let anyTitle = "ANY-SCP"

    private static func peer(named name: String, _ settings: Settings) async throws -> Peer {
        let folder = settings[Settings.data]
        guard FileManager.default.fileExists(atPath: folder) else {
            throw Failure("'\(name)' is no [AET@]HOST:PORT, and there is no data folder '\(folder)' that would know it as a peer; see --data")
        }
        do {
            let archive = try await Archive.open(ArchiveConfiguration(settings, role: .beside), logger: makeLogger("peers"))
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
            let explanation = Explanation(of: error, calling: requestor.callingAETitle, called: requestor.calledAETitle, host: requestor.host, port: requestor.port)
            throw Failure(([explanation.summary] + [explanation.remedy].compactMap(\.self)).joined(separator: "\n"))
        }
    }
}

extension PeerOptions {
    static func isAddress(_ name: String) -> Bool {
        // Anything else is a name.
        switch try? PeerReference(name) {
        case .address, .service: true
        case .known, nil: false
        }
    }
}
