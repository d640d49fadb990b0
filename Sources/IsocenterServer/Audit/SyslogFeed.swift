import Audit
import Database
import Foundation
import Logging
import NIOCore
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// Sends the audit trail to a syslog receiver, in order and from where it ended: the trail is the spool, a place in it is kept.
///
/// Syslog has no acknowledgement: what was written to a connection counts as received once that has stood for a while longer. After a
/// connection or this program ended, what was written last is sent again: a receiver may see records twice (their sequence says so), but
/// misses none.
struct SyslogFeed: Service {
    let trail: AuditTrail
    let receiver: SyslogReceiver
    let cursor: AuditCursor
    let source: AuditSource
    /// nil but for TLS.
    let tls: NIOSSLContext?
    let logger: Logger

    private static let batch = 100
    private static let settled = Duration.seconds(1)
    private static let longestPause = 60.0
    /// A write that takes longer ends the connection.
    private static let patience = TimeAmount.seconds(30)

    /// One for each receiver of the settings.
    ///
    /// - Throws: `ServerError` naming the file that cannot be used.
    static func feeds(_ trail: AuditTrail, _ settings: Settings, logger: Logger) async throws -> [SyslogFeed] {
        var feeds: [SyslogFeed] = []
        for receiver in settings[Settings.auditSyslog].compactMap({ SyslogReceiver($0) }) {
            let cursor = AuditCursor(trail, receiver: receiver.text)
            try await cursor.prepare()
            feeds.append(SyslogFeed(
                trail: trail, receiver: receiver, cursor: cursor, source: AuditSource(aeTitle: settings[Settings.aeTitle]),
                tls: receiver.transport == .tls ? try context(settings) : nil, logger: logger))
        }
        return feeds
    }

    private static func context(_ settings: Settings) throws -> NIOSSLContext {
        let (authorities, certificate, key) = (settings[Settings.auditSyslogAuthorities], settings[Settings.auditSyslogCertificate], settings[Settings.auditSyslogKey])
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        do {
            if !authorities.isEmpty { configuration.trustRoots = .certificates(try NIOSSLCertificate.fromPEMFile(authorities)) }
            if !certificate.isEmpty {
                configuration.certificateChain = try NIOSSLCertificate.fromPEMFile(certificate).map { .certificate($0) }
                configuration.privateKey = .privateKey(try NIOSSLPrivateKey(file: key, format: .pem))
            }
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw ServerError("audit.syslog: \([authorities, certificate, key].filter { !$0.isEmpty }.joined(separator: ", ")) cannot be used for TLS: \(error)")
        }
    }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = 0.5
            var isSilent = false
            while !Task.isCancelled {
                do {
                    try await send { if isSilent { logger.notice("audit messages reach \(receiver.text) again") }; (pause, isSilent) = (0.5, false) }
                } catch is CancellationError {
                    return
                } catch {
                    if !isSilent { logger.error("audit messages do not reach \(receiver.text), they are kept and sent later: \(error)") }
                    isSilent = true
                    try? await Task.sleep(for: .seconds(pause))  // Cancelled at the end.
                    pause = min(pause * 2, Self.longestPause)
                }
            }
        }
    }

    // MARK: One connection

    /// - Parameter arrived: called when something has been sent and the connection stood.
    /// - Throws: what ended the connection.
    private func send(arrived: () -> Void) async throws {
        let channel = try await connect()
        defer { channel.close(promise: nil) }
        let clock = ContinuousClock()
        var sent = try await cursor.place()
        /// Written, and when.
        var written: [(sequence: Int64, time: ContinuousClock.Instant)] = []
        while true {
            try Task.checkCancellation()
            guard channel.isActive else { throw ServerError("the connection has ended") }
            if let place = written.lastIndex(where: { clock.now - $0.time >= Self.settled }) {
                try await cursor.move(to: written[place].sequence)
                written.removeFirst(place + 1)
                arrived()
            }
            var query = AuditQuery()
            (query.after, query.limit) = (sent, Self.batch)
            let records = try await trail.records(query)
            guard let last = records.last else {
                try await Task.sleep(for: .milliseconds(250))
                continue
            }
            try await write(records, to: channel)
            sent = last.sequence
            written.append((sent, clock.now))
        }
    }

    private func write(_ records: [AuditRecord], to channel: any Channel) async throws {
        let limit = channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
        defer { limit.cancel() }
        let messages = records.map { SyslogMessage($0, from: source) }
        if receiver.transport == .udp {
            // What is longer than a datagram goes without its end (RFC 5426 §3.2).
            for message in messages { try await channel.writeAndFlush(ByteBuffer(bytes: message.bytes.prefix(65_000))) }
        } else {
            try await channel.writeAndFlush(ByteBuffer(bytes: messages.flatMap(\.counted)))
        }
    }

    private func connect() async throws -> any Channel {
        let group = MultiThreadedEventLoopGroup.singleton
        if receiver.transport == .udp { return try await DatagramBootstrap(group: group).connect(host: receiver.host, port: receiver.port).get() }
        return try await ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .channelInitializer { [tls, receiver] channel in
                guard let tls else { return channel.eventLoop.makeSucceededVoidFuture() }
                return channel.eventLoop.makeCompletedFuture {
                    // Of an address, the certificate must name that.
                    let isAddress = (try? SocketAddress(ipAddress: receiver.host, port: receiver.port)) != nil
                    try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : receiver.host))
                }
            }
            .connect(host: receiver.host, port: receiver.port).get()
    }
}
