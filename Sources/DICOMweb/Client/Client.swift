import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL

/// User of another server's DICOMweb (PS3.18 §10): asks, and streams what comes and goes. Close it when done.
public struct Client: Sendable {
    public let service: RemoteService
    private let http: HTTPClient

    /// - Throws: `.address` for what the service cannot be called with, `.tls` for files that cannot be read.
    public init(_ service: RemoteService) throws(RemoteError) {
        if let problem = service.problem { throw RemoteError(.address, url: "\(service.url)", problem) }
        self.service = service
        var configuration = HTTPClient.Configuration(tlsConfiguration: try Self.tls(service), redirectConfiguration: .disallow, decompression: .disabled)
        configuration.timeout = .init(connect: service.limits.connectTimeout, read: service.limits.idleTimeout, write: service.limits.idleTimeout)
        // HTTP/2 gains nothing here, and what is sent twice by a connection that ended is ours to decide.
        configuration.httpVersion = .http1Only
        configuration.connectionPool.retryConnectionEstablishment = false
        http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Ends its connections.
    public func close() async { try? await http.shutdown() }  // They end with the process at the latest.

    /// Runs it with a client that is closed afterwards, however it ends.
    public static func with<T>(_ service: RemoteService, _ body: (Client) async throws -> T) async throws -> T {
        let client = try Client(service)
        do {
            let result = try await body(client)
            await client.close()
            return result
        } catch {
            await client.close()
            throw error
        }
    }

    private static func tls(_ service: RemoteService) throws(RemoteError) -> TLSConfiguration {
        var configuration = TLSConfiguration.makeClientConfiguration()
        let tls = service.tls
        do {
            if let authorities = tls.authorities { configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities)) }
            if let certificate = tls.certificate { configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) } }
            if let key = tls.key { configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)) }
        } catch {
            throw RemoteError(.tls, url: "\(service.url)", "the files of its TLS cannot be read: \(error)")
        }
        if !tls.verifiesHost { configuration.certificateVerification = .noHostnameVerification }
        return configuration
    }

    // MARK: Requests

    /// A request that can be made again: its body begins anew each time.
    struct Request: Sendable {
        var method = HTTPMethod.GET
        var url: String
        var accept: String
        var contentType: String?
        /// nil: without a body.
        var body: (@Sendable () -> HTTPClientRequest.Body)?
    }

    struct Response {
        /// As it was asked in the end, after redirects.
        var url: String
        var status: Int
        var headers: HTTPHeaders
        var body: HTTPClientResponse.Body

        var contentType: MediaType? { headers.first(name: "content-type").flatMap { MediaType($0) } }

        /// Words of `Warning: 299` (RFC 7234 §5.5, as PS3.18 §8.3.4.4 uses it).
        var warnings: [String] { headers["warning"].map { RemoteError.words(of: $0, isMarkup: false) }.filter { !$0.isEmpty } }
    }

    /// Makes a request, follows redirects within the origin, waits where the server is busy and says for how long.
    ///
    /// - Parameter accepted: statuses whose answers the caller reads; every other is thrown.
    func perform(_ request: Request, accepting accepted: Set<Int>) async throws -> Response {
        var request = request
        var redirects = 0, repeats = 0
        while true {
            let response = try await once(request)
            if accepted.contains(response.status) { return response }
            if [301, 302, 303, 307, 308].contains(response.status), let location = response.headers.first(name: "location") {
                request.url = try redirected(request, response, location, &redirects)
                continue
            }
            if response.status == 503 || response.status == 429, repeats < service.limits.repeats,
                let wait = RetryAfter.wait(response.headers.first(name: "retry-after")), wait <= service.limits.longestWait {
                repeats += 1
                try await Task.sleep(for: wait)
                continue
            }
            throw await refusal(response)
        }
    }

    private func redirected(_ request: Request, _ response: Response, _ location: String, _ count: inout Int) throws(RemoteError) -> String {
        func refused(_ words: String) -> RemoteError { RemoteError(.redirect, url: request.url, status: response.status, words) }
        guard request.method == .GET || response.status >= 307 else { throw refused("it answers a store by sending elsewhere") }
        guard let target = service.url.target(of: location, from: request.url) else {
            throw refused("it sends to another origin, which is not followed: " + RemoteError.words(of: String(location.prefix { !"?#".contains($0) }), isMarkup: false))
        }
        count += 1
        guard count <= service.limits.redirects else { throw refused("it sent elsewhere \(count) times") }
        return target
    }

    private func once(_ request: Request) async throws -> Response {
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = request.method
        outgoing.headers.add(name: "accept", value: request.accept)
        outgoing.headers.add(name: "user-agent", value: "isocenter")
        if let contentType = request.contentType { outgoing.headers.add(name: "content-type", value: contentType) }
        switch service.authentication {
        case .none: break
        case .basic(let user, let password): outgoing.setBasicAuth(username: user, password: password)
        case .bearer(let token): outgoing.headers.add(name: "authorization", value: "Bearer \(token)")
        }
        outgoing.body = request.body?()
        do {
            let response = try await http.execute(outgoing, deadline: .distantFuture)
            return Response(url: request.url, status: Int(response.status.code), headers: response.headers, body: response.body)
        } catch {
            throw Self.error(error, request.url)
        }
    }

    /// What the server says of its refusal, as far as that is short.
    private func refusal(_ response: Response) async -> RemoteError {
        let type = response.contentType?.name ?? ""
        var words = ""
        if type.hasPrefix("text/") || type.hasSuffix("json") || type.hasSuffix("xml") || type.isEmpty {
            var bytes: [UInt8] = []
            var body = response.body.makeAsyncIterator()
            // What breaks off while it explains itself has said enough.
            while bytes.count < Self.longestWords {
                let piece = try? await body.next()
                guard let piece else { break }
                bytes += piece.readableBytesView.prefix(Self.longestWords - bytes.count)
            }
            words = RemoteError.words(of: String(decoding: bytes, as: UTF8.self), isMarkup: type.contains("html") || type.hasSuffix("xml"))
        }
        if words.isEmpty { words = response.warnings.joined(separator: "; ") }
        return RemoteError(RemoteError.code(of: response.status), url: response.url, status: response.status, words)
    }

    private static let longestWords = 8 << 10

    /// A whole answer of at most ``RemoteService/Limits/document`` bytes.
    func document(_ response: Response) async throws -> [UInt8] {
        let limit = service.limits.document
        let tooLarge = RemoteError(.tooLarge, url: response.url, status: response.status, "its answer exceeds \(limit) bytes")
        if let said = response.headers.first(name: "content-length").flatMap({ Int($0) }), said > limit { throw tooLarge }
        var bytes: [UInt8] = []
        do {
            for try await piece in response.body {
                guard piece.readableBytes <= limit - bytes.count else { throw tooLarge }
                bytes.append(contentsOf: piece.readableBytesView)
            }
        } catch {
            throw Self.error(error, response.url)
        }
        return bytes
    }

    /// What the network says, as ours. What is not of the network passes.
    static func error(_ error: any Error, _ url: String) -> any Error {
        switch error {
        case is RemoteError, is CancellationError: return error
        case let error as HTTPClientError:
            switch error {
            case .cancelled where Task.isCancelled: return CancellationError()
            case .connectTimeout, .readTimeout, .writeTimeout, .deadlineExceeded, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout:
                return RemoteError(.timeout, url: url, "it does not answer in time (\(error.shortDescription))")
            case .remoteConnectionClosed: return RemoteError(.truncated, url: url, "it closed the connection before its answer was whole")
            default: return RemoteError(.unreachable, url: url, error.shortDescription)
            }
        case let error as NIOSSLError: return RemoteError(.tls, url: url, "\(error)")
        case is BoringSSLError, is NIOSSLExtraError: return RemoteError(.tls, url: url, "\(error)")
        case is NIOConnectionError, is IOError, is ChannelError: return RemoteError(.unreachable, url: url, "\(error)")
        case let error as HTTPParserError:
            return error == .invalidEOFState
                ? RemoteError(.truncated, url: url, "its answer ended before its time") : RemoteError(.malformed, url: url, "its answer is no HTTP: \(error)")
        default: return error
        }
    }
}
