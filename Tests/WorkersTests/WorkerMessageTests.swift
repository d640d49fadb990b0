import DICOM
import DICOMImage
import Testing
@testable import Workers

@Suite struct WorkerMessageTests {
    private func request() throws -> WorkerRequest {
        let description = try PixelDescription(
            checking: 480, columns: 640, bitsAllocated: 16, bitsStored: 12, highBit: 11, number: .integer(isSigned: true), isPlanar: true,
            photometricInterpretation: .ybrRCT, numberOfFrames: 77)
        return WorkerRequest(
            operation: .encode, ticket: 0x0123_4567_89AB_CDEF, transferSyntax: TransferSyntax(try #require(UID("1.2.840.10008.1.2.4.90"))), description: description,
            parameters: EncodingParameters(quality: 71, nearLossless: 3, compressionRatio: 12.5), codeLength: 1234, sharedLength: 8 << 20, memory: 2 << 30, seconds: 12, frame: 70_000)
    }

    private static let summary = Video.Summary(
        rows: 720, columns: 1280, numberOfFrames: 1799, framesAreCounted: true, duration: 60.02, rate: (30000, 1001), bits: 10, codec: "hevc", container: "mov,mp4",
        pixelFormat: "yuv420p10le")

    @Test("Summaries that no sound worker gives", arguments: [
        (39, [0xFF], "frames"), (46, [0xF8, 0x7F], "seconds that are no number"), (47, [0xBF], "seconds below 0"), (52, [0, 0, 0, 0], "denominator"),
        (59, [5], "length of a name"), (60, [255], "length of a name"),
    ])
    func wrongSummary(offset: Int, values: [UInt8], what: String) {
        var bytes = WorkerReply(ticket: 1, outcome: .summarised(Self.summary)).bytes
        bytes.replaceSubrange(offset..<offset + values.count, with: values)
        #expect(throws: WorkerMessage.Malformed.self, "\(what)") { try WorkerReply(bytes) }
    }

    @Test func aSummaryThatIsCutOff() {
        let bytes = WorkerReply(ticket: 1, outcome: .summarised(Self.summary)).bytes
        for count in 24..<bytes.count {
            var cut = Array(bytes.prefix(count))
            cut[6] = UInt8(count - 24)
            #expect(throws: WorkerMessage.Malformed.self) { try WorkerReply(cut) }
        }
    }

    @Test func sharedChromaCrosses() throws {
        var request = try request()
        request.description = try PixelDescription(
            checking: 4, columns: 6, bitsAllocated: 8, bitsStored: 8, highBit: 7, number: .integer(isSigned: false), isPlanar: false,
            photometricInterpretation: .ybrFull422, sharesChroma: true, numberOfFrames: 1)
        #expect(try WorkerRequest(request.bytes) == request)
    }

    @Test func requestsComeBackAsTheyWere() throws {
        let request = try request()
        #expect(request.bytes.count == WorkerRequest.length)
        #expect(try WorkerRequest(request.bytes) == request)
    }

    @Test("Requests that no server sends", arguments: [
        (0, 1, "version"), (4, 9, "operation"), (5, 65, "length of the UID"), (5, 0, "no UID"), (22, 0, "shared memory"), (18, 0, "shared memory too small"), (45, 1, "code stream"),
        (48, 0, "rows"), (51, 0xFF, "rows"), (56, 0, "frames"), (60, 12, "bits allocated"), (62, 0, "bits stored"), (62, 17, "bits stored"), (63, 16, "high bit"), (63, 2, "high bit"),
        (64, 4, "number"), (67, 99, "photometric interpretation"), (88, 65, "UID"),
    ])
    func wrongRequest(offset: Int, value: Int, what: String) throws {
        var bytes = try request().bytes
        if offset == 22 { bytes.replaceSubrange(16..<24, with: [0, 0, 0, 0, 0, 0, 0, 0]) }
        if offset == 56 { bytes.replaceSubrange(56..<60, with: [0, 0, 0, 0]) }
        if offset == 48 { bytes.replaceSubrange(48..<52, with: [0, 0, 0, 0]) }
        if offset == 5, value == 65 { bytes += [1] }
        bytes[offset] = UInt8(value)
        if offset == 5 { bytes = Array(bytes.prefix(WorkerRequest.length)) }
        #expect(throws: (any Error).self, "\(what)") { try WorkerRequest(bytes) }
    }

    @Test func requestsOfAnotherLength() throws {
        let bytes = try request().bytes
        for count in 0..<bytes.count { #expect(throws: (any Error).self) { try WorkerRequest(Array(bytes.prefix(count))) } }
        #expect(throws: (any Error).self) { try WorkerRequest(bytes + [0]) }
    }

    @Test(arguments: [
        WorkerReply(ticket: 0, outcome: .ready), WorkerReply(ticket: 7, outcome: .decoded(.xyb)),
        WorkerReply(ticket: .max, outcome: .encoded(.monochrome1, length: 1 << 33)),
        WorkerReply(ticket: 9, outcome: .failed(ImageError(.truncated, .pixelData, "ends at byte 17"))),
        WorkerReply(ticket: 9, outcome: .failed(ImageError(.unavailable, nil, ""))),
        WorkerReply(ticket: 9, outcome: .summarised(summary)),
        WorkerReply(ticket: 9, outcome: .summarised(Video.Summary(
            rows: 0, columns: 0, numberOfFrames: nil, framesAreCounted: false, duration: nil, rate: nil, bits: 0, codec: "", container: "", pixelFormat: ""))),
    ])
    func repliesComeBackAsTheyWere(reply: WorkerReply) throws {
        let read = try WorkerReply(reply.bytes)
        #expect(read == reply)
        if case .failed(let error) = reply.outcome, case .failed(let other) = read.outcome { #expect(other.message == error.message) }
    }

    @Test func everyCodeOfAnErrorCrosses() throws {
        for code in ImageError.Code.allCases {
            let reply = WorkerReply(ticket: 1, outcome: .failed(ImageError(code, Tag(0xFFFF, 0xFFFF), "x")))
            #expect(try WorkerReply(reply.bytes) == reply)
        }
    }

    @Test func anErrorOfManyWordsIsCut() throws {
        let reply = WorkerReply(ticket: 1, outcome: .failed(ImageError(.invalid, nil, String(repeating: "ä", count: 5000))))
        #expect(reply.bytes.count == WorkerMessage.longest)
        #expect(throws: Never.self) { try WorkerReply(reply.bytes) }
    }

    @Test func controlCharactersAndBrokenTextDoNotCross() throws {
        var bytes = WorkerReply(ticket: 1, outcome: .failed(ImageError(.invalid, nil, "a\nb\u{1B}[31mc!"))).bytes
        bytes[bytes.count - 1] = 0xFF
        guard case .failed(let error) = try WorkerReply(bytes).outcome else { return #expect(Bool(false), "no error") }
        #expect(error.message == "a b [31mc\u{FFFD}")
    }

    @Test("Replies that no sound worker gives", arguments: [(0, 0), (4, 4), (4, 255), (5, 11), (6, 1), (21, 1)])
    func wrongReply(offset: Int, value: Int) {
        var bytes = WorkerReply(ticket: 1, outcome: .encoded(.rgb, length: 10)).bytes
        bytes[offset] = UInt8(value)
        #expect(throws: WorkerMessage.Malformed.self) { try WorkerReply(bytes) }
    }

    @Test func noiseIsNoReplyAndCrashesNobody() {
        var numbers = Numbers(state: 1)
        for _ in 0..<20_000 {
            var bytes = numbers.bytes(Int.random(in: 0...64, using: &numbers))
            if bytes.count > 4, Bool.random(using: &numbers) { bytes.replaceSubrange(0..<4, with: [2, 0, 0x57, 0x49]) }
            _ = try? WorkerReply(bytes)
            _ = try? WorkerRequest(bytes + [UInt8](repeating: bytes.last ?? 0, count: max(0, WorkerRequest.length - bytes.count)))
        }
    }
}

@Suite struct WaitingLineTests {
    @Test func firstComeFirstServedWithOneTurnOfEightForBulk() {
        var line = WaitingLine<Int>()
        for number in 0..<20 { line.append(number, ticket: UInt64(number), isBulk: number >= 16) }
        let order = (0..<20).compactMap { _ in line.next() }
        #expect(order == [0, 1, 2, 3, 4, 5, 6, 16, 7, 8, 9, 10, 11, 12, 13, 17, 14, 15, 18, 19])
        #expect(line.next() == nil)
    }

    @Test func whoLeavesIsNotServed() {
        var line = WaitingLine<Int>()
        for number in 0..<4 { line.append(number, ticket: UInt64(number), isBulk: number == 3) }
        #expect(line.remove(1) == 1)
        #expect(line.remove(3) == 3)
        #expect(line.remove(3) == nil)
        #expect(line.count == 2)
        #expect(line.removeAll() == [0, 2])
        #expect(line.count == 0)
    }
}
