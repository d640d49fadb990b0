import DICOM
import Foundation
import Logging
import NIOCore
import NIOPosix
import Testing

@testable import DICOMNetwork

@Suite("TLS", .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl"), "needs the command openssl"), .serialized)
struct TLSTests {
    private let authority: TestAuthority

    init() throws { authority = try #require(try TestAuthority.make()) }

    private func server(_ clients: TLSServer.ClientCertificates = .none) throws -> TLSServer {
        try TLSServer(
            certificate: authority.path("server.pem"), key: authority.path("server.key"), authorities: authority.authorities,
            clientCertificates: clients)
    }

    private func client(_ name: String? = nil, authorities: String? = nil, verifiesHost: Bool = true) throws -> TLSClient {
        try TLSClient(
            authorities: authorities ?? authority.authorities, certificate: name.map { authority.path("\($0).pem") },
            key: name.map { authority.path("\($0).key") }, verifiesHost: verifiesHost)
    }

    private func requestor(_ port: Int, _ tls: TLSClient?, host: String = "127.0.0.1") -> Requestor {
        var requestor = Requestor(host: host, port: port, calledAETitle: title("ISOCENTER"), callingAETitle: title("SCU"))
        requestor.tls = tls
        return requestor
    }

    /// What the listener recorded of one connection that was tried.
    private func attempt(_ tls: TLSServer?, _ body: (Int) async throws -> Void) async throws -> AssociationRecord {
        var record: AssociationRecord?
        try await withListener(tls: tls) { server in
            try await body(server.port)
            record = await server.records.wait(for: 1)[0]
        }
        return try #require(record)
    }

    @Test("An association over TLS, with a certificate on either side; the policy and the record know whose", arguments: ["127.0.0.1", "localhost"])
    func mutual(host: String) async throws {
        try authority.issue("ct1", days: 10)
        let seen = Collector<TLSSession?>()
        let fingerprint = try authority.openssl("x509 -in ct1.pem -noout -fingerprint -sha256")
            .split(separator: "=").last.map { $0.filter(\.isHexDigit).lowercased() }
        try await withListener(tls: try server(.required), policy: { request, connection in
            seen.add(connection.tls)
            return await storagePolicy(request, connection)
        }) { listener in
            let association = try await requestor(listener.port, try client("ct1"), host: host).connect([.verification, .init(ctImageStorage, [explicitLittle])])
            #expect(association.tls?.version == "TLS 1.3")
            #expect(association.tls?.certificate?.commonName == "server")
            #expect(try await association.echo() == .success)
            let response = try await association.store(
                sopClass: ctImageStorage, sopInstance: UID("1.2.3")!, in: try association.context(for: ctImageStorage),
                dataSet: ByteBuffer(repeating: 5, count: 3_000_001))
            #expect(response.status == .success)
            #expect(listener.stored.items.map(\.bytes) == [3_000_001])
            try await association.release()
            let record = await listener.records.wait(for: 1)[0]
            #expect(record.end == .released)
            #expect(record.tls == seen.items.first)
            let certificate = try #require(record.tls?.certificate)
            #expect(certificate.fingerprint == fingerprint)
            #expect(certificate.commonName == "ct1")
            #expect(certificate.alternativeNames == ["localhost", "127.0.0.1", "0:0:0:0:0:0:0:1", "urn:ward:7"])
            #expect(abs(certificate.notAfter - Int64(Date().timeIntervalSince1970) - 10 * 86_400) < 600)
        }
    }

    @Test("A client that shows nothing is taken where that is optional") func optional() async throws {
        let record = try await attempt(try server(.optional)) { port in
            let association = try await requestor(port, try client()).connect([.verification])
            #expect(try await association.echo() == .success)
            try await association.release()
        }
        #expect(record.end == .released)
        #expect(record.tls?.certificate == nil)
    }

    @Test("Failures are told in words, by either side") func failures() async throws {
        try authority.issue("late", days: -1)
        try authority.issue("stranger", by: "other", days: 10)
        try authority.issue("elsewhere", days: 10, extensions: "-set_serial 77")

        // No certificate where one is required. In TLS 1.3 the caller hears it after its own side of the handshake.
        var record = try await attempt(try server(.required)) { port in
            await #expect(throws: NetworkError.ended(.tls(.refusedByPeer("it requires a certificate of ours")))) {
                _ = try await requestor(port, try client()).connect([.verification])
            }
        }
        #expect(record.end == .tls(.noClientCertificate))

        record = try await attempt(try server(.required)) { port in
            await #expect(throws: NetworkError.self) { _ = try await requestor(port, try client("late")).connect([.verification]) }
        }
        #expect(record.end == .tls(.expired))

        record = try await attempt(try server(.optional)) { port in
            await #expect(throws: NetworkError.self) { _ = try await requestor(port, try client("stranger")).connect([.verification]) }
        }
        #expect(record.end == .tls(.unknownAuthority))

        // The caller does not believe the server.
        record = try await attempt(try server()) { port in
            await #expect(throws: NetworkError.ended(.tls(.unknownAuthority))) {
                _ = try await requestor(port, try client(authorities: authority.other)).connect([.verification])
            }
        }
        #expect(record.end == .tls(.refusedByPeer("it does not trust the authority of our certificate")))

        // A certificate without the name that was called.
        let elsewhere = try TLSServer(certificate: authority.path("elsewhere.pem"), key: authority.path("elsewhere.key"))
        _ = try await attempt(elsewhere) { port in
            await #expect(throws: NetworkError.ended(.tls(.wrongHost))) {
                _ = try await requestor(port, try client(), host: "localhost").connect([.verification])
            }
        }
        record = try await attempt(elsewhere) { port in
            let association = try await requestor(port, try client(verifiesHost: false), host: "localhost").connect([.verification])
            try await association.release()
        }
        #expect(record.end == .released)
    }

    @Test("Plain DICOM on the TLS port, TLS on the plain port, and something else on either") func wrongPort() async throws {
        var record = try await attempt(try server()) { port in
            await #expect(throws: NetworkError.self) { _ = try await requestor(port, nil).connect([.verification]) }
        }
        #expect(record.end == .tls(.plainDICOM))

        record = try await attempt(nil) { port in
            await #expect(throws: NetworkError.self) { _ = try await requestor(port, try client()).connect([.verification]) }
        }
        #expect(record.end == .foreignProtocol(.tls))

        record = try await attempt(try server()) { port in
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: port).get()
            try await channel.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n"))
            try await channel.closeFuture.get()
        }
        #expect(record.end == .tls(.foreignProtocol(.http)))
    }

    @Test("A renewed certificate is used without a restart; a broken one is not") func renewal() async throws {
        let problems = Collector<String>()
        let tls = try TLSServer(certificate: authority.path("server.pem"), key: authority.path("server.key"), onProblem: { problems.add($0) })
        try await withListener(tls: tls) { listener in
            func certificate() async throws -> PeerCertificate? {
                let association = try await requestor(listener.port, try client()).connect([.verification])
                try await association.release()
                return association.tls?.certificate
            }
            let first = try await certificate()
            #expect(try await certificate() == first)
            try authority.issue("renewed", days: 300)
            // The key comes first: for a moment the two do not belong together.
            try replace("server.key", "renewed.key")
            #expect(try await certificate() == first)
            #expect(problems.items.count == 1)
            try replace("server.pem", "renewed.pem")
            let second = try await certificate()
            #expect(second?.commonName == "renewed")
            #expect(second != first)
            try Data("no certificate".utf8).write(to: authority.folder.appending(path: "server.pem"))
            #expect(try await certificate() == second)
            #expect(problems.items.count == 2)
            #expect(problems.items[1].contains("server.pem holds no certificate in PEM form; the last good certificate stays in use"))
        }
    }

    private func replace(_ name: String, _ other: String) throws {
        #expect(rename(authority.path(other), authority.path(name)) == 0)
    }

    @Test("Files that cannot be used are named") func files() throws {
        func words(_ body: () throws -> Void) -> String {
            do { try body() } catch { return "\(error)" }
            return "no error"
        }
        let server = authority.path("server.pem"), key = authority.path("server.key"), none = authority.path("none.pem")
        #expect(words { _ = try TLSServer(certificate: none, key: key) } == "TLS: \(none) cannot be read: No such file or directory")
        #expect(words { _ = try TLSServer(certificate: key, key: key) } == "TLS: \(key) holds no certificate in PEM form")
        #expect(words { _ = try TLSServer(certificate: server, key: server) }.contains("holds no private key in PEM form"))
        #expect(words { _ = try TLSServer(certificate: server, key: authority.path("ca.key")) }.contains("does not belong to the certificate"))
        #expect(words { _ = try TLSServer(certificate: server, key: key, clientCertificates: .required) }.contains("authorities"))
        #expect(words { _ = try TLSClient(certificate: server) }.contains("needs its key"))
    }

    @Test("Bytes that are no certificate give no names") func names() throws {
        let der = try Data(contentsOf: URL(filePath: authority.path("server.pem")))
        for length in [0, 1, 2, 5, 60] { #expect(CertificateNames(der: [UInt8](der.prefix(length))).commonName == nil) }
        #expect(CertificateNames(der: [0x30, 0x84, 0xFF, 0xFF, 0xFF, 0xFF]).alternativeNames.isEmpty)
    }
}
