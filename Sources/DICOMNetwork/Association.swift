import DICOM
import NIOCore
import Synchronization

/// An established association, in either role.
///
/// One task at a time reads `messages`: the peer's requests. Responses to requests of ours go to whoever made them, and any task
/// may send: messages are written whole, one after the other. What arrives waits in bounded queues; when nobody takes it, reading
/// stops and TCP holds the peer back.
public final class Association: Sendable {
    public let address: PeerAddress
    public let isRequestor: Bool
    public let request: AssociateRequest
    public let answer: AssociateAccept
    /// nil on a connection without TLS.
    public let tls: TLSSession?
    /// The accepted contexts, in the order proposed.
    public let presentationContexts: [PresentationContext]
    public let limits: NetworkLimits

    let channel: any Channel
    let inbox: Inbox
    let turn = SendTurn()
    /// Bytes of pending responses that are not yet with the kernel.
    private let onTheWay = Atomic<Int>(0)
    /// Operations that nobody follows to their end any longer.
    let drains = Mutex<[Task<Void, Never>]>([])

    init(
        address: PeerAddress, isRequestor: Bool, request: AssociateRequest, answer: AssociateAccept,
        tls: TLSSession? = nil, limits: NetworkLimits, channel: any Channel, inbox: Inbox
    ) {
        self.address = address
        self.isRequestor = isRequestor
        self.request = request
        self.answer = answer
        self.tls = tls
        self.limits = limits
        self.channel = channel
        self.inbox = inbox
        presentationContexts = PresentationContext.agreed(request, answer)
    }

    deinit {
        // Nobody is left who could release it. (An acceptor's is ended by its listener.)
        if isRequestor, inbox.end == nil {
            channel.triggerUserOutboundEvent(LocalRequest.abort(.abortedByUs("no longer used"), close: false), promise: nil)
        }
    }

    public var callingAETitle: AETitle? { request.callingAETitle }
    public var calledAETitle: AETitle? { request.calledAETitle }

    /// What the other side says of itself.
    public var peerInformation: UserInformation { isRequestor ? answer.userInformation : request.userInformation }

    /// What was agreed about a SOP class by extended negotiation (PS3.7 §D.3.3.5): the acceptor's answer; nil where there is none,
    /// and the class behaves as if nothing had been proposed.
    public func extendedNegotiation(of sopClass: UID) -> [UInt8]? {
        guard request.userInformation.extendedNegotiations.contains(where: { $0.sopClass == sopClass }) else { return nil }
        return answer.userInformation.extendedNegotiations.first { $0.sopClass == sopClass }?.applicationInformation
    }

    /// What we have asked and the peer has not answered.
    var operations: OutstandingOperations { inbox.operations }

    /// How many operations may be outstanding, seen from this side: invoked by us and performed by us (PS3.7 §D.3.3.3).
    /// One of each unless something else was agreed; 0 is no limit.
    public var window: AsynchronousOperationsWindow {
        guard request.userInformation.asynchronousOperationsWindow != nil, let agreed = answer.userInformation.asynchronousOperationsWindow
        else { return AsynchronousOperationsWindow(invoked: 1, performed: 1) }
        return isRequestor ? agreed : AsynchronousOperationsWindow(invoked: agreed.performed, performed: agreed.invoked)
    }

    /// How it ended; nil while it lasts.
    public var end: AssociationEnd? { inbox.end }

    // MARK: Receiving

    /// The peer's requests as they come. Ends with the association where it is released or this side shuts down; a failure otherwise.
    public var messages: Messages { Messages(association: self) }

    public struct Messages: AsyncSequence, AsyncIteratorProtocol, Sendable {
        public typealias Element = IncomingMessage
        public typealias Failure = NetworkError
        let association: Association

        public func makeAsyncIterator() -> Messages { self }

        public func next() async throws(NetworkError) -> IncomingMessage? { try await association.nextMessage() }
        public func next(isolation actor: isolated (any Actor)?) async throws(NetworkError) -> IncomingMessage? {
            try await association.nextMessage()
        }
    }

    /// The next request; what is left of the current one's data set is read and thrown away.
    ///
    /// - Returns: nil once the association is released, or where this side shuts down.
    /// - Throws: `ended` saying how, for any other end.
    public func nextMessage() async throws(NetworkError) -> IncomingMessage? {
        do throws(NetworkError) {
            switch try await inbox.take(.command) {
            case .command(let command, let contextID, let number):
                guard let context = presentationContexts.first(where: { $0.id == contextID }) else {
                    throw .malformedMessage("presentation context \(contextID) was not accepted")
                }
                let dataSet = command.hasDataSet ? IncomingDataSet(inbox: inbox, number: number) : nil
                return IncomingMessage(command: command, context: context, dataSet: dataSet)
            case .element(.release):
                channel.triggerUserOutboundEvent(LocalRequest.releaseResponse, promise: nil)
                return nil
            case .element, .endOfDataSet, .closing:
                return nil
            }
        } catch .ended(.released) {
            return nil
        }
    }

    // MARK: Sending

    /// A message without data set. A request returns when it is with the kernel; a response, of which there may be thousands, as soon
    /// as little enough is on its way there. Where that fails the next one says so.
    public func send(_ command: CommandSet, in context: PresentationContext) async throws(NetworkError) {
        var fragmenter = self.fragmenter(context)
        fragmenter.command(command)
        try await write(fragmenter.takeParts(), of: command)
    }

    /// A message with a data set that is encoded in the context's transfer syntax already.
    public func send(_ command: CommandSet, in context: PresentationContext, dataSet: ByteBuffer) async throws(NetworkError) {
        var fragmenter = self.fragmenter(context)
        fragmenter.command(command)
        fragmenter.data(dataSet)
        fragmenter.endOfData()
        try await write(fragmenter.takeParts(), of: command)
    }

    /// The same, with a data set that comes piece by piece. Two writes are under way at most; the peer's pace is ours.
    ///
    /// Where `dataSet` fails, the association is aborted, as a message cannot be taken back, and its error thrown on.
    public func send<Bytes: AsyncSequence>(
        _ command: CommandSet, in context: PresentationContext, dataSet: Bytes
    ) async throws where Bytes.Element == ByteBuffer {
        await turn.take()
        defer { turn.pass() }
        var fragmenter = self.fragmenter(context)
        fragmenter.command(command)
        var underWay: EventLoopFuture<Void>?
        do {
            for try await chunk in dataSet {
                fragmenter.data(chunk)
                guard fragmenter.readyBytes >= Self.writeLength else { continue }
                let next = startWrite(fragmenter.takeParts())
                if let previous = underWay { try await finishWrite(previous) }
                underWay = next
            }
        } catch {
            abort("the data set to be sent could not be read: \(error)")
            throw error
        }
        fragmenter.endOfData()
        noteSent(command)
        let last = startWrite(fragmenter.takeParts())
        if let underWay { try await finishWrite(underWay) }
        try await finishWrite(last)
    }

    /// Fragments are gathered to writes of about this size.
    private static let writeLength = 128 << 10

    private func fragmenter(_ context: PresentationContext) -> MessageFragmenter {
        // A peer that is silent about its limit gets what every implementation takes.
        MessageFragmenter(contextID: context.id, maximumLength: peerInformation.maximumLength ?? 16384, limits: limits)
    }

    /// The turn is only for the order: the next message may be written before this one is with the kernel.
    private func write(_ bytes: [ByteBuffer], of command: CommandSet) async throws(NetworkError) {
        await turn.take()
        noteSent(command)
        let write = startWrite(bytes)
        turn.pass()
        if command.status != nil, isAhead(by: bytes.reduce(0) { $0 + $1.readableBytes }, until: write) { return }
        try await finishWrite(write)
    }

    /// Whether so little is on its way to the kernel that the sender may go on.
    private func isAhead(by length: Int, until write: EventLoopFuture<Void>) -> Bool {
        guard onTheWay.wrappingAdd(length, ordering: .relaxed).newValue <= Self.writeLength else {
            onTheWay.wrappingSubtract(length, ordering: .relaxed)
            return false
        }
        write.whenComplete { [weak self] _ in self?.onTheWay.wrappingSubtract(length, ordering: .relaxed) }
        return true
    }

    private func noteSent(_ command: CommandSet) {
        inbox.tally.sent(command)
        if !command.field.isRequest, let id = command.messageIDBeingRespondedTo, command.status?.category != .pending {
            inbox.forgetCancellation(messageID: id)
        }
    }

    private func startWrite(_ bytes: [ByteBuffer]) -> EventLoopFuture<Void> {
        let promise = channel.eventLoop.makePromise(of: Void.self)
        channel.triggerUserOutboundEvent(LocalRequest.parts(bytes), promise: promise)
        return promise.futureResult
    }

    private func finishWrite(_ write: EventLoopFuture<Void>) async throws(NetworkError) {
        do {
            try await write.get()
        } catch let error as NetworkError {
            throw error
        } catch {
            throw .ended(inbox.end ?? .connectionLost(words(error)))
        }
    }

    // MARK: Ending

    /// Releases and waits until the peer has agreed, or the time for that is over.
    public func release() async throws(NetworkError) {
        await drained()
        channel.triggerUserOutboundEvent(LocalRequest.release, promise: nil)
        do throws(NetworkError) {
            _ = try await inbox.take(.end)
        } catch .ended(.released) {
            return
        }
    }

    /// Ends it at once. Does nothing where it has ended.
    ///
    /// - Parameter reason: for our log; the protocol has no words for the peer.
    public func abort(_ reason: String) {
        channel.triggerUserOutboundEvent(LocalRequest.abort(.abortedByUs(reason), close: false), promise: nil)
    }
}

/// A message from the peer (PS3.7 §6.3).
public struct IncomingMessage: Sendable {
    public let command: CommandSet
    public let context: PresentationContext
    /// In the context's transfer syntax; nil where the command has none.
    public let dataSet: IncomingDataSet?
}

/// The bytes of a data set as they arrive, in pieces of the size of a read. They can be gone through once, and need not be.
public struct IncomingDataSet: AsyncSequence, Sendable {
    public typealias Element = ByteBuffer
    public typealias Failure = NetworkError
    let inbox: Inbox
    let number: Int

    public func makeAsyncIterator() -> Iterator { Iterator(dataSet: self) }

    public struct Iterator: AsyncIteratorProtocol {
        let dataSet: IncomingDataSet

        init(dataSet: IncomingDataSet) { self.dataSet = dataSet }

        public mutating func next() async throws(NetworkError) -> ByteBuffer? { try await dataSet.nextChunk() }
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(NetworkError) -> ByteBuffer? {
            try await dataSet.nextChunk()
        }
    }

    /// nil after the last; also once the next message has been asked for.
    ///
    /// - Throws: `ended` where the association ends before the data set does: what came is not the whole.
    public func nextChunk() async throws(NetworkError) -> ByteBuffer? {
        if case .element(.data(let bytes)) = try await inbox.take(.data(of: number)) { bytes } else { nil }
    }

    /// The whole of a small data set, as identifiers of queries are.
    public func collect(upTo limit: Int) async throws(NetworkError) -> ByteBuffer {
        var whole = ByteBuffer()
        while let chunk = try await nextChunk() {
            guard whole.readableBytes + chunk.readableBytes <= limit else {
                throw .malformedMessage("a data set of more than \(limit) bytes where a short one was due")
            }
            whole.writeImmutableBuffer(chunk)
        }
        return whole
    }
}
