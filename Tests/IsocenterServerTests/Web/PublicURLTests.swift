import Testing

@testable import IsocenterServer

@Suite("Where clients see us")
struct PublicURLTests {
    @Test("URLs", arguments: [
        ("https://pacs.example.org", "https://pacs.example.org"), ("https://pacs.example.org/", "https://pacs.example.org"),
        ("HTTP://localhost:8080/a/b/", "http://localhost:8080/a/b"), ("http://[::1]:8080", "http://[::1]:8080"),
    ])
    func right(_ text: String, _ expected: String) {
        #expect(PublicURL(text)?.text == expected)
    }

    @Test("What is none", arguments: [
        "", "pacs.example.org", "ftp://pacs", "https://", "https:///a", "https://a b", "https://a/?x=1", "https://a/b#c", "https://a\"/", "https://a/../b",
        "https://a<script>", "https://a@b",
    ])
    func wrong(_ text: String) {
        #expect(PublicURL(text) == nil)
    }

    @Test("Origins", arguments: [
        ("*", true), ("https://viewer.example.org", true), ("http://localhost:3000", true), ("https://viewer.example.org/", false),
        ("https://viewer.example.org/a", false), ("null", false), ("viewer.example.org", false), ("https://*.example.org", false),
    ])
    func origins(_ text: String, _ expected: Bool) {
        #expect(CrossOrigin.isOrigin(text) == expected)
    }
}
