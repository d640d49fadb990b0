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

@Suite("Acceptable media types (PS3.18 §8.7, RFC 9110 §12)")
struct AcceptableTypeTests {
    @Test("What is no weight takes nothing", arguments: [
        ("1", 1), ("0.5", 0.5), ("0", 0), ("1.5", 1), ("-1", 0), ("nan", 0), ("x", 0), ("", 0), ("\"0.3\"", 0.3),
    ])
    func weights(text: String, expected: Double) { #expect(MediaType("a/b; q=\(text)")?.quality == expected) }

    @Test("A parameter that is given several times has all its values", arguments: [
        ("a/b", []), ("a/b; transfer-syntax=*", ["*"]), ("a/b; transfer-syntax=1.2; transfer-syntax=\"1.3\"", ["1.2", "1.3"]),
        ("a/b; transfer-syntax=\"1.2, 1.3\"", ["1.2", "1.3"]), ("a/b; Transfer-Syntax = 1.2", ["1.2"]),
    ])
    func transferSyntaxes(text: String, expected: [String]) { #expect(MediaType(text)?.transferSyntaxes == expected) }

    @Test("What a narrower range says counts more", arguments: [
        ("*/*, image/png;q=0", "image/png", true), ("*/*, image/png;q=0", "image/jpeg", false), ("image/*;q=0, image/png", "image/png", false),
        ("image/*;q=0, */*", "image/png", true), ("*/*;q=0", "image/png", true), ("image/png", "image/png", false), ("image/png;q=0.5", "image/png", false),
    ])
    func excluded(header: String, type: String, expected: Bool) { #expect(MediaType.excludes(header, type) == expected) }

    @Test("A lone asterisk and quoted pairs are understood") func odd() {
        #expect(MediaType("*")?.name == "*/*")
        #expect(MediaType("a/b; x=\"q\\\"u;,o\"; y=1")?.parameters == ["x": "q\"u;,o", "y": "1"])
        #expect(MediaType.accepted("a/b; x=\"1,2\", c/d").map(\.name) == ["a/b", "c/d"])
    }
}
