import NIOCore
import NIOSSL

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// What the local user asks of an association's handler, as user event on its channel. The promise of `data` is kept when
/// the bytes are with the kernel.
enum LocalRequest: Sendable {
    case accept(AssociateAccept)
    case reject(AssociateReject, words: String)
    case data(ByteBuffer)
    /// The same in several buffers.
    case parts([ByteBuffer])
    case release
    case releaseResponse
    case abort(AssociationEnd, close: Bool)
    case resumeReading
    /// The side shuts down: what is not yet an association ends now.
    case closeUnlessEstablished
}

/// The shell around the values: bytes to `PDUDecoder` to `AssociationStateMachine` to `MessageAssembler` to `Inbox`, all on the
/// event loop; effects and timers on the channel.
final class AssociationHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    let limits: NetworkLimits
    let inbox: Inbox
    private let onEnd: @Sendable (AssociationRecord) -> Void
    var machine: AssociationStateMachine
    private var decoder: PDUDecoder
    var assembler: MessageAssembler?
    private let request: AssociateRequest?
    /// The response to a request of ours whose data set is arriving.
    private var response: OutstandingOperations.Response?

    private var record: AssociationRecord
    var hasEnded = false
    var context: ChannelHandlerContext?

    var isPaused = false
    private var wantsRead = false
    private var began = NIODeadline.uptimeNanoseconds(0)
    var lastActivity = NIODeadline.uptimeNanoseconds(0)
    var pendingWrites = 0
    var lastWriteProgress = NIODeadline.uptimeNanoseconds(0)
    private var artim: Scheduled<Void>?
    var watch: (at: NIODeadline, task: Scheduled<Void>)?

    /// - Parameters:
    ///   - request: what to ask for, as association-requestor; nil as acceptor.
    ///   - refusal: answer to whatever is asked, where too many associations are open.
    init(
        request: AssociateRequest? = nil, refusal: AssociateReject? = nil, address: PeerAddress,
        limits: NetworkLimits, inbox: Inbox, onEnd: @escaping @Sendable (AssociationRecord) -> Void
    ) {
        self.request = request
        self.limits = limits
        self.inbox = inbox
        self.onEnd = onEnd
        machine = AssociationStateMachine(role: request == nil ? .acceptor : .requestor, refusal: refusal)
        decoder = PDUDecoder(limits: limits)
        record = AssociationRecord(address: address, isRequestor: request != nil, end: .connectionLost(nil))
        note(request: request)
    }

    // MARK: Transport

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        began = context.eventLoop.now
        lastActivity = began
        if let request { run(.associateRequest(request)) }
        if context.channel.isActive { connected() }
    }

    func channelActive(context: ChannelHandlerContext) {
        connected()
        context.fireChannelActive()
    }

    private func connected() {
        guard machine.state == .sta1 || machine.state == .sta4 else { return }
        run(request == nil ? .transportIndication : .transportConnected)
        armWatch()
    }

    func channelInactive(context: ChannelHandlerContext) {
        if machine.state == .sta2 {
            finish(.connectionLost("closed before an association was requested"))
        }
        finish(.connectionLost(nil))
        run(.transportClosed)
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        finish(.connectionLost(nil))
        artim?.cancel()
        watch?.task.cancel()
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        finish(end(of: error, context))
        context.close(promise: nil)
    }

    private func end(of error: any Error, _ context: ChannelHandlerContext) -> AssociationEnd {
        if let failure = error as? TLSFailure { return .tls(failure) }
        if case NIOSSLError.uncleanShutdown = error { return .connectionLost(nil) }
        let certificate = context.pipeline.syncOperations.tlsHandler?.peerCertificate
        return TLSFailure(error, certificate: certificate, now: Int64(time(nil))).map { .tls($0) } ?? .connectionLost(words(error))
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let buffer = unwrapInboundIn(data)
        record.bytesReceived += UInt64(buffer.readableBytes)
        lastActivity = context.eventLoop.now
        guard !hasEnded else { return }
        if record.request == nil || record.answer == nil, record.tls == nil { record.tls = TLSSession(context.pipeline.syncOperations) }
        decoder.feed(buffer)
        do throws(NetworkError) {
            while !hasEnded, let output = try decoder.next() {
                switch output {
                case .data(let value): run(.data(value))
                case .pdu(let pdu): receive(pdu)
                }
            }
        } catch {
            refuse(error)
        }
    }

    func read(context: ChannelHandlerContext) {
        if isPaused { wantsRead = true } else { context.read() }
    }

    private func receive(_ pdu: PDU) {
        switch pdu {
        case .abort(let abort): finish(.abortedByPeer(abort))
        case .associateRequest(let request) where machine.state == .sta2: note(request: request)
        default: break
        }
        run(.pdu(pdu))
    }

    /// Bytes that are no PDU (Evt19).
    private func refuse(_ error: NetworkError) {
        if case .foreignProtocol(let peer) = error {
            finish(.foreignProtocol(peer))
            if peer == .http { return answerHTTP() }
            run(.invalidPDU(.unrecognizedPDU))
            context?.close(promise: nil)
            return
        }
        finish(.protocolError(error.description))
        if case .unknownPDU = error { run(.invalidPDU(.unrecognizedPDU)) } else { run(.invalidPDU(.invalidParameterValue)) }
    }

    /// A browser shows its user what this is, where an A-ABORT would be noise.
    private func answerHTTP() {
        let text = "This port speaks DICOM, not HTTP.\n"
        let answer = ByteBuffer(string: """
            HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\nConnection: close\r\n\r\n\(text)
            """)
        guard let context else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in bound.value.close(promise: nil) }
    }

    private func assemble(_ value: PresentationDataValue) {
        guard var assembler else { return }
        let wasInMessage = assembler.isInMessage
        do throws(NetworkError) {
            try assembler.handle(value) { output in
                switch output {
                case .command(let command, _) where command.field == .cCancelRequest:
                    inbox.cancel(messageID: command.messageIDBeingRespondedTo ?? 0)
                case .command(let command, let contextID):
                    record.messagesReceived += 1
                    if command.field.isRequest {
                        put(.command(command, contextID: contextID))
                    } else {
                        receive(response: command, contextID)
                    }
                case .data(let bytes): if response == nil { put(.data(bytes)) } else { receive(responseData: bytes) }
                case .endOfDataSet: if response == nil { put(.endOfDataSet) } else { endResponse() }
                }
            }
            self.assembler = assembler
            if assembler.isInMessage, !wasInMessage { armWatch() }
        } catch {
            abort(.protocolError(error.description))
        }
    }

    private func put(_ element: Inbox.Element) {
        if inbox.put(element) { isPaused = true }
    }

    private func receive(response command: CommandSet, _ contextID: UInt8) {
        inbox.tally.received(command)
        switch inbox.operations.route(command) {
        case .messages: put(.command(command, contextID: contextID))
        case .unexpected(let what): abort(.protocolError(what))
        case .collect:
            response = .init(command: command, contextID: contextID, dataSet: command.hasDataSet ? ByteBuffer() : nil)
            if !command.hasDataSet { endResponse() }
        }
    }

    private func receive(responseData bytes: ByteBuffer) {
        guard (response?.dataSet?.readableBytes ?? 0) + bytes.readableBytes <= Association.responseLength else {
            response = nil
            return abort(.protocolError("a response with a data set of more than \(Association.responseLength) bytes"))
        }
        _ = response?.dataSet?.writeImmutableBuffer(bytes)
    }

    private func endResponse() {
        guard let response else { return }
        self.response = nil
        if inbox.operations.put(response) { isPaused = true }
    }

    private func resumeReading() {
        guard isPaused, hasEnded || !inbox.isPaused && !inbox.operations.isPaused else { return }
        isPaused = false
        if let context { lastActivity = context.eventLoop.now }
        if wantsRead {
            wantsRead = false
            context?.read()
        }
    }

    // MARK: Requests of the local user

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        guard let request = event as? LocalRequest else { return context.triggerUserOutboundEvent(event, promise: promise) }
        lastActivity = context.eventLoop.now
        switch request {
        case .accept(let accept):
            guard machine.state == .sta3 else { break }
            established(accept)
            run(.accept(accept))
        case .reject(let reject, let words):
            guard machine.state == .sta3 else { break }
            record.detail = words
            finish(.rejected(reject))
            run(.reject(reject))
        case .data(let bytes):
            return send([bytes], promise)
        case .parts(let parts):
            return send(parts, promise)
        case .release:
            run(.releaseRequest)
            armWatch()
        case .releaseResponse:
            guard machine.state == .sta8 else { break }
            run(.releaseResponse)
            finish(.released)
        case .abort(let end, let close):
            abort(end)
            if close { context.close(promise: nil) }
        case .resumeReading:
            resumeReading()
        case .closeUnlessEstablished:
            guard [.sta1, .sta2, .sta3, .sta13].contains(machine.state) else { break }
            abort(.shutDown)
            context.close(promise: nil)
        }
        promise?.succeed()
    }

    private func send(_ parts: [ByteBuffer], _ promise: EventLoopPromise<Void>?) {
        guard let context else { promise?.fail(NetworkError.notEstablished); return }
        guard let last = parts.last else { promise?.succeed(); return }
        guard case .sendData? = machine.handle(.dataRequest(last)).first else {
            promise?.fail(hasEnded ? NetworkError.ended(record.end) : NetworkError.notEstablished)
            return
        }
        if pendingWrites == 0 { lastWriteProgress = context.eventLoop.now }
        pendingWrites += 1
        record.bytesSent += parts.reduce(0) { $0 + UInt64($1.readableBytes) }
        let written = promise ?? context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            let handler = bound.value
            handler.pendingWrites -= 1
            if let now = handler.context?.eventLoop.now {
                handler.lastWriteProgress = now
                handler.lastActivity = now
            }
        }
        // One system call takes them all.
        for part in parts.dropLast() { context.write(wrapOutboundOut(part), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(last), promise: written)
        if pendingWrites > 0 { armWatch() }
    }

    func abort(_ end: AssociationEnd) {
        finish(end)
        run(.abortRequest)
        // Table 9-10 knows no abort before an association is requested: there is no one to be told.
        if machine.state == .sta2 { context?.close(promise: nil) }
    }

    // MARK: Effects

    func run(_ event: AssociationStateMachine.Event) {
        for effect in machine.handle(event) { run(effect, event) }
    }

    private func run(_ effect: AssociationStateMachine.Effect, _ event: AssociationStateMachine.Event) {
        guard let context else { return }
        switch effect {
        case .openTransport:
            break  // The bootstrap does.
        case .closeTransport:
            context.close(promise: nil)
        case .send(let pdu):
            if case .abort = pdu { finish(.protocolError(unexpected(event))) }
            if case .associateReject(let reject) = pdu { finish(.rejected(reject)) }
            do {
                let bytes = try pdu.encoded()
                record.bytesSent += UInt64(bytes.readableBytes)
                context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
            } catch {
                finish(.abortedByUs("\(pdu.kind) cannot be written: \(error)"))
                context.close(promise: nil)
            }
        case .sendData(let bytes):
            context.writeAndFlush(wrapOutboundOut(bytes), promise: nil)
        case .startARTIM:
            artim?.cancel()
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            artim = context.eventLoop.scheduleTask(in: limits.artim) { bound.value.artimExpired() }
        case .stopARTIM:
            artim?.cancel()
            artim = nil
        case .indicate(let indication):
            indicate(indication)
        }
    }

    private func indicate(_ indication: AssociationStateMachine.Indication) {
        switch indication {
        case .associate(let request):
            put(.request(request))
        case .accepted(let accept):
            established(accept)
            put(.accepted(accept))
        case .rejected(let reject):
            finish(.rejected(reject))
        case .data(let value):
            assemble(value)
        case .release:
            if assembler?.isInMessage == true {
                abort(.protocolError("A-RELEASE-RQ in the middle of a message"))
            } else if inbox.operations.isAwaited {
                // The peer will say no more, and whoever waits for its answer takes no release.
                run(.releaseResponse)
                finish(.released)
            } else {
                put(.release)
            }
        case .releaseCollision:
            if machine.role == .requestor { run(.releaseResponse) }
        case .released:
            finish(.released)
            if machine.state == .sta12 { run(.releaseResponse) }
        case .aborted(let abort):
            finish(.abortedByPeer(abort))
        case .providerAborted:
            finish(.connectionLost(nil))
        }
    }

    private func unexpected(_ event: AssociationStateMachine.Event) -> String {
        switch event {
        case .pdu(let pdu): "\(pdu.kind) where it was not expected"
        case .data: "P-DATA-TF where it was not expected"
        default: "an invalid PDU"
        }
    }

    private func note(request: AssociateRequest?) {
        record.request = request
        record.request?.userInformation.userIdentity = nil
    }

    private func established(_ accept: AssociateAccept) {
        record.answer = accept
        let ids = accept.presentationContexts.filter { $0.result == .acceptance }.map(\.id)
        assembler = MessageAssembler(contextIDs: Set(ids), commandSetLength: limits.commandSetLength)
    }

    /// The first end is the true one; what follows is its consequence.
    func finish(_ end: AssociationEnd) {
        guard !hasEnded else { return }
        hasEnded = true
        record.end = end
        inbox.tally.write(to: &record)
        if let context { record.lasted = .nanoseconds((context.eventLoop.now - began).nanoseconds) }
        inbox.finish(end)
        onEnd(record)
        // So that the peer's close is noticed.
        resumeReading()
    }
}
