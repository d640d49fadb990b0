import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("DIMSE-N over loopback")
struct NotificationTests {
    private let transaction = Tag(0x0008, 0x1195)

    @Test("N-ACTION, and N-EVENT-REPORT on the same association, before and after its response", arguments: [true, false])
    func commitment(reportsFirst: Bool) async throws {
        let answers = Collector<DIMSEStatus>()
        try await withListener(policy: operationsPolicy, serve: { [transaction] association, _ in
            for try await message in association.messages {
                #expect(message.command.field == .nActionRequest)
                #expect(message.command.actionTypeID == 1)
                #expect(message.command[uid: .requestedSOPInstanceUID] == commitmentInstance)
                let information = try await message.identifier()
                #expect(information.string(transaction) == "1.2.3.4")
                func report() async throws {
                    let answer = try await association.eventReport(
                        1, on: commitmentInstance, of: DICOMNetworkTests.commitment, in: message.context, information: information)
                    answers.add(answer.status)
                }
                if reportsFirst { try await report() }
                try await association.send(message.command.response(.success)!, in: message.context)
                if !reportsFirst { try await report() }
            }
        }) { server in
            let association = try await server.requestor().connect([.init(DICOMNetworkTests.commitment, [explicitLittle])])
            let context = try association.context(for: DICOMNetworkTests.commitment)
            async let reported = association.nextMessage()
            let information = DataSet([DataElement(transaction, .UI, "1.2.3.4")])
            // The report may have to be answered before the action is.
            let action = Task {
                try await association.action(1, on: commitmentInstance, of: DICOMNetworkTests.commitment, in: context, information: information)
            }
            let report = try #require(try await reported)
            #expect(report.command.eventTypeID == 1)
            #expect(try await report.identifier() == information)
            try await association.send(report.command.response(.success)!, in: report.context)
            let response = try await action.value
            #expect(response.status == .success)
            #expect(response.command.affectedSOPInstanceUID == commitmentInstance)
            #expect(response.command.actionTypeID == 1)
            #expect(await answers.wait(for: 1) == [.success])
            try await association.release()
        }
    }

    @Test("N-CREATE, N-SET, N-GET, N-DELETE") func attributes() async throws {
        let seen = Collector<CommandSet>()
        try await withListener(policy: operationsPolicy, serve: { association, _ in
            for try await message in association.messages {
                seen.add(message.command)
                let attributes = try await message.identifier()
                var response = message.command.response(.success, hasDataSet: message.command.field == .nGetRequest)!
                if message.command.field == .nCreateRequest { response[uid: .affectedSOPInstanceUID] = UID("1.2.9") }
                if response.hasDataSet {
                    try await association.send(response, in: message.context, dataSet: identifier("7"))
                } else {
                    #expect(attributes.string(.patientID) == (message.command.hasDataSet ? "8" : nil))
                    try await association.send(response, in: message.context)
                }
            }
        }) { server in
            let association = try await server.requestor().connect([.init(DICOMNetworkTests.commitment, [implicitLittle])])
            let context = try association.context(for: DICOMNetworkTests.commitment)
            let sopClass = DICOMNetworkTests.commitment
            let created = try await association.create(nil, of: sopClass, in: context, attributes: identifier("8"))
            let instance = try #require(created.command.affectedSOPInstanceUID)
            #expect(instance.text == "1.2.9")
            #expect(try await association.set(identifier("8"), on: instance, of: sopClass, in: context).status == .success)
            let got = try await association.get([.patientID], on: instance, of: sopClass, in: context)
            #expect(got.dataSet?.string(.patientID) == "7")
            #expect(try await association.delete(instance, of: sopClass, in: context).status == .success)
            #expect(seen.items.map(\.field) == [.nCreateRequest, .nSetRequest, .nGetRequest, .nDeleteRequest])
            #expect(seen.items[2].attributeIdentifiers == [.patientID])
            #expect(seen.items.dropFirst().allSatisfy { $0[uid: .requestedSOPInstanceUID] == instance })
            #expect(seen.items.allSatisfy { $0.missingElements.isEmpty })
            try await association.release()
        }
    }

    @Test("Two tasks send at once: every message arrives whole") func sendsAtOnce() async throws {
        let sums = Collector<Int>()
        try await withListener(policy: storagePolicy, serve: { association, stored in
            for try await message in association.messages {
                var count = 0
                if let dataSet = message.dataSet { for try await chunk in dataSet { count += chunk.readableBytes } }
                sums.add(count)
            }
        }) { server in
            let association = try await server.requestor().connect([.init(ctImageStorage, [explicitLittle])])
            let context = try association.context(for: ctImageStorage)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for sender in 1...8 {
                    group.addTask {
                        let command = CommandSet.storeRequest(
                            messageID: UInt16(sender), sopClass: ctImageStorage, sopInstance: UID("1.2.\(sender)")!)
                        let pieces = AsyncStream { stream in
                            for _ in 0..<10 { stream.yield(ByteBuffer(repeating: 1, count: 70_000 + sender)) }
                            stream.finish()
                        }
                        try await association.send(command, in: context, dataSet: pieces)
                    }
                }
                try await group.waitForAll()
            }
            #expect(await Set(sums.wait(for: 8)) == Set((1...8).map { 10 * (70_000 + $0) }))
            try await association.release()
        }
    }
}

@Suite("Several operations outstanding")
struct StorePipelineTests {
    /// Answers C-STOREs in groups of so many, the last of a group first.
    @Sendable private static func serve(_ association: Association, group: Int) async throws {
        var waiting: [IncomingMessage] = []
        for try await message in association.messages {
            if let dataSet = message.dataSet { for try await _ in dataSet {} }
            waiting.append(message)
            guard waiting.count == group else { continue }
            for message in waiting.reversed() {
                try await association.send(message.command.response(.success)!, in: message.context)
            }
            waiting = []
        }
    }

    @Test("As many as the peer grants; each response reaches the object it is for", arguments: [(1, 1), (4, 4), (0, 32)] as [(UInt16, Int)])
    func window(granted: UInt16, group: Int) async throws {
        try await withListener(policy: { request, connection in
            var policy = await storagePolicy(request, connection)
            policy.window = .init(invoked: granted, performed: 1)
            return policy
        }, serve: { association, _ in
            #expect(association.window == .init(invoked: 1, performed: granted))
            try await Self.serve(association, group: group)
        }) { server in
            var requestor = server.requestor()
            requestor.window = .init(invoked: 0, performed: 1)
            let association = try await requestor.connect([.init(ctImageStorage, [explicitLittle])])
            #expect(association.window == .init(invoked: granted, performed: 1))
            #expect(association.operationsAtOnce == group)
            let context = try association.context(for: ctImageStorage)
            let pipeline = StorePipeline(association)
            let told = Collector<UInt16>()
            // A group is answered when it is whole: 64 objects are some groups, and only get through if so many are outstanding.
            for number in 0..<64 {
                let piece = AsyncStream { stream in
                    stream.yield(ByteBuffer(repeating: 1, count: 20_000))
                    stream.finish()
                }
                try await pipeline.store(
                    sopClass: ctImageStorage, sopInstance: UID("1.2.3.\(number)")!, in: context, dataSet: piece
                ) { result in
                    if let response = try? result.get(), response.affectedSOPInstanceUID == UID("1.2.3.\(number)") {
                        told.add(response.status?.rawValue ?? 1)
                    }
                }
            }
            try await pipeline.finish()
            #expect(told.items == Array(repeating: 0, count: 64))
            try await association.release()
        }
    }

    @Test("An association that ends tells every outstanding object") func ends() async throws {
        try await withListener(policy: { request, connection in
            var policy = await storagePolicy(request, connection)
            policy.window = .init(invoked: 8, performed: 1)
            return policy
        }, serve: { association, _ in
            for _ in 0..<3 { _ = try await association.nextMessage() }
        }) { server in
            var requestor = server.requestor()
            requestor.window = .init(invoked: 8, performed: 1)
            let association = try await requestor.connect([.init(ctImageStorage, [explicitLittle])])
            let context = try association.context(for: ctImageStorage)
            let pipeline = StorePipeline(association)
            let told = Collector<Result<CommandSet, NetworkError>>()
            for number in 0..<3 {
                let nothing = AsyncStream<ByteBuffer> { $0.finish() }
                try await pipeline.store(
                    sopClass: ctImageStorage, sopInstance: UID("1.2.3.\(number)")!, in: context, dataSet: nothing
                ) { told.add($0) }
            }
            await #expect(throws: NetworkError.ended(.abortedByPeer(.serviceUser))) { try await pipeline.finish() }
            #expect(told.items == Array(repeating: .failure(.ended(.abortedByPeer(.serviceUser))), count: 3))
        }
    }
}
