import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("What an association leaves behind")
struct RecordTests {
    @Test("Counts by command and status, and the last comments, of both sides") func counts() async throws {
        let ours = Collector<AssociationRecord>()
        try await withListener(serve: { association, _ in
            for try await message in association.messages {
                if let dataSet = message.dataSet { for try await _ in dataSet {} }
                let isBad = message.command.affectedSOPInstanceUID?.text.hasSuffix(".9") == true
                let response = message.command.response(isBad ? .outOfResources : .success, comment: isBad ? "no room for \(message.command.messageID)" : nil)
                try await association.send(response!, in: message.context)
            }
        }) { server in
            var requestor = server.requestor()
            requestor.onEnd = { ours.add($0) }
            let association = try await requestor.connect([.verification, .init(ctImageStorage, [explicitLittle])])
            let context = try association.context(for: ctImageStorage)
            for number in 1...30 {
                _ = try await association.store(
                    sopClass: ctImageStorage, sopInstance: UID(number > 18 ? "1.2.\(number).9" : "1.2.1\(number)")!, in: context,
                    dataSet: ByteBuffer(repeating: 1, count: 10))
            }
            _ = try await association.echo()
            try await association.release()
            let theirs = await server.records.wait(for: 1)[0], our = await ours.wait(for: 1)[0]
            let counts: [CommandField: [DIMSEStatus: Int]] = [.cStoreResponse: [.success: 18, .outOfResources: 12], .cEchoResponse: [.success: 1]]
            #expect(theirs.answered.counts == counts)
            #expect(our.received.counts == counts)
            #expect(theirs.received == Responses() && our.answered == Responses())
            #expect(theirs.answered.comments == our.received.comments)
            #expect(our.received.comments.map(\.text) == (23...30).map { "no room for \($0)" })
            #expect(theirs.messagesSent == 31 && theirs.messagesReceived == 31 && our.messagesSent == 31)
        }
    }

    @Test("A peer that invents statuses does not fill the memory") func bounded() {
        var responses = Responses()
        for number in UInt16(0)...5000 {
            responses.count(CommandSet.echoRequest(messageID: 1).response(DIMSEStatus(rawValue: 0xC000 + number % 4096), comment: "x")!)
        }
        #expect(responses.counts[.cEchoResponse]?.count == 64)
        #expect(responses.comments.count == 8)
    }
}
