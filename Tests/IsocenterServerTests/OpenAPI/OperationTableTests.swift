import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Testing

@testable import IsocenterServer

@Suite("Tables of operations")
struct OperationTableTests {
    @Test("Every row can be read")
    func rows() {
        #expect(Subject.all.flatMap(\.problems) == [])
    }

    @Test("Ids, and methods of a path, are unique")
    func unique() {
        let operations = Subject.all.flatMap(\.operations)
        #expect(Dictionary(grouping: operations, by: \.id).filter { $1.count > 1 }.keys.sorted() == [])
        #expect(Dictionary(grouping: operations) { "\($0.method) \($0.path)" }.filter { $1.count > 1 }.keys.sorted() == [])
        let types = Subject.all.flatMap(\.types).map(\.name)
        #expect(Set(types).count == types.count)
    }

    @Test("Every type that is named exists, and is used")
    func types() {
        let document = OpenAPIDocument(subjects: Subject.all, version: "1").json(root: "http://localhost").text
        let named = Set(document.matches(of: /#\/components\/schemas\/(\w+)/).map { String($0.1) })
        let defined = Set(Subject.all.flatMap(\.types).map(\.name) + DataSetSchema.members.map(\.name))
        #expect(named.subtracting(defined).sorted() == [])
        #expect(defined.subtracting(named).sorted() == [])
    }

    @Test("Every operation has a summary and an answer of success")
    func complete() {
        for operation in Subject.all.flatMap(\.operations) {
            #expect(operation.summary.hasSuffix("."), "\(operation.id)")
            #expect(operation.answers.contains { (200..<300).contains($0.status) }, "\(operation.id)")
            #expect(Set(operation.answers.map(\.status)).count == operation.answers.count, "\(operation.id)")
        }
    }

    @Test("They are the routes that the server has")
    func routes() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("isocenter-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let settings = try Settings(flags: [
            "data": (folder.path, "--data"), "http.port": ("0", "--http-port"), "dimse.port": ("0", "--dimse-port"), "dimse.host": ("127.0.0.1", "--set"),
        ])
        let server = try await Server.open(settings, version: "test", logger: Logger(label: "test"))
        let routes = try server.web.router().routes.filter { $0.method != .head }
            .map { "\($0.method.rawValue) \($0.path.description.replacing("**", with: "{path}"))" }
            .map { $0.replacing(" //", with: " /").hasSuffix("/") ? String($0.dropLast()) : $0 }
            // The application's files.
            .filter { $0 != "GET " && $0 != "GET /{path}" }
        let described = Subject.all.flatMap(\.operations).map { "\($0.method.rawValue) \($0.path)" }
        #expect(Set(routes).subtracting(described).sorted() == [], "routes that no table describes")
        #expect(Set(described).subtracting(routes).sorted() == [], "operations without a route")
    }
}

@Suite("Notation of types")
struct TypeNotationTests {
    @Test("As JSON Schema", arguments: [
        ("string", #"{"type":"string"}"#),
        ("string?", #"{"type":["string","null"]}"#),
        ("[Study]", ##"{"type":"array","items":{"$ref":"#/components/schemas/Study"}}"##),
        ("Study?", ##"{"anyOf":[{"$ref":"#/components/schemas/Study"},{"type":"null"}]}"##),
        ("asc|desc", #"{"type":"string","enum":["asc","desc"]}"#),
        ("WADO|", #"{"type":"string","enum":["WADO"]}"#),
        ("asc|desc=asc", #"{"type":"string","enum":["asc","desc"],"default":"asc"}"#),
        ("integer(1...500)=100", #"{"type":"integer","minimum":1,"maximum":500,"default":100}"#),
        ("integer(0...)", #"{"type":"integer","minimum":0}"#),
        ("string(1...16)", #"{"type":"string","minLength":1,"maxLength":16}"#),
        ("boolean=false", #"{"type":"boolean","default":false}"#),
        ("{integer}", #"{"type":"object","additionalProperties":{"type":"integer"}}"#),
        ("date-time", #"{"type":"string","format":"date-time"}"#),
    ])
    func schema(_ notation: String, _ expected: String) {
        #expect(TypeNotation(notation).schema?.text == expected)
    }

    @Test("What cannot be read is none", arguments: ["", "text", "[string", "string(1)", "integer(a...)", "study", "?"])
    func unreadable(_ notation: String) {
        #expect(TypeNotation(notation).schema == nil)
    }
}

@Suite("Methods of a resource")
struct OperationIndexTests {
    @Test("By path", arguments: [
        ("/dicom-web/studies", "GET,HEAD,POST,OPTIONS"), ("/dicom-web/studies/1.2", "DELETE,GET,HEAD,POST,OPTIONS"),
        ("/dicom-web/studies/count", "GET,HEAD,OPTIONS"), ("/dicom-web", "OPTIONS"), ("/api/peers/x/echo", "POST,OPTIONS"), ("/api/peers/x/echo/y", ""), ("/nothing", ""),
        ("/dicom-web/studies/1/series/2/instances/3/bulkdata/00081115/0/0020000E", "GET,HEAD,OPTIONS"),
    ])
    func methods(_ path: String, _ expected: String) {
        #expect(OperationIndex(Subject.all).methods(of: path).map(\.rawValue).joined(separator: ",") == expected)
    }
}
