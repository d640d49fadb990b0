import DICOM
import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("PDUs as other implementations write them")
struct PDUTests {
    private func pdu(_ conversation: String, _ direction: Character, _ index: Int = 0) throws -> PDU {
        let bytes = try #require(Fixture.pdus(conversation, direction).dropFirst(index).first)
        guard case .pdu(let pdu)? = try decode(bytes).first else { throw NetworkError.unexpectedResponse("no PDU") }
        return pdu
    }

    @Test func echoscuRequest() throws {
        guard case .associateRequest(let request) = try pdu("echo", ">") else { Issue.record("no request"); return }
        #expect(request.protocolVersion == 1)
        #expect(request.calledAETitle?.text == "ISOCENTER")
        #expect(request.callingAETitle?.text == "ECHOSCU")
        #expect(request.applicationContext == "1.2.840.10008.3.1.1.1")
        #expect(request.presentationContexts == [
            ProposedContext(id: 1, abstractSyntax: UID("1.2.840.10008.1.1"), transferSyntaxes: [UID("1.2.840.10008.1.2")!])
        ])
        #expect(request.userInformation.maximumLength == 16384)
        #expect(request.userInformation.implementationClassUID == "1.2.276.0.7230010.3.0.3.6.7")
        #expect(request.userInformation.implementationVersionName == "OFFIS_DCMTK_367")
    }

    @Test func storescpAnswer() throws {
        guard case .associateAccept(let accept) = try pdu("echo", "<") else { Issue.record("no acceptance"); return }
        #expect(accept.presentationContexts == [
            AnsweredContext(id: 1, result: .acceptance, transferSyntax: UID("1.2.840.10008.1.2"))
        ])
        #expect(accept.userInformation.maximumLength == 16384)
    }

    @Test func rejection() throws {
        #expect(try pdu("refuse", "<") == .associateReject(AssociateReject(result: 1, source: 1, reason: 1)))
    }

    @Test func releaseAndAbort() throws {
        #expect(try pdu("echo", ">", 2) == .releaseRequest)
        #expect(try pdu("echo", "<", 2) == .releaseResponse)
        #expect(try pdu("abort", ">", 2) == .abort(.serviceUser))
    }

    @Test func userIdentityOfStorescu() throws {
        guard case .associateRequest(let request) = try pdu("store", ">") else { Issue.record("no request"); return }
        #expect(request.userInformation.userIdentity == UserIdentity(
            type: UserIdentity.usernameAndPasscode, wantsResponse: false,
            primaryField: Array("alice".utf8), secondaryField: Array("secret".utf8)
        ))
    }

    @Test("getscu proposes every storage class, each with a role") func roles() throws {
        guard case .associateRequest(let request) = try pdu("get", ">") else { Issue.record("no request"); return }
        #expect(request.presentationContexts.count == 121)
        #expect(request.userInformation.roleSelections.count == 120)
        #expect(request.userInformation.roleSelections.allSatisfy { $0.scp && !$0.scu })
    }

    @Test func everySubItemOfARequest() throws {
        guard case .associateRequest(let request) = try pdu("items", ">") else { Issue.record("no request"); return }
        var expected = UserInformation()
        expected.maximumLength = 16382
        expected.implementationClassUID = "1.2.826.0.1.3680043.9.3811.3.0.4"
        expected.implementationVersionName = "PYNETDICOM_304"
        expected.asynchronousOperationsWindow = .init(invoked: 5, performed: 7)
        expected.roleSelections = [.init(sopClass: UID("1.2.840.10008.5.1.4.1.1.2")!, scu: false, scp: true)]
        expected.extendedNegotiations = [.init(sopClass: UID("1.2.840.10008.5.1.4.31")!, applicationInformation: [1, 0, 1])]
        expected.commonExtendedNegotiations = [.init(
            sopClass: UID("1.2.840.10008.5.1.4.1.1.4")!, serviceClass: UID("1.2.840.10008.4.2")!,
            relatedGeneralSOPClasses: [UID("1.2.840.10008.5.1.4.1.1.88.22")!, UID("1.2.840.10008.5.1.4.1.1.88.33")!]
        )]
        expected.userIdentity = UserIdentity(
            type: 2, wantsResponse: true, primaryField: Array("alice".utf8), secondaryField: Array("secret".utf8)
        )
        #expect(request.userInformation == expected)
        #expect(request.presentationContexts.map(\.id) == [1, 255])
    }

    @Test func everySubItemOfAnAcceptance() throws {
        guard case .associateAccept(let accept) = try pdu("items", "<") else { Issue.record("no acceptance"); return }
        #expect(accept.userInformation.userIdentityResponse == Array("ticket".utf8))
        #expect(accept.userInformation.asynchronousOperationsWindow == .init(invoked: 5, performed: 7))
        #expect(accept.presentationContexts.map(\.result) == [.acceptance, .abstractSyntaxNotSupported])
    }

    /// But for a byte of each proposed context that DCMTK sets and the standard reserves. (pynetdicom's are the same too, but in
    /// another order of sub-items.)
    @Test("Written again they are the same bytes", arguments: ["echo", "abort", "refuse", "store", "get"])
    func canonical(conversation: String) throws {
        for line in Fixture.lines where line.name == conversation {
            guard case .pdu(let pdu)? = try decode(line.bytes).first else { continue }
            var bytes = line.bytes
            if case .associateRequest = pdu {
                var at = bytes.readerIndex + 74
                while let type = bytes.getInteger(at: at, as: UInt8.self), let length = bytes.getInteger(at: at + 2, as: UInt16.self) {
                    if type == 0x20 { bytes.setInteger(0 as UInt8, at: at + 6) }
                    at += 4 + Int(length)
                }
            }
            #expect(try pdu.encoded() == bytes)
        }
    }

    @Test("Read, written and read again they are the same values")
    func roundTrip() throws {
        #expect(Fixture.lines.count == 24)
        for line in Fixture.lines {
            guard case .pdu(let pdu)? = try decode(line.bytes).first else { continue }
            #expect(try decode(try pdu.encoded()) == [.pdu(pdu)])
        }
    }

    @Test("The same comes of pieces of any size", arguments: [1, 2, 3, 5, 6, 7, 11, 64, 1000])
    func pieces(size: Int) throws {
        for line in Fixture.lines {
            let whole = try decode(line.bytes), pieces = try decode(line.bytes, piece: size)
            #expect(joined(whole) == joined(pieces))
        }
    }

    private func joined(_ outputs: [PDUDecoder.Output]) -> [PDUDecoder.Output] {
        outputs.reduce(into: []) { joined, output in
            if case .data(let more) = output, case .data(var last)? = joined.last, !last.isLast,
               last.contextID == more.contextID, last.isCommand == more.isCommand {
                last.bytes.writeImmutableBuffer(more.bytes)
                last.isLast = more.isLast
                joined[joined.count - 1] = .data(last)
            } else {
                joined.append(output)
            }
        }
    }

    @Test("Data values come before their PDU is complete")
    func streaming() throws {
        var decoder = PDUDecoder()
        decoder.feed(ByteBuffer(bytes: hexBytes("04 00 00000010 0000000C 03 02 AABB")))
        #expect(try decoder.next() == .data(data(context: 3, last: false, [0xAA, 0xBB])))
        #expect(try decoder.next() == nil)
        decoder.feed(ByteBuffer(bytes: hexBytes("CCDDEEFF00112233")))
        #expect(try decoder.next() == .data(data(context: 3, last: true, hexBytes("CCDDEEFF00112233"))))
        #expect(try decoder.next() == nil)
        #expect(decoder.isAtBoundary)
    }

    @Test("Several values in one PDU") func severalValues() throws {
        let bytes = ByteBuffer(bytes: hexBytes("04 00 00000010 00000004 01 03 AABB 00000004 05 00 CCDD"))
        #expect(try decode(bytes) == [.data(data(context: 1, command: true, last: true, [0xAA, 0xBB])), .data(data(context: 5, [0xCC, 0xDD]))])
    }

    @Test("AE titles", arguments: [
        ("ISOCENTER       ", "ISOCENTER"), ("   A B          ", "A B"), ("0123456789ABCDEF", "0123456789ABCDEF"),
        ("NUL\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}\u{0}", "NUL"),
        ("                ", nil), ("A\\B", nil), ("A\nB", nil), ("Ä", nil), ("0123456789ABCDEFG", nil), ("", nil),
    ] as [(String, String?)])
    func aeTitles(text: String, expected: String?) {
        #expect(AETitle(text)?.text == expected)
    }
}
