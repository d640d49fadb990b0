import Archive
import DICOM
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// A reader's draft of marks in a study: read, and saved over the version that was read (docs/develop/http-api.md).
struct DraftRoutes: RouteSet {
    let archive: Archive
    let drafts: DraftTable

    /// A document of many thousand marks; more is no draft of a reader.
    static let largestDocument = 1 << 20

    func add(to group: RouterGroup<RequestScope>) {
        group.get("drafts/:study") { _, context in try await read(context) }
        group.put("drafts/:study") { request, context in try await save(request, context) }
    }

    private func read(_ context: RequestScope) async throws -> Response {
        let (study, account) = try await studyAndAccount(context)
        let found = try await drafts.draft(of: study, by: account)
        let others = try await drafts.others(of: study, than: account)
        return try Self.answer(found, others: others)
    }

    private func save(_ request: Request, _ context: RequestScope) async throws -> Response {
        try SessionRoutes.requireSameOrigin(request)
        try context.mustActForAll()
        let (study, account) = try await studyAndAccount(context)
        guard let name = HTTPField.Name("If-Match"), let match = request.headers[name] else {
            throw HTTPFailure(.preconditionRequired, "If-Match names the version that is replaced, \"0\" where there is none")
        }
        guard let version = Int64(match.trimmingCharacters(in: CharacterSet(charactersIn: "\" "))), version >= 0 else { throw HTTPFailure(.badRequest, "If-Match is no version of a draft") }
        let document = try await Self.document(of: request)
        let time = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let saving = try await drafts.save(document.bytes, marks: document.marks, of: study, by: account, replacing: version, at: time)
        switch saving {
        case .saved(let version):
            return Self.with(version, JSONAnswer.response(Saved(version: version)))
        case .conflict(let draft):
            let others = try await drafts.others(of: study, than: account)
            return try Self.answer(draft, others: others, status: .preconditionFailed)
        }
    }

    /// Who may not see the study hears nothing of it.
    private func studyAndAccount(_ context: RequestScope) async throws -> (UID, String) {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        let study = try context.uid("study")
        let summary = try await archive.study(study, for: access)
        guard summary != nil else { throw HTTPFailure(.notFound, "there is no such study") }
        return (study, principal.name)
    }

    /// An object with a list of marks; what a mark is, the page knows.
    private static func document(of request: Request) async throws -> (bytes: [UInt8], marks: Int) {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: largestDocument)
        } catch {
            throw HTTPFailure(.contentTooLarge, "the draft is larger than \(largestDocument >> 10) KiB")
        }
        let bytes = [UInt8](buffer.readableBytesView)
        // What is no JSON has no object.
        guard let object = try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any], let marks = object["marks"] as? [Any] else {
            throw HTTPFailure(.badRequest, "the draft is no JSON object with a list of marks")
        }
        return (bytes, marks.count)
    }

    private struct Saved: Encodable { var version: Int64 }

    /// The document goes out as it came: its bytes stand in the answer.
    private static func answer(_ draft: Draft?, others: [(account: String, marks: Int, updated: Int64)], status: HTTPResponse.Status = .ok) throws -> Response {
        func time(_ microseconds: Int64) -> String { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000).formatted(.iso8601) }
        let version = draft?.version ?? 0
        let list = others.map { Other(account: $0.account, marks: $0.marks, updated: time($0.updated)) }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes]
        let others = [UInt8](try encoder.encode(list))
        var body = Array("{\"version\":\(version),\"updated\":\(version == 0 ? "null" : "\"\(time(draft?.updated ?? 0))\""),\"others\":".utf8)
        body += others + Array(",\"document\":".utf8)
        body += version == 0 ? Array("null".utf8) : draft?.document ?? []
        body.append(UInt8(ascii: "}"))
        return with(version, Response(
            status: status, headers: [.contentType: "application/json; charset=utf-8", .cacheControl: "no-store"], body: .init(byteBuffer: ByteBuffer(bytes: body))))
    }

    private struct Other: Encodable {
        var account: String
        var marks: Int
        var updated: String
    }

    private static func with(_ version: Int64, _ response: Response) -> Response {
        var response = response
        response.headers[.eTag] = "\"\(version)\""
        return response
    }
}
