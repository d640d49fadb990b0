import Foundation

/// Certificates made by OpenSSL's command in a folder of their own; nil in `make` where that is not installed.
final class TestAuthority: Sendable {
    let folder: URL
    var authorities: String { path("ca.pem") }
    var other: String { path("other.pem") }

    private init(folder: URL) { self.folder = folder }

    deinit { try? FileManager.default.removeItem(at: folder) }

    static func make() throws -> TestAuthority? {
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/openssl") else { return nil }
        let folder = FileManager.default.temporaryDirectory.appending(path: "isocenter-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let authority = TestAuthority(folder: folder)
        for name in ["ca", "other"] {
            try authority.openssl("ecparam -genkey -name prime256v1 -noout -out \(name).key")
            try authority.openssl("req -x509 -new -key \(name).key -subj /CN=\(name) -days 30 -out \(name).pem")
        }
        try Data("subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1,URI:urn:ward:7\n".utf8).write(to: folder.appending(path: "names"))
        try authority.issue("server", days: 30)
        return authority
    }

    func path(_ name: String) -> String { folder.appending(path: name).path }

    /// `NAME.pem` and `NAME.key`.
    func issue(_ name: String, by issuer: String = "ca", days: Int, extensions: String = "-extfile names") throws {
        try openssl("ecparam -genkey -name prime256v1 -noout -out \(name).key")
        try openssl("req -new -key \(name).key -subj /O=Ward/CN=\(name) -out \(name).csr")
        try openssl("x509 -req -in \(name).csr -CA \(issuer).pem -CAkey \(issuer).key -CAcreateserial -days \(days) \(extensions) -out \(name).pem")
    }

    @discardableResult
    func openssl(_ words: String) throws -> String {
        let process = Process(), output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = words.split(separator: " ").map(String.init)
        process.currentDirectoryURL = folder
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        struct Failed: Error { let words: String }
        if process.terminationStatus != 0 { throw Failed(words: words) }
        return text
    }
}
