import ArgumentParser
import DICOMweb
import Foundation
import NIOCore
import Workflow

/// What a command speaks to.
enum Destination: Sendable {
    case node(Node)
    case web(WebNode)
}

/// A node's DICOMweb as it will be called.
struct WebNode: Sendable {
    /// With what of the credentials may be kept: where they are.
    var peer: Peer
    var service: RemoteService

    /// Its address, and its name where it has one.
    var description: String { peer.words }

    /// Runs it; what the service says becomes a sentence.
    func speaking<T>(_ body: (Client) async throws -> T) async throws -> T {
        do {
            return try await Client.with(service, body)
        } catch let error as RemoteError {
            throw Failure(([error.description] + [error.remedy].compactMap(\.self)).joined(separator: "\n"))
        }
    }
}

extension RemoteError {
    /// What to do about it; nil where its words say enough.
    var remedy: String? {
        switch code {
        case .notAuthorized: status == 401 ? "It wants to know who asks: --user with --passcode-file, or --token-file." : "Who asks may not do this there."
        case .tls: "Whose certificates are believed is said by --tls-authorities."
        case .notFound: "Is the address the base of its DICOMweb? It often ends in /dicom-web."
        default: nil
        }
    }
}

extension CallOptions {
    /// Options over what is known of the peer.
    func webNode(_ known: Peer) throws -> WebNode {
        for (option, isGiven) in [("--called", called != nil), ("--calling", calling != nil), ("--tls", tls)] where isGiven {
            throw ValidationError("\(option) is of DICOM associations: \(known.name) is called by DICOMweb")
        }
        if user != nil, passcodeFile == nil { throw ValidationError("a user of DICOMweb needs --passcode-file") }
        var peer = known
        guard var web = known.web else { throw Failure("\(known.name) has no address of DICOMweb") }
        let secretFile = passcodeFile ?? tokenFile
        if let secretFile { (web.user, web.secretFile) = (user, secretFile == "-" ? nil : Self.absolute(secretFile)) }
        if let tlsAuthorities { web.authorities = Self.absolute(tlsAuthorities) }
        if credentialsInClear { web.sendsCredentialsInClear = true }
        peer.web = web
        do {
            var service = try web.service()
            if secretFile == "-" {
                let secret = try readPassword()
                service.authentication = user.map { .basic(user: $0, password: secret) } ?? .bearer(token: secret)
            }
            (service.tls.certificate, service.tls.key) = (tlsCertificate, tlsKey)
            if tlsAnyHost { service.tls.verifiesHost = false }
            if let timeout {
                service.limits.connectTimeout = .seconds(Int64(timeout))
                service.limits.idleTimeout = .seconds(Int64(timeout))
            }
            return WebNode(peer: peer, service: service)
        } catch let error as RemoteError {
            throw Failure("\(error)")
        }
    }

    private static func absolute(_ file: String) -> String { URL(fileURLWithPath: file).standardizedFileURL.path }
}
