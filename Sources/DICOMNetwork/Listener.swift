import Logging
import NIOCore
import NIOPosix
import Synchronization

/// Accepts associations on one address.
///
/// ```swift
/// let listener = try await Listener.bind(host: "::", port: 11112, policy: { request, connection in … })
/// try await listener.run { association in
///     for try await message in association.messages { … }
/// }
/// ```
public final class Listener: Sendable {
    /// What the caller of an association is granted; asked once for each, while the caller waits.
    public typealias Policy = @Sendable (AssociateRequest, ConnectionInfo) async -> NegotiationPolicy

    public let address: PeerAddress
    public let limits: NetworkLimits
    private let server: any Channel
    private let connections: AsyncStream<Connection>
    private let registry: Registry
    private let policy: Policy
    private let isSecured: Bool

    /// One accepted connection, before its association.
    private struct Connection: Sendable {
        let channel: any Channel
        let inbox: Inbox
        let address: PeerAddress
    }

    private init(
        server: any Channel, limits: NetworkLimits, connections: AsyncStream<Connection>, registry: Registry, policy: @escaping Policy,
        isSecured: Bool
    ) {
        self.server = server
        self.limits = limits
        self.connections = connections
        self.registry = registry
        self.policy = policy
        self.isSecured = isSecured
        address = PeerAddress(server.localAddress)
    }

    /// Listens. Connections are taken from now on, and served once `run` is called.
    ///
    /// - Parameters:
    ///   - host: name or numeric address; `::` is every IPv6 and IPv4 address.
    ///   - tls: nil is plain DICOM.
    ///   - port: 0 takes a free one, to be read from `address`.
    ///   - onEnd: called once for each connection, when how it ended is known; on an event loop, so it must not block.
    /// - Throws: `cannotListen`.
    public static func bind(
        host: String, port: Int, tls: TLSServer? = nil, limits: NetworkLimits = NetworkLimits(),
        group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        logger: Logger = Logger(label: "dimse"),
        onEnd: @escaping @Sendable (AssociationRecord) -> Void = { _ in },
        policy: @escaping Policy
    ) async throws(NetworkError) -> Listener {
        let (connections, arrivals) = AsyncStream.makeStream(of: Connection.self)
        let registry = Registry(limits: limits)
        // A literal IPv6 address may come in the brackets of a URL.
        let host = PeerAddress.withoutBrackets(host)
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 2)
            .childChannelOption(.recvAllocator, value: limits.recvAllocator)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let address = PeerAddress(channel.remoteAddress)
                    let admission = registry.admit(channel, address)
                    if admission == .close {
                        logger.warning("connection closed unheard: too many", metadata: ["peer": "\(address)"])
                        throw ChannelError.alreadyClosed
                    }
                    let inbox = Inbox(limit: limits.receiveQueueLength) {
                        channel.triggerUserOutboundEvent(LocalRequest.resumeReading, promise: nil)
                    }
                    let handler = AssociationHandler(
                        refusal: admission == .reject ? .localLimitExceeded : nil,
                        address: address, limits: limits, inbox: inbox
                    ) { record in
                        logger.info("association \(record)")
                        onEnd(record)
                    }
                    try channel.pipeline.syncOperations.addHandler(QuickAcknowledgement())
                    if let tls { try channel.pipeline.syncOperations.addHandlers(PlainPeerDetector(), tls.handler()) }
                    try channel.pipeline.syncOperations.addHandler(handler)
                    registry.enter(channel, inbox)
                    arrivals.yield(Connection(channel: channel, inbox: inbox, address: address))
                }
            }
        if host.contains(":") {
            // `::` takes IPv4 too, whatever the system's default is.
            bootstrap = bootstrap.serverChannelOption(ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0)
        }
        do {
            let server = try await bootstrap.bind(host: host, port: port).get()
            server.closeFuture.whenComplete { _ in arrivals.finish() }
            return Listener(server: server, limits: limits, connections: connections, registry: registry, policy: policy, isSecured: tls != nil)
        } catch {
            throw .cannotListen(host: host, port: port, words(error))
        }
    }

    /// Serves until `shutDown`, or until the task is cancelled; returns when the last association is over.
    ///
    /// An error thrown by `serve` aborts that one association; returning before the association's end aborts it too.
    ///
    /// - Parameter executor: preferred by the tasks that serve the associations.
    public func run(on executor: (any TaskExecutor)? = nil, _ serve: @escaping @Sendable (Association) async throws -> Void) async {
        await withDiscardingTaskGroup { group in
            for await connection in connections {
                group.addTask(executorPreference: executor) { await self.handle(connection, serve) }
            }
            // Ended by shutDown, or cancelled: then nobody listens any longer.
            server.close(promise: nil)
            if Task.isCancelled { registry.abortAll() }
        }
    }

    private func handle(_ connection: Connection, _ serve: @Sendable (Association) async throws -> Void) async {
        do {
            guard let association = try await establish(connection) else { return }
            do {
                try await serve(association)
                let isClosing = registry.isClosing || Task.isCancelled
                let end: AssociationEnd = isClosing ? .shutDown : .abortedByUs("the service ended it")
                connection.channel.triggerUserOutboundEvent(LocalRequest.abort(end, close: isClosing), promise: nil)
            } catch {
                let end: AssociationEnd = Task.isCancelled ? .shutDown : .abortedByUs("\(error)")
                connection.channel.triggerUserOutboundEvent(LocalRequest.abort(end, close: Task.isCancelled), promise: nil)
            }
        } catch {
            // How it ended is in its record. A cancelled wait leaves the connection open.
            connection.channel.triggerUserOutboundEvent(LocalRequest.abort(.shutDown, close: true), promise: nil)
        }
    }

    /// nil where the answer was a rejection.
    private func establish(_ connection: Connection) async throws(NetworkError) -> Association? {
        guard case .element(.request(let request)) = try await connection.inbox.take(.establishment) else { return nil }
        let tls = isSecured ? await TLSSession.of(connection.channel) : nil
        let granted = await policy(request, ConnectionInfo(address: connection.address, tls: tls))
        switch negotiate(request, granted, maximumLength: limits.announcedLength) {
        case .reject(let reject, let words):
            connection.channel.triggerUserOutboundEvent(LocalRequest.reject(reject, words: words), promise: nil)
            return nil
        case .accept(let answer):
            connection.channel.triggerUserOutboundEvent(LocalRequest.accept(answer), promise: nil)
            return Association(
                address: connection.address, isRequestor: false, request: request, answer: answer, tls: tls,
                limits: limits, channel: connection.channel, inbox: connection.inbox
            )
        }
    }

    /// Associations and connections open now.
    public var openConnections: Int { registry.count }
    /// False once it shuts down.
    public var accepts: Bool { !registry.isClosing }

    /// Stops accepting, lets messages that are being worked on finish, then aborts what is left. Returns when all is closed.
    public func shutDown(within grace: Duration = .seconds(10)) async {
        server.close(promise: nil)
        registry.closeAll()
        let aborting = server.eventLoop.scheduleTask(in: TimeAmount(grace)) { [registry] in registry.abortAll() }
        await registry.empty()
        aborting.cancel()
    }
}

extension NetworkLimits {
    var recvAllocator: AdaptiveRecvByteBufferAllocator {
        AdaptiveRecvByteBufferAllocator(minimum: 4096, initial: 8192, maximum: max(8192, receiveBufferLength))
    }
}
