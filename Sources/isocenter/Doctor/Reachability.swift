import DICOMNetwork
import Foundation
import NIOCore
import NIOPosix

/// What can be found out about a host and a port without speaking DICOM.
enum Reachability {
    /// Numeric addresses of a name, in the order of the system's resolver.
    ///
    /// - Throws: `Failure` in the resolver's words.
    static func addresses(of host: String) async throws -> [String] {
        try await Task.detached { try resolve(host) }.value
    }

    private static func resolve(_ host: String) throws -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &first)
        guard code == 0 else { throw Failure(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(first) }
        var addresses: [String] = []
        var next = first
        while let info = next {
            var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
            if getnameinfo(info.pointee.ai_addr, info.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 {
                let address = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
                if !addresses.contains(address) { addresses.append(address) }
            }
            next = info.pointee.ai_next
        }
        return addresses
    }

    /// Milliseconds until a connection stood.
    ///
    /// - Throws: `NetworkError.cannotConnect`.
    static func connect(_ address: String, _ port: Int, timeout: TimeAmount) async throws(NetworkError) -> Double {
        let start = ContinuousClock.now
        do {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connectTimeout(timeout).connect(host: address, port: port).get()
            let took = start.duration(to: .now).milliseconds
            channel.close(promise: nil)
            return took
        } catch {
            throw .cannotConnect(host: address, port: port, words(error, timeout))
        }
    }

    private static func words(_ error: any Error, _ timeout: TimeAmount) -> String {
        switch error {
        case let error as NIOConnectionError: error.connectionErrors.last.map { words($0.error, timeout) } ?? "no address"
        case let error as IOError: String(cString: strerror(error.errnoCode))
        case ChannelError.connectTimeout: "no answer within \(timeout.nanoseconds / 1_000_000_000) s"
        default: "\(error)"
        }
    }

    /// The first bytes that come within some time, where `question` is asked first; empty: nothing came.
    static func ask(_ address: String, _ port: Int, _ question: [UInt8], within time: TimeAmount) async -> [UInt8] {
        let group = MultiThreadedEventLoopGroup.singleton
        let promise = group.any().makePromise(of: [UInt8].self)
        do {
            let channel = try await ClientBootstrap(group: group).connectTimeout(time)
                .channelInitializer { channel in channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(FirstBytes(promise)) } }
                .connect(host: address, port: port).get()
            if !question.isEmpty { channel.writeAndFlush(ByteBuffer(bytes: question), promise: nil) }
            channel.eventLoop.scheduleTask(in: time) { channel.close(promise: nil) }
            let answer = try await promise.futureResult.get()
            channel.close(promise: nil)
            return answer
        } catch {
            promise.succeed([])
            return []
        }
    }

    private final class FirstBytes: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let promise: EventLoopPromise<[UInt8]>
        init(_ promise: EventLoopPromise<[UInt8]>) { self.promise = promise }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) { promise.succeed(Array(unwrapInboundIn(data).readableBytesView.prefix(256))) }
        func channelInactive(context: ChannelHandlerContext) { promise.succeed([]) }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { promise.succeed([]) }
    }

    /// What answers where DICOM does not: tried by asking in other protocols.
    static func whatSpeaks(_ address: String, _ port: Int) async -> String? {
        let greeting = await ask(address, port, [], within: .milliseconds(700))
        if greeting.starts(with: "SSH-".utf8) { return "SSH" }
        if greeting.starts(with: "220".utf8) { return "mail or FTP" }
        let http = await ask(address, port, Array("GET / HTTP/1.0\r\n\r\n".utf8), within: .seconds(2))
        if http.starts(with: "HTTP/".utf8) { return "HTTP" }
        if http.starts(with: [0x15, 0x03]) { return "TLS" }
        let tls = await ask(address, port, clientHello, within: .seconds(2))
        if tls.starts(with: [0x16, 0x03]) || tls.starts(with: [0x15, 0x03]) { return "TLS" }
        return nil
    }

    /// A minimal TLS 1.2 ClientHello (RFC 5246 §7.4.1.2): enough to be answered by ServerHello or an alert.
    private static let clientHello: [UInt8] = {
        let suites: [UInt8] = [0xC0, 0x2F, 0xC0, 0x30, 0xC0, 0x2B, 0xC0, 0x2C, 0x00, 0x9C, 0x00, 0x2F]
        let extensions: [UInt8] = [
            0x00, 0x0A, 0x00, 0x06, 0x00, 0x04, 0x00, 0x17, 0x00, 0x18,  // supported groups: P-256, P-384
            0x00, 0x0B, 0x00, 0x02, 0x01, 0x00,  // uncompressed points
            0x00, 0x0D, 0x00, 0x0A, 0x00, 0x08, 0x04, 0x01, 0x04, 0x03, 0x08, 0x04, 0x05, 0x01,  // signature algorithms
        ]
        func length(_ count: Int) -> [UInt8] { [UInt8(count >> 8), UInt8(count & 0xFF)] }
        let random = (0..<32).map { _ in UInt8.random(in: 0...255) }
        let body = [0x03, 0x03] + random + [0] + length(suites.count) + suites + [1, 0] + length(extensions.count) + extensions
        let handshake = [0x01, 0x00] + length(body.count) + body
        return [0x16, 0x03, 0x01] + length(handshake.count) + handshake
    }()
}
