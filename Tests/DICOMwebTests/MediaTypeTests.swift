import Testing

@testable import DICOMweb

@Suite("Media types (RFC 9110 §8.3.1, §12.5.1)")
struct MediaTypeTests {
    @Test("Parameters are read with and without quotes")
    func parameters() throws {
        let type = try #require(MediaType("multipart/related; type=\"application/dicom\"; transfer-syntax=*; boundary=\"a;b\""))
        #expect(type.name == "multipart/related")
        #expect(type.parameters == ["type": "application/dicom", "transfer-syntax": "*", "boundary": "a;b"])
        #expect(type.partType == "application/dicom")
    }

    @Test("Accept lists the heaviest first, equal weights as they stand, weight 0 not at all", arguments: [
        ("image/jpeg, image/png", ["image/jpeg", "image/png"]),
        ("image/jpeg;q=0.5, image/png;q=0.9", ["image/png", "image/jpeg"]),
        ("image/jpeg;q=0, */*;q=0.1", ["*/*"]),
        ("application/dicom+json", ["application/dicom+json"]),
        ("nonsense, text/plain", ["text/plain"]),
    ])
    func accept(_ header: String, _ expected: [String]) {
        #expect(MediaType.accepted(header).map(\.name) == expected)
    }

    @Test("No Accept header takes everything")
    func noHeader() {
        #expect(MediaType.accepted(nil).map(\.name) == ["*/*"])
    }

    @Test("Ranges match what they contain", arguments: [
        ("*/*", "image/png", true), ("image/*", "image/png", true), ("image/*", "application/dicom", false), ("image/png", "image/png", true),
    ])
    func matching(_ range: String, _ type: String, _ expected: Bool) {
        #expect(MediaType(range)?.matches(type) == expected)
    }
}
