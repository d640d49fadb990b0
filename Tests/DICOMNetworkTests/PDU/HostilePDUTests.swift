import NIOCore
import Testing

@testable import DICOMNetwork

@Suite("Bytes that are no PDU")
struct HostilePDUTests {
    @Test("A request cut at any byte is waited for, not guessed", arguments: ["echo", "store", "items"])
    func truncatedRequest(conversation: String) throws {
        let whole = try #require(Fixture.pdus(conversation, ">").first)
        for count in 0..<whole.readableBytes {
            let cut = try #require(whole.getSlice(at: whole.readerIndex, length: count))
            #expect(try decode(cut).isEmpty)
            #expect(try decode(cut, piece: 7).isEmpty)
        }
    }

    @Test("A request whose content is cut at any byte, with a length that fits, is refused or means less, never traps")
    func shortenedRequest() throws {
        let whole = try #require(Fixture.pdus("items", ">").first)
        var refused = 0
        for count in 6..<whole.readableBytes {
            var cut = try #require(whole.getSlice(at: whole.readerIndex, length: count))
            cut.setInteger(UInt32(count - 6), at: cut.readerIndex + 2)
            do { _ = try decode(cut) } catch { refused += 1 }
        }
        // Only a cut exactly between items leaves a well-formed request: 74, after each context and the application context.
        #expect(refused == whole.readableBytes - 6 - 4)
    }

    @Test("Data cut at any byte yields what came and no end")
    func truncatedData() throws {
        let whole = try #require(Fixture.pdus("echo", ">").dropFirst().first)
        for count in 0..<whole.readableBytes {
            let outputs = try decode(try #require(whole.getSlice(at: whole.readerIndex, length: count)))
            let bytes = outputs.reduce(0) { if case .data(let value) = $1 { $0 + value.bytes.readableBytes } else { $0 } }
            #expect(bytes == max(0, count - 12))
            #expect(!outputs.contains { if case .data(let value) = $0 { value.isLast } else { true } })
        }
    }

    @Test("Lengths that lie, for each type", arguments: PDU.Kind.allCases, [0, 1, 3, 5, 1 << 31, .max] as [UInt32])
    func lengths(kind: PDU.Kind, length: UInt32) {
        var bytes = ByteBuffer()
        bytes.writeMultipleIntegers(kind.rawValue, 0 as UInt8, length)
        bytes.writeRepeatingByte(0x41, count: 4096)
        #expect(throws: NetworkError.self) { try decode(bytes) }
    }

    @Test("The length is refused before the body comes", arguments: PDU.Kind.allCases)
    func tooLong(kind: PDU.Kind) {
        var header = ByteBuffer()
        header.writeMultipleIntegers(kind.rawValue, 0 as UInt8, 0x0010_0000 as UInt32)
        #expect(throws: NetworkError.self) { try decode(header) }
    }

    @Test("Data longer than we announced is refused, at the announced length it is taken")
    func maximumLength() throws {
        var limits = NetworkLimits()
        limits.maximumLength = 4096
        func pdu(_ length: UInt32) -> ByteBuffer {
            var bytes = ByteBuffer()
            bytes.writeMultipleIntegers(4 as UInt8, 0 as UInt8, length, length - 4, 1 as UInt8, 0 as UInt8)
            bytes.writeRepeatingByte(7, count: Int(length) - 6)
            return bytes
        }
        #expect(try decode(pdu(4096), limits: limits).count == 1)
        #expect(throws: NetworkError.pduTooLong(.data, length: 4097, limit: 4096)) { try decode(pdu(4097), limits: limits) }
    }

    @Test("No announcement is unbounded", arguments: [(0, 4096), (4097, 4097), (UInt32.max, 1 << 20)] as [(UInt32, UInt32)])
    func announcement(asked: UInt32, announced: UInt32) {
        var limits = NetworkLimits()
        limits.maximumLength = asked
        #expect(limits.announcedLength == announced)
    }

    @Test("Value lengths: 0, 1, beyond the PDU, 2^31, 2^32 - 1, and a rest too short for a value", arguments: [
        "04 00 00000006 00000000 01 03", "04 00 00000006 00000001 01 03", "04 00 00000006 00000003 01 03",
        "04 00 00000006 80000000 01 03", "04 00 00000006 FFFFFFFF 01 03",
        "04 00 00000009 00000002 01 03 000000", "04 00 00000001 00", "04 00 00000005 0000000201",
    ])
    func valueLengths(bytes: String) {
        #expect(throws: NetworkError.self) { try decode(ByteBuffer(bytes: hexBytes(bytes))) }
    }

    @Test func emptyFragment() throws {
        #expect(try decode(ByteBuffer(bytes: hexBytes("04 00 00000006 00000002 01 02"))) == [.data(data(last: true, []))])
    }

    @Test("Items and sub-items that claim more than is there", arguments: [
        item(0x10, [], length: 1), item(0x20, [1, 0, 0, 0], length: 65535),
        item(0x20, [1, 0, 0, 0] + item(0x30, Array("1.2".utf8), length: 65535)),
        item(0x20, [1, 0, 0, 0] + item(0x40, [], length: 1)),
        item(0x20, [1, 0, 0]), item(0x20, []), [0x20, 0, 0], [0x20],
        item(0x50, item(0x51, [0, 0, 0x40], length: 4)), item(0x50, item(0x51, [0, 0, 0x40])), item(0x50, item(0x51, [])),
        item(0x50, item(0x53, [0, 1, 0])), item(0x50, item(0x54, [0xFF, 0xFF, 1, 1])), item(0x50, item(0x54, [0, 3] + Array("1.2".utf8))),
        item(0x50, item(0x56, [0, 9, 1])), item(0x50, item(0x57, [0, 1, 0x31, 0, 1, 0x31, 0, 9])),
        item(0x50, item(0x57, [0, 1, 0x31, 0, 1, 0x31, 0, 2, 0xFF, 0xFF])),
        item(0x50, item(0x58, [2, 0, 0xFF, 0xFF])), item(0x50, item(0x58, [2, 0, 0, 1, 0x41, 0xFF, 0xFF])), item(0x50, item(0x58, [2])),
    ])
    func lyingItems(items: [UInt8]) {
        #expect(throws: NetworkError.self) { try decode(associateRequest(items: items)) }
    }

    @Test("16,000 sub-items that each claim 65535 bytes in four cost nothing")
    func manyLyingSubItems() {
        let subItems = Array(repeating: [0x30, 0, 0xFF, 0xFF] as [UInt8], count: 16_000).flatMap { $0 }
        #expect(throws: NetworkError.self) { try decode(associateRequest(items: item(0x50, subItems))) }
        #expect(throws: NetworkError.self) { try decode(associateRequest(items: item(0x20, [1, 0, 0, 0] + subItems))) }
    }

    @Test("16,000 honest empty sub-items are read")
    func manySubItems() throws {
        let subItems = Array(repeating: item(0x60, []), count: 16_000).flatMap { $0 }
        guard case .pdu(.associateRequest(let request))? = try decode(associateRequest(items: item(0x50, subItems))).first else {
            Issue.record("no request"); return
        }
        #expect(request.userInformation.others.count == 16_000)
    }

    @Test("Presentation contexts: 128 are read; a 129th, an even and a repeated identifier are refused")
    func contexts() throws {
        func context(_ id: UInt8) -> [UInt8] { item(0x20, [id, 0, 0, 0] + item(0x30, Array("1.2".utf8))) }
        let all = (0..<128).flatMap { context(UInt8($0 * 2 + 1)) }
        guard case .pdu(.associateRequest(let request))? = try decode(associateRequest(items: all)).first else {
            Issue.record("no request"); return
        }
        #expect(request.presentationContexts.count == 128)
        for more in [context(1), context(2), context(0)] {
            #expect(throws: NetworkError.self) { try decode(associateRequest(items: all + more)) }
            #expect(throws: NetworkError.self) { try decode(associateRequest(items: context(1) + more)) }
        }
    }

    @Test("What is no UID is no UID: the context stays, to be refused", arguments: [
        "../../etc", "1.2\u{0}.3", String(repeating: "1", count: 65), "", "1..2", "UID",
    ])
    func badUIDs(text: String) throws {
        let context = item(0x20, [1, 0, 0, 0] + item(0x30, Array(text.utf8)) + item(0x40, Array(text.utf8)))
        guard case .pdu(.associateRequest(let request))? = try decode(associateRequest(items: context)).first else {
            Issue.record("no request"); return
        }
        #expect(request.presentationContexts == [ProposedContext(id: 1, abstractSyntax: nil, transferSyntaxes: [])])
    }

    @Test("Other protocols are called by their name", arguments: [
        (Array("GET / HTTP/1.1\r\nHost: pacs\r\n\r\n".utf8), .http), (Array("POST /dicom-web".utf8), .http),
        (Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8), .http), (Array("OPTIONS * HTTP/1.1".utf8), .http),
        (Array("HTTP/1.1 400 Bad Request".utf8), .httpResponse),
        (hexBytes("160301020001 0001FC0303"), .tls), (hexBytes("160303007A02 0000"), .tls), (hexBytes("15030100020230"), .tls),
        (Array("SSH-2.0-OpenSSH_9.2".utf8), .ssh), (hexBytes("00000054FF534D4272"), .smb), (hexBytes("000000EEFE534D4240"), .smb),
        (Array("\u{0B}MSH|^~\\&|".utf8), .mllp), (Array("220 mail.example ESMTP".utf8), .mail),
    ] as [([UInt8], ForeignProtocol)])
    func foreign(bytes: [UInt8], expected: ForeignProtocol) {
        #expect(throws: NetworkError.foreignProtocol(expected)) { try decode(ByteBuffer(bytes: bytes)) }
        #expect(NetworkError.foreignProtocol(expected).description == "this port speaks DICOM; the peer sent \(expected.words)")
    }

    @Test("Unknown types are named", arguments: [0x00, 0x08, 0x7F, 0xFF] as [UInt8])
    func unknownType(type: UInt8) {
        #expect(throws: NetworkError.unknownPDU(type: type)) { try decode(ByteBuffer(bytes: [type, 0, 0, 0, 0, 4, 0, 0, 0, 0])) }
    }

    @Test("The error says where")
    func words() throws {
        let items = item(0x10, Array("1.2".utf8)) + item(0x50, item(0x51, [], length: 65535))
        #expect {
            try decode(associateRequest(items: items))
        } throws: { error in
            "\(error)" == "A-ASSOCIATE-RQ at byte 89: item 51H claims 65535 bytes, 0 left"
        }
    }

    @Test("An item of more than 65535 bytes is not written wrongly")
    func itemTooLong() {
        var request = AssociateRequest(calledAETitle: nil, callingAETitle: nil, presentationContexts: [], userInformation: .init())
        request.userInformation.others = [UnknownItem(type: 0x60, content: [UInt8](repeating: 0, count: 65536))]
        #expect(throws: NetworkError.itemTooLong(type: 0x60, length: 65536)) { try PDU.associateRequest(request).encoded() }
    }

    @Test("Real conversations with bytes changed at random: read or refused, never a trap", arguments: 0..<20 as Range<UInt64>)
    func mutations(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func random(_ bound: Int) -> Int {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return Int(state % UInt64(bound))
        }
        let small = Fixture.lines.filter { $0.bytes.readableBytes < 1000 }
        for _ in 0..<500 {
            var bytes = small[random(small.count)].bytes
            for _ in 0...random(4) {
                let at = bytes.readerIndex + random(bytes.readableBytes)
                bytes.setInteger([0, 0xFF, 0x7F, 0x80, UInt8(random(256))][random(5)], at: at)
            }
            var assembler = MessageAssembler(contextIDs: [1, 3])
            do {
                for case .data(let value) in try decode(bytes, piece: 1 + random(300)) { try assembler.handle(value) { _ in } }
            } catch is NetworkError {}
        }
    }
}
