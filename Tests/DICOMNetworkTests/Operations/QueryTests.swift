import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

let studyFind = UID("1.2.840.10008.5.1.4.1.2.2.1")!
let studyMove = UID("1.2.840.10008.5.1.4.1.2.2.2")!
let studyGet = UID("1.2.840.10008.5.1.4.1.2.2.3")!
let commitment = UID("1.2.840.10008.1.20.1")!
let commitmentInstance = UID("1.2.840.10008.1.20.1.1")!

func identifier(_ patient: String) -> DataSet {
    DataSet([DataElement(.queryRetrieveLevel, .CS, "STUDY"), DataElement(.patientID, .LO, patient)])
}

/// Everything of this file, in both roles.
@Sendable func operationsPolicy(_ request: AssociateRequest, _ connection: ConnectionInfo) async -> NegotiationPolicy {
    NegotiationPolicy { abstractSyntax in
        [ctImageStorage, studyFind, studyMove, studyGet, commitment, CommandSet.verification].contains(abstractSyntax)
            ? .supported(.littleEndian, scu: true) : .notSupported
    }
}

extension Association {
    /// Answers one C-FIND with so many matches, unless it is cancelled.
    func answerFind(_ message: IncomingMessage, matches: Int) async throws {
        #expect(try await message.identifier().string(.queryRetrieveLevel) == "STUDY")
        for number in 0..<matches {
            if isCancelled(message.command) { return try await send(message.command.response(.cancel)!, in: message.context) }
            let pending = message.command.response(.pending, hasDataSet: true)!
            try await send(pending, in: message.context, dataSet: identifier("\(number)"))
        }
        try await send(message.command.response(.success)!, in: message.context)
    }

    /// C-STORE to the peer, as sub-operation.
    func storeSubOperation(_ number: Int, size: Int = 300_000) async throws -> DIMSEStatus? {
        let context = try context(for: ctImageStorage)
        return try await store(
            sopClass: ctImageStorage, sopInstance: UID("1.2.3.\(number)")!, in: context, dataSet: ByteBuffer(repeating: 7, count: size)
        ).status
    }
}

@Suite("C-FIND, C-MOVE, C-GET over loopback")
struct QueryTests {
    private let contexts: [Requestor.Proposal] = [studyFind, studyMove, studyGet, ctImageStorage, CommandSet.verification].map {
        .init($0, [explicitLittle])
    }

    @Test("Ten thousand matches, one after the other") func find() async throws {
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages { try await association.answerFind(message, matches: 10_000) }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            let context = try association.context(for: studyFind)
            var patients: [String?] = []
            var last: DIMSEStatus?
            for try await response in association.find(identifier("*"), in: context) {
                last = response.status
                if response.status == .pending { patients.append(response.dataSet?.string(.patientID)) }
            }
            #expect(last == .success)
            #expect(patients == (0..<10_000).map { "\($0)" })
            try await association.release()
        }
    }

    @Test("A slow reader of matches holds the provider back, within bounded memory") func slowReader() async throws {
        let sent = Collector<Void>()
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages {
                _ = try await message.identifier()
                let large = DataSet([DataElement(.patientID, .LO, String(repeating: "x", count: 60_000))])
                for _ in 0..<1000 {
                    try await association.send(message.command.response(.pending, hasDataSet: true)!, in: message.context, dataSet: large)
                    sent.add(())
                }
                try await association.send(message.command.response(.success)!, in: message.context)
            }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            var responses = association.find(identifier("*"), in: try association.context(for: studyFind)).makeAsyncIterator()
            _ = try await responses.next()
            while !association.operations.isPaused { await Task.yield() }
            #expect(sent.items.count < 1000)
            var count = 1
            while let response = try await responses.next(), !response.isFinal { count += 1 }
            #expect(count == 1000)
            try await association.release()
        }
    }

    @Test("C-CANCEL reaches a provider that is sending, and its answer comes last") func cancel() async throws {
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages { try await association.answerFind(message, matches: 1_000_000) }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            let responses = association.find(identifier("*"), in: try association.context(for: studyFind))
            var count = 0, last: DIMSEStatus?
            for try await response in responses {
                count += 1
                last = response.status
                if count == 100 { try await responses.cancel() }
            }
            #expect(last == .cancel)
            #expect(count < 1_000_000)
            try await association.release()
        }
    }

    @Test("C-CANCEL wakes a provider that waits") func cancelWaiting() async throws {
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages {
                _ = try await message.identifier()
                do {
                    try await association.withCancellation(of: message.command) { try await Task.sleep(for: .seconds(60)) }
                } catch is CancellationError {
                    try await association.send(message.command.response(.cancel)!, in: message.context)
                }
            }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            let responses = association.find(identifier("*"), in: try association.context(for: studyFind))
            let answer = Task { try await responses.final() }
            while !association.operations.isAwaited { await Task.yield() }
            let clock = ContinuousClock()
            let asked = clock.now
            try await responses.cancel()
            #expect(try await answer.value.status == .cancel)
            // Far less than the provider would wait by itself, however busy the machine is.
            #expect(clock.now - asked < .seconds(30))
            try await association.release()
        }
    }

    @Test("Stopping early cancels; the next operation finds the association clean") func stopsEarly() async throws {
        let cancelled = Collector<Bool>()
        try await withListener(policy: operationsPolicy, serve: { association, stored in
            for try await message in association.messages {
                if message.command.field == .cFindRequest {
                    try await association.answerFind(message, matches: 1_000_000)
                    cancelled.add(true)
                } else if let response = message.command.response(.success) {
                    try await association.send(response, in: message.context)
                }
            }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            for try await response in association.find(identifier("*"), in: try association.context(for: studyFind)) {
                #expect(response.status == .pending)
                break
            }
            #expect(try await association.echo() == .success)
            #expect(cancelled.items == [true])
            try await association.release()
        }
    }

    @Test("C-MOVE counts its sub-operations") func move() async throws {
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages {
                #expect(message.command.moveDestination == title("OTHER"))
                #expect(message.command.priority == .high)
                #expect(try await message.identifier().string(.patientID) == "7")
                for done in 1...3 as ClosedRange<UInt16> {
                    var response = message.command.response(done == 3 ? DIMSEStatus(rawValue: 0xB000) : .pending, hasDataSet: done == 3)!
                    response.remainingSubOperations = done == 3 ? nil : 3 - done
                    response.completedSubOperations = done == 3 ? 2 : done
                    response.failedSubOperations = done == 3 ? 1 : 0
                    response.warningSubOperations = 0
                    if done == 3 {
                        let failed = DataSet([DataElement(Tag(0x0008, 0x0058), .UI, "1.2.3")])
                        try await association.send(response, in: message.context, dataSet: failed)
                    } else {
                        try await association.send(response, in: message.context)
                    }
                }
            }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            var counts: [[UInt16?]] = []
            var failed: String?
            let context = try association.context(for: studyMove)
            for try await response in association.move(identifier("7"), to: title("OTHER"), in: context, priority: .high) {
                let command = response.command
                counts.append([
                    command.remainingSubOperations, command.completedSubOperations, command.failedSubOperations,
                    command.warningSubOperations,
                ])
                failed = response.dataSet?.string(Tag(0x0008, 0x0058))
            }
            #expect(counts == [[2, 1, 0, 0], [1, 2, 0, 0], [nil, 2, 1, 0]])
            #expect(failed == "1.2.3")
            try await association.release()
        }
    }

    /// Answers C-GET by three C-STOREs on the same association, from within the message loop.
    @Sendable private static func serveGet(_ association: Association, _ statuses: Collector<DIMSEStatus?>) async throws {
        for try await message in association.messages {
            guard message.command.field == .cGetRequest else {
                if let response = message.command.response(.success) { try await association.send(response, in: message.context) }
                continue
            }
            _ = try await message.identifier()
            for number in 1...3 {
                if association.isCancelled(message.command) { break }
                statuses.add(try await association.storeSubOperation(number))
                var pending = message.command.response(.pending)!
                pending.completedSubOperations = UInt16(number)
                try await association.send(pending, in: message.context)
            }
            let status = association.isCancelled(message.command) ? DIMSEStatus.cancel : .success
            try await association.send(message.command.response(status)!, in: message.context)
        }
    }

    @Test("C-GET: the objects come between the responses, and are answered") func get() async throws {
        let statuses = Collector<DIMSEStatus?>()
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            try await Self.serveGet(association, statuses)
        }) { server in
            var requestor = server.requestor()
            requestor.roles = [RoleSelection(sopClass: ctImageStorage, scu: false, scp: true)]
            let association = try await requestor.connect(contexts)
            #expect(try association.context(for: ctImageStorage).requestorIsSCP)
            let stored = Collector<Int>()
            let responses = association.get(identifier("7"), in: try association.context(for: studyGet)) { message in
                var count = 0
                if let dataSet = message.dataSet { for try await chunk in dataSet { count += chunk.readableBytes } }
                stored.add(count)
                return stored.items.count == 2 ? .outOfResources : .success
            }
            var completed: [UInt16?] = []
            for try await response in responses { completed.append(response.command.completedSubOperations) }
            #expect(completed == [1, 2, 3, nil])
            #expect(stored.items == [300_000, 300_000, 300_000])
            #expect(statuses.items == [.success, .outOfResources, .success])
            #expect(try await association.echo() == .success)
            try await association.release()
        }
    }

    @Test("C-GET whose receiver fails: the provider is answered and cancelled") func getFails() async throws {
        struct DiskFull: Error {}
        let statuses = Collector<DIMSEStatus?>()
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            try await Self.serveGet(association, statuses)
        }) { server in
            var requestor = server.requestor()
            requestor.roles = [RoleSelection(sopClass: ctImageStorage, scu: false, scp: true)]
            let association = try await requestor.connect(contexts)
            let context = try association.context(for: studyGet)
            await #expect(throws: DiskFull.self) {
                for try await _ in association.get(identifier("7"), in: context, store: { _ in throw DiskFull() }) {}
            }
            #expect(try await association.echo() == .success)
            #expect(statuses.items.first == .processingFailure)
            try await association.release()
        }
    }

    @Test("An association that ends in the middle ends the responses with the reason") func ends() async throws {
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages {
                try await association.send(message.command.response(.pending, hasDataSet: true)!, in: message.context, dataSet: identifier("1"))
                return
            }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            let context = try association.context(for: studyFind)
            await #expect(throws: NetworkError.ended(.abortedByPeer(.serviceUser))) {
                for try await response in association.find(identifier("*"), in: context) { #expect(response.status == .pending) }
            }
        }
    }

    @Test("A response that nobody asked for aborts") func unexpected() async throws {
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages {
                var response = message.command.response(.success)!
                response[number: .messageIDBeingRespondedTo] = 4711
                try await association.send(response, in: message.context)
            }
        }) { server in
            let association = try await server.requestor().connect(contexts)
            await #expect(throws: NetworkError.ended(.protocolError("C-ECHO-RSP to message 4711, which awaits none"))) {
                _ = try await association.echo()
            }
        }
    }
}
