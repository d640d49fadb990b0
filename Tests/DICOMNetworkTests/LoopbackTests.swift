import DICOM
import NIOCore
import NIOPosix
import Testing

@testable import DICOMNetwork

@Suite("Requestor and listener over loopback")
struct LoopbackTests {
    @Test func echoAndRelease() async throws {
        try await withListener { server in
            let association = try await server.requestor().connect([.verification])
            #expect(try await association.echo() == .success)
            #expect(try await association.echo() == .success)
            try await association.release()
            let records = await server.records.wait(for: 1)
            #expect(records[0].end == .released)
            #expect(records[0].messagesReceived == 2)
            #expect(records[0].request?.callingAETitle == title("TESTSCU"))
            #expect(association.peerInformation.implementationClassUID == Implementation.classUID)
            #expect(association.peerInformation.implementationVersionName == "ISOCENTER_0_1")
        }
    }

    @Test("A data set arrives byte for byte, whatever its size", arguments: [0, 1, 2, 16371, 131_066, 131_067, 1 << 20, 9_999_999])
    func store(size: Int) async throws {
        try await withListener { server in
            let bytes = ByteBuffer(bytes: (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle, implicitLittle])])
            let context = try association.context(for: ctImageStorage)
            let response = try await association.store(
                sopClass: ctImageStorage, sopInstance: UID("1.2.3.\(size)")!, in: context, dataSet: bytes
            )
            #expect(response.status == .success)
            #expect(response.affectedSOPInstanceUID?.text == "1.2.3.\(size)")
            #expect(server.stored.items == [Stored(
                sopInstance: "1.2.3.\(size)", transferSyntax: explicitLittle.text, bytes: size, checksum: checksum(emptyChecksum, bytes)
            )])
            try await association.release()
        }
    }

    @Test func rejectionIsTold() async throws {
        try await withListener { server in
            await #expect(throws: NetworkError.rejected(.calledAETitleNotRecognized)) {
                _ = try await server.requestor(called: "NOBODY").connect([.verification])
            }
            let record = await server.records.wait(for: 1)[0]
            #expect(record.end == .rejected(.calledAETitleNotRecognized))
            #expect(record.detail == "called as \"NOBODY\", which is not an AE title of ours")
        }
    }

    @Test("What cannot be reached is said in words") func unreachable() async throws {
        var requestor = Requestor(host: "127.0.0.1", port: 1, calledAETitle: title("A"), callingAETitle: title("B"))
        await #expect {
            _ = try await requestor.connect([.verification])
        } throws: { error in
            "\(error)" == "cannot connect to 127.0.0.1 port 1: Connection refused"
        }
        requestor.host = "no-such-host.invalid"
        await #expect {
            _ = try await requestor.connect([.verification])
        } throws: { error in
            if case NetworkError.cannotConnect = error { true } else { false }
        }
    }

    @Test("A port in use is said in words") func portInUse() async throws {
        try await withListener { server in
            await #expect {
                _ = try await Listener.bind(host: "127.0.0.1", port: server.port, policy: storagePolicy)
            } throws: { error in
                "\(error)" == "cannot listen on 127.0.0.1 port \(server.port): Address already in use"
            }
        }
    }

    @Test("An association that its user forgets is aborted") func forgotten() async throws {
        try await withListener { server in
            _ = try await server.requestor().connect([.verification])
            #expect(await server.records.wait(for: 1)[0].end == .abortedByPeer(.serviceUser))
        }
    }

    @Test("A server that is no DICOM server") func notDICOM() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let other = try await ServerBootstrap(group: group).childChannelInitializer { channel in
            channel.writeAndFlush(ByteBuffer(string: "SSH-2.0-OpenSSH_9.2\r\n"), promise: nil)
            return channel.eventLoop.makeSucceededVoidFuture()
        }.bind(host: "127.0.0.1", port: 0).get()
        let requestor = Requestor(
            host: "127.0.0.1", port: other.localAddress?.port ?? 0, calledAETitle: title("A"), callingAETitle: title("B")
        )
        await #expect(throws: NetworkError.ended(.foreignProtocol(.ssh))) { _ = try await requestor.connect([.verification]) }
        try await other.close()
    }

    @Test("A context that is not accepted is named with the reason") func contexts() async throws {
        try await withListener { server in
            let find = UID("1.2.840.10008.5.1.4.1.2.2.1")!, jpeg = UID("1.2.840.10008.1.2.4.70")!
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle]), .init(find, [implicitLittle])])
            #expect(try association.context(for: ctImageStorage, transferSyntax: explicitLittle).id == 1)
            #expect(throws: NetworkError.noContextAccepted(
                sopClass: ctImageStorage.text, "transfer syntax \(jpeg) was not accepted, but \(explicitLittle)"
            )) { try association.context(for: ctImageStorage, transferSyntax: jpeg) }
            #expect(throws: NetworkError.noContextAccepted(sopClass: find.text, "the peer does not support this SOP class")) {
                try association.context(for: find)
            }
            await #expect(throws: NetworkError.noContextAccepted(sopClass: "1.2.840.10008.1.1", "none was proposed")) {
                _ = try await association.echo()
            }
            association.abort("done")
            #expect(await server.records.wait(for: 1)[0].end == .abortedByPeer(.serviceUser))
        }
    }

    @Test("Two hundred and one contexts are refused before connecting") func tooManyContexts() async throws {
        let requestor = Requestor(host: "127.0.0.1", port: 1, calledAETitle: title("A"), callingAETitle: title("B"))
        await #expect(throws: NetworkError.self) {
            _ = try await requestor.connect(Array(repeating: .verification, count: 129))
        }
    }

    @Test("IPv6, and an IPv4 caller on a port for both") func bothFamilies() async throws {
        let records = Collector<AssociationRecord>()
        guard let listener = try? await Listener.bind(host: "::", port: 0, onEnd: { records.add($0) }, policy: storagePolicy) else {
            return  // A machine without IPv6.
        }
        async let running: Void = listener.run { try await serveStorage($0, Collector()) }
        for host in ["127.0.0.1", "::1", "[::1]", "localhost"] {
            let requestor = Requestor(
                host: host, port: listener.address.port, calledAETitle: title("ISOCENTER"), callingAETitle: title("B")
            )
            let association = try await requestor.connect([.verification])
            #expect(try await association.echo() == .success)
            try await association.release()
        }
        let addresses = await records.wait(for: 4).map(\.address)
        #expect(Set(addresses.map(\.host)) == ["127.0.0.1", "::1"])
        #expect(addresses.filter(\.isLoopback).count == 4)
        await listener.shutDown(within: .zero)
        await running
    }

    @Test("Limits per peer and in all: rejected as transient, and free again afterwards", arguments: [(2, 10), (10, 2)])
    func limits(perPeer: Int, total: Int) async throws {
        var limits = NetworkLimits()
        limits.associationsPerPeer = perPeer
        limits.associations = total
        try await withListener(limits: limits) { server in
            let first = try await server.requestor().connect([.verification])
            let second = try await server.requestor().connect([.verification])
            await #expect(throws: NetworkError.rejected(.localLimitExceeded)) { _ = try await server.requestor().connect([.verification]) }
            try await first.release()
            try await first.channel.closeFuture.get()
            // The listener counts until its own end has closed.
            while server.listener.openConnections > 1 { await Task.yield() }
            let third = try await server.requestor().connect([.verification])
            #expect(try await third.echo() == .success)
            #expect(try await second.echo() == .success)
        }
    }

    @Test("Beyond what is rejected politely, connections are closed") func flood() async throws {
        var limits = NetworkLimits()
        limits.associationsPerPeer = 1
        limits.rejectionsAtOnce = 1
        try await withListener(limits: limits) { server in
            let first = try await server.requestor().connect([.verification])
            let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: server.port).get()
            while server.listener.openConnections < 2 { await Task.yield() }
            await #expect {
                _ = try await server.requestor().connect([.verification])
            } throws: { error in
                if case NetworkError.ended(.connectionLost) = error { true } else { false }
            }
            #expect(try await first.echo() == .success)
            try await silent.close()
        }
    }

    @Test("An answer before the data set was read: the rest is thrown away, the association goes on")
    func answeredEarly() async throws {
        try await withListener(serve: { association, stored in
            for try await message in association.messages {
                if let response = message.command.response(message.dataSet == nil ? .success : .outOfResources, comment: "no room") {
                    try await association.send(response, in: message.context)
                }
            }
        }) { server in
            let association = try await server.requestor().connect([.verification, .init(ctImageStorage, [explicitLittle])])
            let context = try association.context(for: ctImageStorage)
            for _ in 0..<3 {
                let response = try await association.store(
                    sopClass: ctImageStorage, sopInstance: UID("1.2.3")!, in: context, dataSet: ByteBuffer(repeating: 1, count: 5 << 20)
                )
                #expect(response.status == .outOfResources)
                #expect(response.errorComment == "no room")
            }
            #expect(try await association.echo() == .success)
            try await association.release()
        }
    }

    @Test("A sender that gives up half-way: the receiver's data set fails, so that nothing partial is kept")
    func senderGivesUp() async throws {
        struct DiskError: Error {}
        let failures = Collector<NetworkError>()
        try await withListener(serve: { association, _ in
            for try await message in association.messages {
                guard let dataSet = message.dataSet else { continue }
                do throws(NetworkError) {
                    while try await dataSet.nextChunk() != nil {}
                } catch {
                    failures.add(error)
                }
            }
        }) { server in
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle])])
            let broken = AsyncThrowingStream<ByteBuffer, any Error> { stream in
                stream.yield(ByteBuffer(repeating: 1, count: 300_000))
                stream.finish(throwing: DiskError())
            }
            await #expect(throws: DiskError.self) {
                _ = try await association.store(
                    sopClass: ctImageStorage, sopInstance: UID("1.2.3")!, in: try association.context(for: ctImageStorage), dataSet: broken
                )
            }
            #expect(await failures.wait(for: 1) == [.ended(.abortedByPeer(.serviceUser))])
            #expect(association.end == .abortedByUs("the data set to be sent could not be read: DiskError()"))
        }
    }

    @Test("A service that throws, and one that returns, end their association only") func serviceEnds() async throws {
        struct Broken: Error {}
        let count = Collector<Void>()
        try await withListener(serve: { association, _ in
            count.add(())
            if count.items.count == 1 { throw Broken() }
            if count.items.count == 2 { return }
            try await serveStorage(association, Collector())
        }) { server in
            for expected in [AssociationEnd.abortedByUs("Broken()"), .abortedByUs("the service ended it")] {
                let association = try await server.requestor().connect([.verification])
                await #expect(throws: NetworkError.ended(.abortedByPeer(.serviceUser))) { _ = try await association.nextMessage() }
                let ends = await server.records.wait(for: expected == .abortedByUs("Broken()") ? 1 : 2).map(\.end)
                #expect(ends.last == expected)
            }
            let association = try await server.requestor().connect([.verification])
            #expect(try await association.echo() == .success)
            try await association.release()
        }
    }

    @Test("Two operations at once on one association") func concurrentUse() async throws {
        try await withListener(serve: { association, _ in
            // Is heard, not answered.
            _ = try await association.nextMessage()
            _ = try await association.nextMessage()
        }) { server in
            let association = try await server.requestor().connect([.verification])
            let first = Task { try await association.echo() }
            while !association.operations.isAwaited { await Task.yield() }
            // Nothing of it is sent.
            await #expect(throws: NetworkError.operationInProgress) { _ = try await association.echo() }
            association.abort("done")
            await #expect(throws: NetworkError.ended(.abortedByUs("done"))) { _ = try await first.value }
        }
    }
}

@Suite("Shutting down")
struct ShutDownTests {
    @Test("Idle associations are aborted at once, no new ones taken") func idle() async throws {
        try await withListener { server in
            let association = try await server.requestor().connect([.verification])
            #expect(try await association.echo() == .success)
            let silent = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(host: "127.0.0.1", port: server.port).get()
            while server.listener.openConnections < 2 { await Task.yield() }
            await server.listener.shutDown(within: .seconds(60))
            #expect(server.listener.openConnections == 0)
            #expect(server.records.items.map(\.end) == [.shutDown, .shutDown])
            await #expect(throws: NetworkError.self) { _ = try await association.echo() }
            await #expect(throws: NetworkError.self) { _ = try await server.requestor().connect([.verification]) }
            try? await silent.close()
        }
    }

    @Test("A message that is being worked on is finished and answered") func running() async throws {
        let began = Collector<Void>(), mayAnswer = Collector<Void>()
        try await withListener(serve: { association, stored in
            for try await message in association.messages {
                began.add(())
                _ = await mayAnswer.wait(for: 1)
                for try await chunk in message.dataSet! { stored.add(Stored(sopInstance: "", transferSyntax: "", bytes: chunk.readableBytes, checksum: 0)) }
                try await association.send(message.command.response(.success)!, in: message.context)
            }
        }) { server in
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle])])
            let context = try association.context(for: ctImageStorage)
            async let response = association.store(
                sopClass: ctImageStorage, sopInstance: UID("1.2.3")!, in: context, dataSet: ByteBuffer(repeating: 1, count: 3 << 20)
            )
            _ = await began.wait(for: 1)
            async let down: Void = server.listener.shutDown(within: .seconds(60))
            while server.listener.accepts { await Task.yield() }
            mayAnswer.add(())
            #expect(try await response.status == .success)
            await down
            #expect(server.stored.items.reduce(0) { $0 + $1.bytes } == 3 << 20)
            #expect(server.records.items.map(\.end) == [.shutDown])
        }
    }

    @Test("What does not finish in time is aborted") func deadline() async throws {
        let began = Collector<Void>()
        try await withListener(serve: { association, _ in
            let message = try await association.nextMessage()
            began.add(())
            // The data set never comes to its end.
            while try await message?.dataSet?.nextChunk() != nil {}
        }) { server in
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle])])
            let (endless, source) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
            source.yield(ByteBuffer(repeating: 1, count: 200_000))
            let context = try association.context(for: ctImageStorage)
            let sending = Task {
                try await association.store(sopClass: ctImageStorage, sopInstance: UID("1.2.3")!, in: context, dataSet: endless)
            }
            _ = await began.wait(for: 1)
            await server.listener.shutDown(within: .milliseconds(20))
            #expect(server.records.items.map(\.end) == [.shutDown])
            source.finish()
            await #expect(throws: NetworkError.self) { _ = try await sending.value }
        }
    }

    @Test("A cancelled listener ends its associations") func cancelled() async throws {
        let records = Collector<AssociationRecord>()
        let listener = try await Listener.bind(host: "127.0.0.1", port: 0, onEnd: { records.add($0) }, policy: storagePolicy)
        let running = Task { await listener.run { try await serveStorage($0, Collector()) } }
        let requestor = Requestor(host: "127.0.0.1", port: listener.address.port, calledAETitle: title("ISOCENTER"), callingAETitle: title("B"))
        let association = try await requestor.connect([.verification])
        #expect(try await association.echo() == .success)
        running.cancel()
        await running.value
        #expect(await records.wait(for: 1).map(\.end) == [.shutDown])
        await listener.shutDown(within: .zero)
        #expect(listener.openConnections == 0)
    }
}
