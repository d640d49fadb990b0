import Testing

@testable import IsocenterServer

@Suite("Which paths need a login")
struct AuthenticationTests {
    @Test("Everything of the API and DICOMweb but the way in", arguments: [
        ("/", false), ("/main.js", false), ("/health/live", false), ("/api/session", false), ("/api/setup", false),
        ("/api", true), ("/api/", true), ("/api/studies", true), ("//api//info", true), ("/api/sessions", true),
        ("/dicom-web", true), ("/dicom-web/", true), ("/dicom-web/studies/1.2.3", true), ("/dicom-webber", false),
    ])
    func guarded(_ path: String, _ expected: Bool) {
        #expect(Authentication.isGuarded(path) == expected)
    }
}
