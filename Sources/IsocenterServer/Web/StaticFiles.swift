import Crypto
import Foundation
import HTTPTypes
import Hummingbird

/// The application's files, held in memory with their entity tags.
struct StaticFiles: Sendable {
    struct File: Sendable {
        var bytes: ByteBuffer
        var contentType: String
        var etag: String
    }

    private let files: [String: File]
    /// Reads from disk on each request: for work on the page itself.
    private let liveRoot: URL?

    /// - Throws: `CocoaError` where a file cannot be read.
    init(directory: URL, isLive: Bool = false) throws {
        liveRoot = isLive ? directory : nil
        var files: [String: File] = [:]
        for path in try FileManager.default.subpathsOfDirectory(atPath: directory.path) {
            let url = directory.appendingPathComponent(path)
            guard let type = Self.contentTypes[url.pathExtension] else { continue }
            files[path] = Self.file(try Data(contentsOf: url), type)
        }
        self.files = files
    }

    /// - Parameter path: from the root, without a leading slash; empty for the page itself.
    func response(path: String, request: Request) -> Response? {
        let name = path.isEmpty ? "index.html" : path
        guard var file = files[name] else { return nil }
        if let liveRoot, let data = FileManager.default.contents(atPath: liveRoot.appendingPathComponent(name).path) {
            file = Self.file(data, file.contentType)
        }
        // Revalidated each time: a new version of the program must not meet an old page.
        let headers: HTTPFields = [.contentType: file.contentType, .eTag: file.etag, .cacheControl: "no-cache"]
        if request.headers[.ifNoneMatch] == file.etag { return Response(status: .notModified, headers: headers) }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: file.bytes))
    }

    private static func file(_ data: Data, _ type: String) -> File {
        let digest = SHA256.hash(data: data).prefix(12).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        return File(bytes: ByteBuffer(bytes: data), contentType: type, etag: "\"\(digest)\"")
    }

    private static let contentTypes = [
        "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
        "css": "text/css; charset=utf-8", "json": "application/json", "svg": "image/svg+xml", "png": "image/png", "ico": "image/x-icon",
        "woff2": "font/woff2", "wasm": "application/wasm", "webmanifest": "application/manifest+json", "txt": "text/plain; charset=utf-8",
    ]
}
