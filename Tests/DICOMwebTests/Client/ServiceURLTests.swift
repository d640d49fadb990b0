import Testing

@testable import DICOMweb

@Suite("Addresses of a DICOMweb service")
struct ServiceURLTests {
    @Test("What is written and what it means", arguments: [
        ("https://pacs.example/dicom-web", "https://pacs.example/dicom-web"),
        ("HTTPS://PACS.example:443/dicom-web/", "https://pacs.example/dicom-web"),
        ("http://10.0.0.9:8042", "http://10.0.0.9:8042"),
        ("http://[fd00::1]:8080/a/b//", "http://[fd00::1]:8080/a/b"),
    ])
    func reads(text: String, meaning: String) throws { #expect(try ServiceURL(text).description == meaning) }

    @Test("What is no address", arguments: [
        "", "pacs:104", "ftp://a/b", "https://", "https://user:secret@pacs/dicom-web", "https://pacs:0/", "https://pacs:65536/", "https://pacs:1:2/",
        "https://pacs/a?b", "https://pacs/a#b", "https://pacs/a/../b", "https://pacs/a b", "https://[::1/", "https://pacs/\r\nHost: x", "https://pä/",
    ])
    func refuses(text: String) { #expect(throws: RemoteError(.address, url: "", "")) { try ServiceURL(text) } }

    @Test func aRefusalDoesNotRepeatAPassword() {
        do { _ = try ServiceURL("https://user:secret@pacs/") } catch { #expect(!"\(error)".contains("secret")) }
    }

    @Test("Redirects stay within the origin (RFC 3986 §4.2, RFC 6454 §4)", arguments: [
        ("/other/studies?x=1", "https://pacs.example/other/studies?x=1"),
        ("https://pacs.example/other/", "https://pacs.example/other/"),
        ("https://pacs.example:443/a", "https://pacs.example/a"),
        ("series", "https://pacs.example/dicom-web/studies/series"),
        ("//pacs.example/a", "https://pacs.example/a"),
        ("//evil.example/a", nil), ("http://pacs.example/a", nil), ("https://pacs.example:8443/a", nil), ("https://pacs.example@evil/", nil),
        ("https://pacs.example.evil/", nil), ("javascript:alert(1)", nil), ("", nil), ("\\\\evil\\a", nil), ("/\\evil", nil),
    ] as [(String, String?)])
    func redirects(location: String, target: String?) throws {
        let service = try ServiceURL("https://pacs.example/dicom-web")
        #expect(service.target(of: location, from: "https://pacs.example/dicom-web/studies/1.2") == target)
    }

    @Test func whatIsAskedIsEncoded() throws {
        let url = try ServiceURL("https://p/w").resource(["studies", "1/2"], query: [("PatientName", "Müller^*&a=b"), ("limit", "5")])
        #expect(url == "https://p/w/studies/1%2F2?PatientName=M%C3%BCller%5E%2A%26a%3Db&limit=5")
    }
}
