import DICOM
import NIOCore
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
}
