import Testing

@testable import IsocenterServer

@Suite struct DataSetAnswerTests {
    static let forms: [(String?, DataSetAnswer.Form)] = [
        (nil, .json("application/dicom+json")), ("*/*", .json("application/dicom+json")), ("application/*", .json("application/dicom+json")),
        ("application/dicom+json", .json("application/dicom+json")), ("application/json", .json("application/json")),
        ("application/json, application/dicom+json", .json("application/json")), ("application/json;q=0.5, application/dicom+json", .json("application/dicom+json")),
        (#"multipart/related; type="application/dicom+xml""#, .xml), ("multipart/related;type=application/dicom+xml;q=0.9, application/json;q=0.8", .xml),
        ("application/dicom+xml", .xml), ("multipart/related", .xml), ("multipart/*", .xml), ("text/csv", .other("text/csv")), ("text/*", .other("text/csv")),
        ("image/png, application/dicom+xml;q=0.1", .xml),
    ]

    @Test("Types of data sets (PS3.18 §8.7.3)", arguments: forms.indices) func form(index: Int) throws {
        let (accept, form) = Self.forms[index]
        #expect(try DataSetAnswer.negotiated(MediaType.accepted(accept), acceptEncoding: nil, also: ["text/csv"]).form == form)
    }

    @Test("What there is not", arguments: ["image/png", "text/csv", #"multipart/related; type="application/dicom""#, "application/dicom+json;q=0"])
    func notAcceptable(accept: String) {
        #expect { try DataSetAnswer.negotiated(MediaType.accepted(accept), acceptEncoding: nil) } throws: { error in
            (error as? HTTPFailure)?.status == .notAcceptable && "\((error as? HTTPFailure)?.message ?? "")".contains("application/dicom+json")
        }
    }

    @Test("Accept-Encoding (RFC 9110 §12.5.3)", arguments: [
        (nil, false), ("", false), ("gzip", true), ("GZIP", true), ("x-gzip", true), ("gzip, deflate, br", true), ("br;q=1.0, gzip;q=0.8, *;q=0.1", true), ("identity", false),
        ("gzip;q=0", false), ("*", true), ("*;q=0", false), ("gzip; q=0.000, *", false), ("br", false),
    ] as [(String?, Bool)])
    func gzip(header: String?, expected: Bool) { #expect(ContentCoding.takesGzip(header) == expected) }
}
