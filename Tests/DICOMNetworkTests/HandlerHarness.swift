import DICOM
import NIOCore
import NIOEmbedded
import Synchronization

@testable import DICOMNetwork

/// An association's handler on a channel without socket and with a clock of its own.
final class HandlerHarness: Sendable {
    let channel: NIOAsyncTestingChannel
    let inbox: Inbox
    let records = Collector<AssociationRecord>()
    let reads = Collector<Void>()
    private let holdsWrites = Mutex(false)

    /// Between the handler and the wire: counts what it reads, and can keep what it writes from ever being done.
    private final class Wire: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        let harness: HandlerHarness
        private var held: [EventLoopPromise<Void>] = []
        init(_ harness: HandlerHarness) { self.harness = harness }

        func read(context: ChannelHandlerContext) {
            harness.reads.add(())
            context.read()
        }

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            guard harness.holdsWrites.withLock({ $0 }), let promise else { return context.write(data, promise: promise) }
            held.append(promise)
        }

        func handlerRemoved(context: ChannelHandlerContext) {
            for promise in held { promise.fail(ChannelError.ioOnClosedChannel) }
        }
    }

    init(request: AssociateRequest? = nil, refusal: AssociateReject? = nil, limits: NetworkLimits = NetworkLimits()) async throws {
        let channel = NIOAsyncTestingChannel()
        self.channel = channel
        inbox = Inbox(limit: limits.receiveQueueLength) {
            channel.triggerUserOutboundEvent(LocalRequest.resumeReading, promise: nil)
        }
        try await channel.testingEventLoop.submit { [self] in
            try channel.pipeline.syncOperations.addHandlers(
                Wire(self),
                AssociationHandler(
                    request: request, refusal: refusal, address: PeerAddress(host: "10.0.0.7", port: 104), limits: limits,
                    inbox: inbox, onEnd: { [records] in records.add($0) }
                )
            )
        }.get()
        try await channel.connect(to: try SocketAddress(ipAddress: "10.0.0.7", port: 104))
    }

    static let contexts: [ProposedContext] = [
        .init(id: 1, abstractSyntax: CommandSet.verification, transferSyntaxes: [implicitLittle]),
        .init(id: 3, abstractSyntax: ctImageStorage, transferSyntaxes: [explicitLittle]),
    ]
    static let request = AssociateRequest(
        calledAETitle: title("ISOCENTER"), callingAETitle: title("SCU"), presentationContexts: contexts, userInformation: .init()
    )
    static var accept: AssociateAccept {
        AssociateAccept(
            calledAETitle: title("ISOCENTER"), callingAETitle: title("SCU"),
            presentationContexts: contexts.map { .init(id: $0.id, result: .acceptance, transferSyntax: $0.transferSyntaxes[0]) },
            userInformation: .init()
        )
    }

    /// An acceptor that has just accepted both contexts.
    static func established(limits: NetworkLimits = NetworkLimits()) async throws -> HandlerHarness {
        let harness = try await HandlerHarness(limits: limits)
        try await harness.receive(.associateRequest(request))
        guard case .element(.request) = try await harness.inbox.take(.establishment) else { throw NetworkError.notEstablished }
        try await harness.ask(.accept(accept))
        guard case .associateAccept? = try await harness.sent() else { throw NetworkError.notEstablished }
        return harness
    }

    /// A requestor whose request has just been accepted.
    static func requestor(limits: NetworkLimits = NetworkLimits()) async throws -> HandlerHarness {
        let harness = try await HandlerHarness(request: request, limits: limits)
        guard case .associateRequest? = try await harness.sent() else { throw NetworkError.notEstablished }
        try await harness.receive(.associateAccept(accept))
        guard case .element(.accepted) = try await harness.inbox.take(.establishment) else { throw NetworkError.notEstablished }
        return harness
    }

    func receive(_ pdu: PDU) async throws { try await channel.writeInbound(try pdu.encoded()) }
    func receive(_ values: PresentationDataValue...) async throws { try await receive(.data(values)) }
    func receive(bytes: ByteBuffer) async throws { try await channel.writeInbound(bytes) }

    func ask(_ request: LocalRequest) async throws {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.triggerUserOutboundEvent(request, promise: promise)
        try await promise.futureResult.get()
    }

    /// The next PDU that was written; nil where none was.
    func sent() async throws -> PDU? {
        guard let bytes = try await channel.readOutbound(as: ByteBuffer.self) else { return nil }
        guard let output = try decode(bytes).first else { return nil }
        switch output {
        case .pdu(let pdu): return pdu
        case .data(let value): return .data([value])
        }
    }

    func holdWrites() { holdsWrites.withLock { $0 = true } }
    func advance(_ time: TimeAmount) async { await channel.testingEventLoop.advanceTime(by: time) }
    var isOpen: Bool { channel.isActive }
    var end: AssociationEnd? { records.items.first?.end }

    /// Waits for something as a consumer does, and returns once it is waiting.
    func consumer(_ want: Inbox.Want = .command) async -> Task<Result<Inbox.Taken, NetworkError>, Never> {
        let task = Task<Result<Inbox.Taken, NetworkError>, Never> { [inbox] in
            do throws(NetworkError) { return .success(try await inbox.take(want)) } catch { return .failure(error) }
        }
        while !inbox.isAwaited { await Task.yield() }
        return task
    }
}

extension Result where Success == Inbox.Taken, Failure == NetworkError {
    var error: NetworkError? { if case .failure(let error) = self { error } else { nil } }
}
