import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

private let echo = CommandSet.echoRequest(messageID: 3)
private let store = CommandSet.storeRequest(messageID: 4, sopClass: ctImageStorage, sopInstance: UID("1.2.3")!)

private func command(_ command: CommandSet, context: UInt8 = 1) -> PresentationDataValue {
    PresentationDataValue(contextID: context, isCommand: true, isLast: true, bytes: command.encoded())
}

@Suite("Timers")
struct TimerTests {
    @Test("ARTIM: a connection that asks for nothing is closed", arguments: [0, 1, 100, 210])
    func artim(bytes: Int) async throws {
        let harness = try await HandlerHarness()
        let request = try #require(Fixture.pdus("echo", ">").first)
        if bytes > 0 { try await harness.receive(bytes: request.getSlice(at: request.readerIndex, length: bytes) ?? ByteBuffer()) }
        await harness.advance(.milliseconds(29_999))
        #expect(harness.isOpen && harness.end == nil)
        await harness.advance(.milliseconds(1))
        #expect(!harness.isOpen)
        #expect(harness.end == .noAssociation(seconds: 30))
    }

    @Test("ARTIM stops with the request and closes a rejected connection")
    func artimAfterRejection() async throws {
        let harness = try await HandlerHarness()
        try await harness.receive(.associateRequest(HandlerHarness.request))
        await harness.advance(.seconds(1000))
        #expect(harness.isOpen)
        try await harness.ask(.reject(.callingAETitleNotRecognized, words: "unknown"))
        #expect(try await harness.sent() == .associateReject(.callingAETitleNotRecognized))
        #expect(harness.isOpen)
        await harness.advance(.seconds(30))
        #expect(!harness.isOpen)
        #expect(harness.end == .rejected(.callingAETitleNotRecognized))
        #expect(harness.records.items.map(\.detail) == ["unknown"])
    }

    @Test("Idle: aborted when nothing is heard while we wait")
    func idle() async throws {
        let harness = try await HandlerHarness.established()
        let consumer = await harness.consumer()
        await harness.advance(.seconds(299))
        #expect(harness.end == nil)
        await harness.advance(.seconds(1))
        #expect(harness.end == .idle(seconds: 300))
        #expect(try await harness.sent() == .abort(.serviceUser))
        #expect(await consumer.value.error == .ended(.idle(seconds: 300)))
        // The peer does not close: ARTIM does.
        #expect(harness.isOpen)
        await harness.advance(.seconds(30))
        #expect(!harness.isOpen)
    }

    @Test("Each message puts the idle time off") func activity() async throws {
        let harness = try await HandlerHarness.established()
        for _ in 0..<10 {
            let consumer = await harness.consumer()
            await harness.advance(.seconds(200))
            try await harness.receive(command(echo))
            _ = try await consumer.value.get()
        }
        #expect(harness.end == nil)
        let consumer = await harness.consumer()
        await harness.advance(.seconds(300))
        #expect(await consumer.value.error == .ended(.idle(seconds: 300)))
    }

    @Test("Our own slowness is not the peer's idleness") func busy() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(echo))
        _ = try await harness.inbox.take(.command)
        await harness.advance(.hours(5))
        #expect(harness.end == nil && harness.isOpen)
    }

    @Test("DIMSE: aborted when a message stops half-way", arguments: [
        [data(command: true, Array(echo.encoded().readableBytesView.prefix(9)))],
        [command(store, context: 3)],
        [command(store, context: 3), data(context: 3, [1, 2, 3])],
    ])
    func stalled(values: [PresentationDataValue]) async throws {
        let harness = try await HandlerHarness.established()
        for value in values { try await harness.receive(value) }
        await harness.advance(.milliseconds(59_999))
        #expect(harness.end == nil)
        await harness.advance(.milliseconds(1))
        #expect(harness.end == .stalled(seconds: 60))
        #expect(try await harness.sent() == .abort(.serviceUser))
    }

    @Test("A slow data set is not a stalled one") func slow() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3))
        for _ in 0..<100 {
            await harness.advance(.seconds(59))
            try await harness.receive(data(context: 3, [1]))
        }
        #expect(harness.end == nil)
    }

    @Test("A peer that does not take our answer") func writeStalled() async throws {
        let harness = try await HandlerHarness.established()
        harness.holdWrites()
        harness.channel.triggerUserOutboundEvent(LocalRequest.data(ByteBuffer(bytes: [4])), promise: nil)
        await harness.advance(.seconds(59))
        #expect(harness.end == nil)
        await harness.advance(.seconds(1))
        #expect(harness.end == .stalled(seconds: 60))
    }

    @Test("No answer to our association request") func noAnswer() async throws {
        let harness = try await HandlerHarness(request: HandlerHarness.request)
        let consumer = await harness.consumer(.establishment)
        await harness.advance(.seconds(30))
        #expect(await consumer.value.error == .ended(.noResponse(seconds: 30)))
    }

    @Test("No answer to our operation") func noResponse() async throws {
        let harness = try await HandlerHarness.requestor()
        await harness.advance(.hours(1))
        #expect(harness.end == nil)
        let consumer = await harness.consumer()
        try await harness.ask(.data(ByteBuffer(bytes: [4])))
        await harness.advance(.seconds(299))
        #expect(harness.end == nil)
        await harness.advance(.seconds(1))
        #expect(await consumer.value.error == .ended(.noResponse(seconds: 300)))
    }

    @Test("No answer to our release") func noReleaseResponse() async throws {
        let harness = try await HandlerHarness.requestor()
        try await harness.ask(.release)
        #expect(try await harness.sent() == .releaseRequest)
        await harness.advance(.seconds(30))
        #expect(harness.end == .noResponse(seconds: 30))
        #expect(try await harness.sent() == .abort(.serviceUser))
    }
}

@Suite("Ends of an association")
struct AssociationEndTests {
    @Test func release() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(.releaseRequest)
        guard case .element(.release) = try await harness.inbox.take(.command) else { Issue.record("no release"); return }
        try await harness.ask(.releaseResponse)
        #expect(try await harness.sent() == .releaseResponse)
        #expect(harness.end == .released)
    }

    @Test("Release collision, as acceptor and as requestor") func collision() async throws {
        let acceptor = try await HandlerHarness.established()
        try await acceptor.ask(.release)
        #expect(try await acceptor.sent() == .releaseRequest)
        try await acceptor.receive(.releaseRequest)
        #expect(try await acceptor.sent() == nil)
        try await acceptor.receive(.releaseResponse)
        #expect(try await acceptor.sent() == .releaseResponse)
        #expect(acceptor.end == .released)

        let requestor = try await HandlerHarness.requestor()
        try await requestor.ask(.release)
        #expect(try await requestor.sent() == .releaseRequest)
        try await requestor.receive(.releaseRequest)
        #expect(try await requestor.sent() == .releaseResponse)
        try await requestor.receive(.releaseResponse)
        #expect(requestor.end == .released)
        #expect(!requestor.isOpen)
    }

    @Test("Abort and loss in the middle of a data set fail the one who reads it", arguments: [true, false])
    func cut(aborts: Bool) async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3), data(context: 3, [1, 2, 3]))
        guard case .command(_, _, let number) = try await harness.inbox.take(.command) else { Issue.record("no command"); return }
        guard case .element(.data) = try await harness.inbox.take(.data(of: number)) else { Issue.record("no data"); return }
        let consumer = await harness.consumer(.data(of: number))
        if aborts { try await harness.receive(.abort(.serviceUser)) } else { try await harness.channel.close() }
        let expected: AssociationEnd = aborts ? .abortedByPeer(.serviceUser) : .connectionLost(nil)
        #expect(await consumer.value.error == .ended(expected))
        #expect(harness.end == expected)
        #expect(!harness.isOpen)
    }

    @Test("A whole message that was received before the abort can still be read") func wholeBeforeAbort() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3), data(context: 3, last: true, [1, 2, 3]))
        try await harness.receive(.abort(.serviceUser))
        guard case .command(_, _, let number) = try await harness.inbox.take(.command) else { Issue.record("no command"); return }
        guard case .element(.data(let bytes)) = try await harness.inbox.take(.data(of: number)) else { Issue.record("no data"); return }
        #expect(bytes == ByteBuffer(bytes: [1, 2, 3]))
        guard case .endOfDataSet = try await harness.inbox.take(.data(of: number)) else { Issue.record("no end"); return }
        await #expect(throws: NetworkError.ended(.abortedByPeer(.serviceUser))) { try await harness.inbox.take(.command) }
    }

    @Test("HTTP is answered in HTTP") func http() async throws {
        let harness = try await HandlerHarness()
        try await harness.receive(bytes: ByteBuffer(string: "GET / HTTP/1.1\r\nHost: pacs:11112\r\n\r\n"))
        let answer = try await harness.channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) } ?? ""
        #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
        #expect(answer.hasSuffix("\r\n\r\nThis port speaks DICOM, not HTTP.\n"))
        #expect(!harness.isOpen)
        #expect(harness.end == .foreignProtocol(.http))
        #expect(harness.end?.description == "this port speaks DICOM; the peer sent an HTTP request")
    }

    @Test("TLS and others are aborted and closed", arguments: [
        (hexBytes("1603010200010001FC0303"), ForeignProtocol.tls), (Array("SSH-2.0-OpenSSH_9.2\r\n".utf8), .ssh),
    ])
    func foreign(bytes: [UInt8], peer: ForeignProtocol) async throws {
        let harness = try await HandlerHarness()
        try await harness.receive(bytes: ByteBuffer(bytes: bytes))
        #expect(try await harness.sent() == .abort(.serviceUser))
        #expect(!harness.isOpen)
        #expect(harness.end == .foreignProtocol(peer))
    }

    @Test("Too many associations: rejected, whoever calls") func localLimit() async throws {
        let harness = try await HandlerHarness(refusal: .localLimitExceeded)
        try await harness.receive(.associateRequest(HandlerHarness.request))
        #expect(try await harness.sent() == .associateReject(AssociateReject(result: 2, source: 3, reason: 2)))
        #expect(harness.end == .rejected(.localLimitExceeded))
        #expect(harness.records.items[0].request?.callingAETitle == title("SCU"))
    }

    @Test("What a peer says of itself cannot forge lines of a log") func forgery() throws {
        let names = item(0x50, item(0x52, Array("1.2\r\nERROR".utf8)) + item(0x55, [0x41, 0x1B, 0xC2, 0x85, 0xE2, 0x80, 0xA8, 0x42]))
        guard case .pdu(.associateRequest(let request))? = try decode(associateRequest(items: names)).first else {
            Issue.record("no request"); return
        }
        #expect(request.userInformation.implementationClassUID == "1.2??ERROR")
        #expect(request.userInformation.implementationVersionName == "A???B")
    }

    @Test("The record keeps no secrets") func secrets() async throws {
        let harness = try await HandlerHarness()
        var request = HandlerHarness.request
        request.userInformation.userIdentity = .init(type: 2, wantsResponse: false, primaryField: [65], secondaryField: [66])
        try await harness.receive(.associateRequest(request))
        try await harness.channel.close()
        #expect(harness.records.items.count == 1)
        #expect(harness.records.items[0].request?.userInformation.userIdentity == nil)
        #expect(harness.records.items[0].description.hasPrefix("SCU calling ISOCENTER from 10.0.0.7:104: connection lost"))
    }
}

@Suite("Peers that break the protocol")
struct HostilePeerTests {
    @Test("A request cut at any byte, then the connection closes") func cutRequest() async throws {
        let request = try #require(Fixture.pdus("echo", ">").first)
        for count in 0..<request.readableBytes {
            let harness = try await HandlerHarness()
            if let cut = request.getSlice(at: request.readerIndex, length: count), count > 0 { try await harness.receive(bytes: cut) }
            try await harness.channel.close()
            #expect(harness.records.items.map(\.end) == [.connectionLost("closed before an association was requested")])
        }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let bytes: [PDU]
        let abort: Abort
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "second request", bytes: [.associateRequest(HandlerHarness.request)], abort: .serviceProvider(.unexpectedPDU)),
        Case(name: "acceptance", bytes: [.associateAccept(HandlerHarness.accept)], abort: .serviceProvider(.unexpectedPDU)),
        Case(name: "rejection", bytes: [.associateReject(.noReason)], abort: .serviceProvider(.unexpectedPDU)),
        Case(name: "release response", bytes: [.releaseResponse], abort: .serviceProvider(.unexpectedPDU)),
        Case(name: "release in the middle of a command", bytes: [.data([data(command: true, [0])]), .releaseRequest], abort: .serviceUser),
        Case(name: "release in the middle of a data set",
             bytes: [.data([command(store, context: 3)]), .releaseRequest], abort: .serviceUser),
        Case(name: "context not accepted", bytes: [.data([command(echo, context: 5)])], abort: .serviceUser),
        Case(name: "data set without command", bytes: [.data([data([1])])], abort: .serviceUser),
        Case(name: "command after data",
             bytes: [.data([command(store, context: 3)]), .data([data(context: 3, [1])]), .data([command(echo)])], abort: .serviceUser),
        Case(name: "no command set", bytes: [.data([data(command: true, last: true, [1, 2, 3])])], abort: .serviceUser),
    ]

    @Test(arguments: cases) func aborted(_ this: Case) async throws {
        let harness = try await HandlerHarness.established()
        for pdu in this.bytes { try await harness.receive(pdu) }
        #expect(try await harness.sent() == .abort(this.abort))
        guard case .protocolError? = harness.end else { Issue.record("ended \(harness.end.debugDescription)"); return }
        // Whatever comes now is not looked at, and the peer may close.
        try await harness.receive(.data([command(echo)]))
        #expect(try await harness.sent() == nil)
        try await harness.channel.close()
        #expect(harness.records.items.count == 1)
    }

    @Test("Lying lengths abort an established association", arguments: [0, 1, 1 << 31, .max] as [UInt32])
    func lengths(length: UInt32) async throws {
        let harness = try await HandlerHarness.established()
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(4 as UInt8, 0 as UInt8, length)
        bytes.writeRepeatingByte(0, count: 100)
        try await harness.receive(bytes: bytes)
        #expect(try await harness.sent() == .abort(.serviceProvider(.invalidParameterValue)))
    }

    @Test("A cancellation is seen while its request is being answered") func cancel() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(echo))
        _ = try await harness.inbox.take(.command)
        #expect(!harness.inbox.isCancelled(messageID: 3))
        let cancel = { var c = CommandSet(.cCancelRequest, hasDataSet: false); c[number: .messageIDBeingRespondedTo] = 3; return c }()
        try await harness.receive(command(cancel))
        #expect(harness.inbox.isCancelled(messageID: 3))
        // The same message ID used anew is not cancelled.
        try await harness.receive(command(echo))
        #expect(!harness.inbox.isCancelled(messageID: 3))
        // Cancellations of what was never asked are bounded.
        for id in 0..<UInt16(1000) { harness.inbox.cancel(messageID: 1000 + id) }
        #expect((0..<UInt16(1000)).filter { harness.inbox.isCancelled(messageID: 1000 + $0) }.count == 256)
    }
}

@Suite("Back-pressure")
struct BackPressureTests {
    private func pdu(_ size: Int) throws -> ByteBuffer {
        try PDU.data([data(context: 3, [UInt8](repeating: 9, count: size))]).encoded()
    }

    @Test("Reading stops when nobody takes, and resumes when half is taken")
    func pauses() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3))
        guard case .command(_, _, let number) = try await harness.inbox.take(.command) else { Issue.record("no command"); return }
        func reads() async throws -> Bool {
            let before = harness.reads.items.count
            try await harness.channel.testingEventLoop.submit { harness.channel.pipeline.read() }.get()
            return harness.reads.items.count > before
        }
        let chunk = try pdu(64 << 10)
        var received = 0
        while try await reads() {
            try await harness.receive(bytes: chunk)
            received += 1
            #expect(received < 20)
        }
        // Each chunk counts 1 KiB more than its 64: the eighth passes 512 KiB.
        #expect(received == 8)
        let before = harness.reads.items.count
        for _ in 0..<3 { _ = try await harness.inbox.take(.data(of: number)) }
        await harness.channel.testingEventLoop.run()
        #expect(harness.reads.items.count == before)
        _ = try await harness.inbox.take(.data(of: number))
        _ = try await harness.inbox.take(.data(of: number))
        await harness.channel.testingEventLoop.run()
        #expect(harness.reads.items.count == before + 1)
        #expect(try await reads())
    }

    @Test("A paused association is not called stalled") func pausedIsNotStalled() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3))
        for _ in 0..<9 { try await harness.receive(bytes: try pdu(64 << 10)) }
        await harness.advance(.hours(1))
        #expect(harness.end == nil)
    }

    @Test("Many small messages are bounded too") func smallMessages() async throws {
        let harness = try await HandlerHarness.established()
        for _ in 0..<600 { try await harness.receive(command(echo)) }
        let before = harness.reads.items.count
        try await harness.channel.testingEventLoop.submit { harness.channel.pipeline.read() }.get()
        #expect(harness.reads.items.count == before)
    }

    @Test("A data set that nobody reads is thrown away with the next command") func discarded() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3), data(context: 3, [1]))
        guard case .command(_, _, let number) = try await harness.inbox.take(.command) else { Issue.record("no command"); return }
        let consumer = await harness.consumer()
        for _ in 0..<100 { try await harness.receive(bytes: try pdu(64 << 10)) }
        try await harness.receive(data(context: 3, last: true, []), command(echo))
        guard case .command(let next, _, _) = try await consumer.value.get() else { Issue.record("no command"); return }
        #expect(next == echo)
        // The old data set is over, not the new one's.
        guard case .endOfDataSet = try await harness.inbox.take(.data(of: number)) else { Issue.record("data of another"); return }
    }

    @Test("So is one that filled the queue first: reading resumes") func discardedWhenFull() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3))
        _ = try await harness.inbox.take(.command)
        while !harness.inbox.isPaused { try await harness.receive(bytes: try pdu(64 << 10)) }
        try await harness.channel.testingEventLoop.submit { harness.channel.pipeline.read() }.get()
        let before = harness.reads.items.count
        let consumer = await harness.consumer()
        await harness.channel.testingEventLoop.run()
        #expect(harness.reads.items.count == before + 1)
        try await harness.receive(bytes: try pdu(64 << 10))
        #expect(!harness.inbox.isPaused)
        #expect(harness.inbox.waitingBytes == 0)
        consumer.cancel()
    }

    @Test("Fragments of few bytes are joined") func joined() async throws {
        let harness = try await HandlerHarness.established()
        try await harness.receive(command(store, context: 3))
        for byte in 0..<200 { try await harness.receive(data(context: 3, last: byte == 199, [UInt8(byte)])) }
        guard case .command(_, _, let number) = try await harness.inbox.take(.command) else { Issue.record("no command"); return }
        guard case .element(.data(let bytes)) = try await harness.inbox.take(.data(of: number)) else { Issue.record("no data"); return }
        #expect(Array(bytes.readableBytesView) == (0..<200).map { UInt8($0) })
        guard case .endOfDataSet = try await harness.inbox.take(.data(of: number)) else { Issue.record("no end"); return }
    }

    @Test("Two who wait at once, and one whose task is cancelled") func waiters() async throws {
        let harness = try await HandlerHarness.established()
        let first = await harness.consumer()
        await #expect(throws: NetworkError.operationInProgress) { try await harness.inbox.take(.command) }
        first.cancel()
        #expect(await first.value.error == .cancelled)
        try await harness.receive(command(echo))
        _ = try await harness.inbox.take(.command)
    }
}
