import Testing

@testable import DICOMweb

@Suite("Multipart bodies (RFC 2046 §5.1)")
struct MultipartParserTests {
    struct Part: Equatable {
        var headers: [String: String]
        var body: String
    }

    private func parts(_ text: String, boundary: String, step: Int) throws -> (parts: [Part], isComplete: Bool) {
        var parser = try MultipartParser(boundary: boundary)
        var parts: [Part] = []
        var body: [UInt8] = []
        var headers: [String: String] = [:]
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: step) {
            for event in try parser.feed(bytes[start..<min(start + step, bytes.count)]) {
                switch event {
                case .begin(let fields): (headers, body) = (fields, [])
                case .body(let piece): body += piece
                case .end: parts.append(Part(headers: headers, body: String(decoding: body, as: UTF8.self)))
                }
            }
        }
        return (parts, parser.isComplete)
    }

    static let cases: [(name: String, text: String, expected: [Part])] = [
        ("one part", "--B\r\nContent-Type: application/dicom\r\n\r\nabc\r\n--B--\r\n",
         [Part(headers: ["content-type": "application/dicom"], body: "abc")]),
        ("preamble, two parts, epilogue", "ignored\r\n--B\r\nA: 1\r\n\r\none\r\n--B\r\nA: 2\r\nB:3\r\n\r\ntwo\r\n--B--\r\nalso ignored",
         [Part(headers: ["a": "1"], body: "one"), Part(headers: ["a": "2", "b": "3"], body: "two")]),
        ("line ends and near-delimiters in the content", "--B\r\nA: 1\r\n\r\n\r\n-B\r\n--C\r\r\n\r\n--B--",
         [Part(headers: ["a": "1"], body: "\r\n-B\r\n--C\r\r\n")]),
        ("an empty body", "--B\r\nA: 1\r\n\r\n\r\n--B--", [Part(headers: ["a": "1"], body: "")]),
        ("no header fields", "--B\r\n\r\nabc\r\n--B--", [Part(headers: [:], body: "abc")]),
        ("white space after the delimiter", "--B  \r\nA: 1\r\n\r\nabc\r\n--B--", [Part(headers: ["a": "1"], body: "abc")]),
    ]

    @Test("However the bytes are cut, the parts are the same", arguments: cases.indices)
    func parts(_ index: Int) throws {
        let (_, text, expected) = Self.cases[index]
        for step in 1...max(1, text.utf8.count) {
            let (found, isComplete) = try parts(text, boundary: "B", step: step)
            #expect(found == expected, "in pieces of \(step)")
            #expect(isComplete)
        }
    }

    @Test("A body without its closing delimiter is not complete")
    func truncated() throws {
        let text = "--B\r\nA: 1\r\n\r\nabc"
        for end in 0...text.utf8.count {
            #expect(try !parts(String(text.prefix(end)), boundary: "B", step: 7).isComplete)
        }
    }

    @Test("Boundaries that are none are refused", arguments: ["", String(repeating: "x", count: 71), "a\r\nb", "\u{0}"])
    func boundary(_ text: String) {
        #expect(throws: MultipartError.self) { try MultipartParser(boundary: text) }
    }

    @Test("Header fields without end are refused before they fill memory")
    func endlessHeaders() throws {
        var parser = try MultipartParser(boundary: "B")
        _ = try parser.feed(Array("--B\r\n".utf8))
        #expect(throws: MultipartError.self) {
            for _ in 0..<100 { _ = try parser.feed([UInt8](repeating: 0x61, count: 1024)) }
        }
    }
}
