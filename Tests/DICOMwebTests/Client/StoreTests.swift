import DICOM
import Foundation
import NIOCore
import Testing

@testable import DICOMweb

@Suite("Storing at another server (PS3.18 §10.5)")
struct StoreTests {
    private func object(_ instance: String, _ bytes: [UInt8], size: UInt64? = nil) throws -> StoreObject {
        let uid = try #require(UID(instance))
        return StoreObject(name: instance, sopClass: uid, sopInstance: uid, size: size ?? UInt64(bytes.count)) {
            let rest = Once(bytes)
            return { await rest.take().map { ByteBuffer(bytes: $0) } }
        }
    }

    private actor Once {
        private var bytes: [UInt8]?
        init(_ bytes: [UInt8]) { self.bytes = bytes }
        func take() -> [UInt8]? {
            defer { bytes = nil }
            return bytes
        }
    }

    private func body(_ objects: [StoreObject], _ framing: StoreFraming) async throws -> [UInt8] {
        var bytes: [UInt8] = []
        for try await piece in StoreBody(objects: objects, framing: framing) { bytes += piece.readableBytesView }
        return bytes
    }

    @Test func theBodyIsMultipartAsLongAsWasSaid() async throws {
        let objects = [try object("1.2", [1, 2, 3]), try object("1.3", Array("\r\n--no\r\n".utf8))]
        let framing = StoreFraming(boundary: "b")
        let body = try await body(objects, framing)
        #expect(framing.length(objects.map(\.size)) == Int64(body.count))
        #expect(String(decoding: body, as: UTF8.self) == """
            \r\n--b\r\nContent-Type: application/dicom\r\n\r\n\u{1}\u{2}\u{3}\
            \r\n--b\r\nContent-Type: application/dicom\r\n\r\n\r\n--no\r\n\r\n--b--\r\n
            """)
        // It can be made again.
        #expect(try await self.body(objects, framing) == body)
    }

    @Test("A file that changes while it is sent ends the request", arguments: [2, 4])
    func sizes(_ size: UInt64) async throws {
        let objects = [try object("1.2", [1, 2, 3], size: size)]
        await #expect(throws: StoreBodyError.self) { try await body(objects, StoreFraming(boundary: "b")) }
    }

    @Test func anUnknownOrImpossibleLengthIsNotSaid() {
        #expect(StoreFraming(boundary: "b").length([1, nil]) == nil)
        #expect(StoreFraming(boundary: "b").length([.max, 1]) == nil)
        #expect(StoreFraming(boundary: "b").length([UInt64(Int64.max)]) == nil)
    }

    @Test func requestsAreBounded() throws {
        var limits = RemoteService.Limits()
        (limits.storedInstances, limits.storedBytes) = (3, 100)
        func sizes(_ all: [(String, UInt64)]) throws -> [[UInt64]] {
            try Client.groups(all.map { try object($0.0, [], size: $0.1) }, limits).map { $0.map(\.estimate) }
        }
        #expect(try sizes([("1.1", 1), ("1.2", 2), ("1.3", 3), ("1.4", 4)]) == [[1, 2, 3], [4]])
        #expect(try sizes([("1.1", 60), ("1.2", 50), ("1.3", 500), ("1.4", 1)]) == [[60], [50], [500], [1]])
        #expect(try sizes([("1.1", 1), ("1.1", 2)]) == [[1], [2]])
        #expect(try sizes([]) == [])
    }

    /// As PS3.18 Annex I has it, of three instances.
    @Test func eachInstanceHasItsOutcome() throws {
        let json = """
            {"00081199":{"vr":"SQ","Value":[
                {"00081150":{"vr":"UI","Value":["1.2.840.10008.5.1.4.1.1.2"]},"00081155":{"vr":"UI","Value":["1.1"]}},
                {"00081155":{"vr":"UI","Value":["1.2"]},"00081196":{"vr":"US","Value":[45056]}},
                {"00081155":{"vr":"UI","Value":["1.4"]}}]},
             "00081198":{"vr":"SQ","Value":[
                {"00081155":{"vr":"UI","Value":["1.3"]},"00081197":{"vr":"US","Value":[290]}},
                {"00081155":{"vr":"UI","Value":["1.4"]}}]}}
            """
        let answer = StoreAnswer(try DICOMJSON.decode(Array(json.utf8)))
        let expected: [(String, RemoteOutcome)] = [("1.1", .stored), ("1.2", .warned(0xB000)), ("1.3", .refused(0x0122)), ("1.4", .refused(nil)), ("1.5", .unmentioned)]
        for (instance, outcome) in expected { #expect(answer.outcome(of: try #require(UID(instance))) == outcome) }
        #expect(StoreAnswer(DataSet()).outcome(of: try #require(UID("1.1"))) == .unmentioned)
    }

    @Test("Retry-After (RFC 9110 §10.2.3)", arguments: [
        ("5", .seconds(5)), ("0", .milliseconds(100)), (nil, nil), ("", nil), ("soon", nil), ("-1", nil), ("99999999999999999999", nil),
        ("Sun, 06 Nov 1994 08:49:47 GMT", .seconds(10)), ("Sun, 06 Nov 1994 08:49:00 GMT", .milliseconds(100)), ("Sun, 99 Nov 1994 08:49:00 GMT", nil),
    ] as [(String?, Duration?)])
    func waits(header: String?, wait: Duration?) {
        // 1994-11-06 08:49:37 GMT, the standard's own example.
        #expect(RetryAfter.wait(header, now: Date(timeIntervalSince1970: 784_111_777)) == wait)
    }

    @Test func credentialsAreNotShown() throws {
        var service = RemoteService(try ServiceURL("http://pacs.example/dicom-web"))
        for authentication in [RemoteService.Authentication.basic(user: "u", password: "secret"), .bearer(token: "secret")] {
            service.authentication = authentication
            var dumped = ""
            dump(service, to: &dumped)
            #expect(!"\(service) \(authentication) \(String(reflecting: authentication)) \(dumped)".contains("secret"))
            // Over http to another machine everybody on the way would read them.
            #expect(service.problem != nil)
            #expect(throws: RemoteError(.address, url: "", "")) { try Client(service) }
        }
        service.url = try ServiceURL("http://127.0.0.1:8042")
        #expect(service.problem == nil)
        service.authentication = .bearer(token: "a\r\nX: b")
        #expect(service.problem != nil)
    }

    @Test func aServersWordsAreMadeSafeToPrint() {
        #expect(RemoteError.words(of: "<html><h1>No\u{1B}[31m</h1>\r\n it \u{202E}is</html>", isMarkup: true) == "No [31m it is")
        #expect(RemoteError.words(of: String(repeating: "a", count: 9000), isMarkup: false).count == 401)
    }
}
