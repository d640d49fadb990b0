import ArgumentParser
import Foundation
import IsocenterServer
import Workflow

/// What may be said of a node on the command line; what is not said stays as it is.
struct PeerFields: ParsableArguments {
    @Option(help: ArgumentHelp("Its AE title.", valueName: "title")) var aet: String?
    @Option(help: ArgumentHelp("Where it is called.", valueName: "name or address")) var host: String?
    @Option(help: "Its DICOM port.") var port: Int?
    @Flag(help: "It is never called.") var noHost = false

    @Option(help: ArgumentHelp("Its DICOMweb: what we send to it and ask of it goes there.", valueName: "https://…/dicom-web")) var url: String?
    @Flag(help: "It is not called by DICOMweb.") var noUrl = false
    @Option(help: ArgumentHelp("As whom we come to its DICOMweb; needs --password-file.", valueName: "name")) var user: String?
    @Option(help: ArgumentHelp("File with that user's password in its first line, read by the server at each call.", valueName: "file"), completion: .file()) var passwordFile: String?
    @Option(help: ArgumentHelp("File with a bearer token in its first line, read by the server at each call.", valueName: "file"), completion: .file()) var tokenFile: String?
    @Option(help: ArgumentHelp("Whose certificates are believed of its DICOMweb (PEM).", valueName: "file"), completion: .file()) var authorities: String?
    @Flag(inversion: .prefixedNo, help: "Credentials go to it over http too, where everybody on the way reads them.") var credentialsInClear: Bool?

    @Flag(inversion: .prefixedNo, help: "It may store (C-STORE).") var store: Bool?
    @Flag(inversion: .prefixedNo, help: "It may query (C-FIND).") var query: Bool?
    @Flag(inversion: .prefixedNo, help: "It may retrieve (C-MOVE, C-GET).") var retrieve: Bool?
    @Flag(inversion: .prefixedNo, help: "It may ask for storage commitment.") var commit: Bool?
    @Option(parsing: .upToNextOption, help: ArgumentHelp("Peers to which it may have objects sent.", valueName: "peer")) var to: [String] = []
    @Flag(help: "It may have objects sent to any peer.") var toAny = false
    @Flag(help: "It may have objects sent to nobody.") var toNone = false

    @Option(name: .customLong("address"), parsing: .upToNextOption, help: ArgumentHelp("From where it may call: addresses or networks, 10.1.0.0/16.", valueName: "address"))
    var addresses: [String] = []
    @Flag(help: "It may call from anywhere.") var anyAddress = false
    @Option(name: .customLong("called"), parsing: .upToNextOption, help: ArgumentHelp("Titles of ours that it may call.", valueName: "title")) var called: [String] = []
    @Flag(help: "It may call any title of ours.") var anyTitle = false
    @Option(help: ArgumentHelp("Same SOP Instance UID with other content: keepFirst, keepBoth, keepBothFromSameSource or quarantine; 'default': as the settings say.", valueName: "policy")) var onConflict: String?

    @OptionGroup var coercion: CoercionFields

    @Flag(inversion: .prefixedNo, help: "Calls both ways are over TLS.") var tls: Bool?
    @Option(help: ArgumentHelp("The certificate it must show: a file (PEM or DER), or the SHA-256 fingerprint.", valueName: "file or fingerprint")) var certificate: String?
    @Flag(help: "It may show any certificate of our authorities.") var anyCertificate = false

    @Option(help: ArgumentHelp("Associations from it at once; 0: as the settings say.", valueName: "number")) var maxInbound: Int?
    @Option(help: ArgumentHelp("Associations to it at once.", valueName: "number")) var maxAssociations: Int?
    @Option(help: ArgumentHelp("Bytes a second sent to it; 0: as fast as it goes.", valueName: "bytes")) var bandwidth: Int?
    @Option(help: ArgumentHelp("Operations outstanding on an association, where it grants them.", valueName: "number")) var window: Int?
    @Option(name: .customLong("transfer-syntax"), parsing: .upToNextOption, help: ArgumentHelp("Transfer syntaxes in which it wants objects, the best first.", valueName: "UID"))
    var transferSyntaxes: [String] = []

    @Flag(inversion: .prefixedNo, help: "Another archive: it is asked for a study that is to be retrieved and is not here.") var fallback: Bool?

    /// - Parameter isNew: what it may do begins empty where something is named.
    func apply(to peer: inout Peer, isNew: Bool) throws {
        if let aet { peer.aeTitle = aet }
        if noHost { (peer.host, peer.port) = (nil, nil) }
        if let host { peer.host = host }
        if let port { peer.port = port }
        try applyWeb(to: &peer)
        applyServices(to: &peer, isNew: isNew)
        if toAny { peer.destinations = nil }
        if toNone { peer.destinations = [] }
        if !to.isEmpty { peer.destinations = to }
        if anyAddress { peer.addresses = [] }
        if !addresses.isEmpty { peer.addresses = addresses }
        if anyTitle { peer.calledAETitles = nil }
        if !called.isEmpty { peer.calledAETitles = called }
        if let onConflict { peer.onConflict = onConflict == "default" ? nil : onConflict }
        try coercion.apply(to: &peer)
        if let tls { peer.usesTLS = tls }
        if anyCertificate || tls == false { peer.certificate = nil }
        if let certificate { peer.certificate = try Self.fingerprint(certificate) }
        if let maxInbound { peer.maxInbound = maxInbound == 0 ? nil : maxInbound }
        if let maxAssociations { peer.maxAssociations = maxAssociations }
        if let bandwidth { peer.bandwidth = bandwidth == 0 ? nil : bandwidth }
        if let window { peer.window = window }
        if !transferSyntaxes.isEmpty { peer.transferSyntaxes = transferSyntaxes }
        if let fallback { peer.isFallback = fallback }
    }

    private func applyWeb(to peer: inout Peer) throws {
        if noUrl { peer.web = nil }
        let isNamed = [user, passwordFile, tokenFile, authorities].contains { $0 != nil } || credentialsInClear != nil
        guard var web = url.map({ WebAddress(url: $0) }) ?? peer.web else {
            if isNamed { throw ValidationError("--user, --password-file, --token-file, --authorities and --credentials-in-clear are of a DICOMweb: --url") }
            return
        }
        // Credentials are for the place they were given for: another address begins without.
        func path(_ file: String) -> String { URL(fileURLWithPath: file).standardizedFileURL.path }
        if tokenFile != nil, user != nil || passwordFile != nil { throw ValidationError("a user or a token, not both") }
        if let tokenFile { (web.user, web.secretFile) = (nil, path(tokenFile)) }
        if let user { web.user = user }
        if let passwordFile { web.secretFile = path(passwordFile) }
        if let authorities { web.authorities = path(authorities) }
        if let credentialsInClear { web.sendsCredentialsInClear = credentialsInClear ? true : nil }
        peer.web = web
    }

    private func applyServices(to peer: inout Peer, isNew: Bool) {
        let asked: [(Peer.Service, Bool?)] = [(.store, store), (.query, query), (.retrieve, retrieve), (.commit, commit)]
        if isNew, asked.contains(where: { $0.1 == true }) { peer.services = [] }
        for (service, isAllowed) in asked {
            if isAllowed == true { peer.services.insert(service) }
            if isAllowed == false { peer.services.remove(service) }
        }
    }

    private static func fingerprint(_ text: String) throws -> String {
        guard let file = FileManager.default.contents(atPath: text) else { return text }
        guard let fingerprint = CertificateFingerprint.of([UInt8](file)) else { throw Failure("\(text) holds no certificate") }
        return fingerprint
    }
}
