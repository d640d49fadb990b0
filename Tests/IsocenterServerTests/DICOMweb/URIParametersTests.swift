import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import IsocenterServer

/// PS3.18 §9.1.2, Tables 9.1.2-1 and 9.1.2-2.
struct URIParametersTests {
    private static let named = "requestType=WADO&studyUID=1.2&seriesUID=1.3&objectUID=1.4"

    private func read(_ query: String, accept: String? = nil) throws -> URIParameters {
        var head = HTTPRequest(method: .get, scheme: "http", authority: "x", path: "/wado?" + query)
        head.headerFields[.accept] = accept
        return try URIParameters(Request(head: head, body: .init(buffer: ByteBuffer())))
    }

    @Test(arguments: [
        "", "studyUID=1.2&seriesUID=1.3&objectUID=1.4", "requestType=wado&studyUID=1.2&seriesUID=1.3&objectUID=1.4",
        "requestType=WADO&seriesUID=1.3&objectUID=1.4", "requestType=WADO&studyUID=1.2&objectUID=1.4", "requestType=WADO&studyUID=1.2&seriesUID=1.3",
        named + "&objectUID=1.5", named + "&unknown=1", named + "&transferSyntax=x", named + "&transferSyntax=1.2.840.10008.1.2",
        named + "&transferSyntax=1.2.840.10008.1.2.2", named + "&windowCenter=1", named + "&windowWidth=1", named + "&windowCenter=1&windowWidth=0",
        named + "&windowCenter=nan&windowWidth=1", named + "&rows=0", named + "&rows=x", named + "&columns=-1", named + "&columns=99999",
        named + "&region=0,0,1", named + "&region=0,0,1,2", named + "&region=0.5,0,0.5,1", named + "&region=a,0,1,1", named + "&region=0,0,nan,1",
        named + "&frameNumber=0", named + "&frameNumber=1.5", named + "&imageQuality=0", named + "&imageQuality=101", named + "&annotation=name",
        named + "&presentationUID=1.5", named + "&presentationSeriesUID=1.5",
        named + "&presentationUID=1.5&presentationSeriesUID=1.6&windowCenter=1&windowWidth=2",
        named + "&presentationUID=1.5&presentationSeriesUID=1.6&region=0,0,1,1",
        named + "&contentType=application/dicom&rows=3", named + "&contentType=application%2Fdicom&frameNumber=1",
    ])
    func whatCannotBeMeantIsRefused(query: String) {
        #expect { try read(query) } throws: { ($0 as? HTTPFailure)?.status == .badRequest }
    }

    @Test("What is to be without names is never sent", arguments: ["yes", "no", "", "YES", "1"])
    func anonymize(value: String) {
        #expect { try read(Self.named + "&anonymize=\(value)") } throws: { ($0 as? HTTPFailure)?.status == .notAcceptable }
        #expect { try read("anonymize=\(value)&requestType=x") } throws: { ($0 as? HTTPFailure)?.status == .notAcceptable }
    }

    @Test func allOfThem() throws {
        let read = try read(Self.named + "&contentType=image%2Fpng,image/jpeg;q=0.5&charset=utf-8&rows=10&columns=20&region=0.25,0,0.75,1&windowCenter=-40.5&windowWidth=400&frameNumber=3&imageQuality=80&annotation=patient,technique", accept: "text/html")
        #expect(read.study.text == "1.2" && read.series.text == "1.3" && read.instance.text == "1.4")
        #expect(read.types?.map(\.name) == ["image/png", "image/jpeg", "text/html"])
        #expect(read.rows == 10 && read.columns == 20 && read.region == [0.25, 0, 0.75, 1] && read.frame == 3 && read.quality == 80)
        #expect(read.window?.center == -40.5 && read.window?.width == 400 && read.annotations.count == 2)
    }
}
