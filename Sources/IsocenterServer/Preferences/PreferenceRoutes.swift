import Archive
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// `/api/preferences`: each caller's own values (docs/develop/http-api.md).
struct PreferenceRoutes: RouteSet {
    let preferences: Preferences

    func add(to group: RouterGroup<RequestScope>) {
        group.get("preferences") { _, context in
            let entries = try await preferences.all(of: try Self.account(context))
            // The values are JSON already.
            let members = try entries.map { try Self.quoted($0.name) + ":{\"version\":\"\($0.version)\",\"value\":\($0.value)}" }
            return Self.answer("{\"preferences\":{" + members.joined(separator: ",") + "}}", .ok, [.cacheControl: "no-store"])
        }
        group.get("preferences/:preference") { request, context in
            let account = try Self.account(context), name = try Self.name(context)
            guard let entry = try await preferences.entry(name, of: account) else { throw HTTPFailure(.notFound, "'\(name)' is not set") }
            return entry.tag.notModified(request) ?? Self.answer(entry.value, .ok, entry.tag.fields)
        }
        group.put("preferences/:preference") { request, context in
            let account = try Self.account(context), name = try Self.name(context)
            let value = try await Self.json(of: request)
            switch try await preferences.set(name, to: value, of: account, if: Self.condition(request)) {
            case .kept(let entry, let isNew): return Response(status: isNew ? .created : .noContent, headers: entry.tag.fields)
            case .conflict(let entry): throw Self.conflict(name, entry)
            case .tooMany: throw HTTPFailure(.conflict, "there are \(Preferences.Limits.count) preferences already: remove one")
            }
        }
        group.delete("preferences/:preference") { request, context in
            let account = try Self.account(context), name = try Self.name(context)
            switch try await preferences.remove(name, of: account, if: Self.condition(request)) {
            case nil: return Response(status: .noContent)
            case .conflict(let entry?): throw Self.conflict(name, entry)
            default: throw HTTPFailure(.notFound, "'\(name)' is not set")
            }
        }
    }

    private static func account(_ context: RequestScope) throws -> String {
        let principal = try context.caller()
        try context.mustActForAll()
        guard principal.kind == .user, Policy.access(of: principal, for: .read) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) has no preferences") }
        return principal.name
    }

    private static func name(_ context: RequestScope) throws -> String {
        guard let name = context.parameters.get("preference"), Preferences.Limits.name.contains(name.utf8.count),
            name.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D || $0 == 0x2E })
        else { throw HTTPFailure(.badRequest, "the name of a preference has 1 to \(Preferences.Limits.name.upperBound) letters, digits, hyphens and dots") }
        return name
    }

    private static func condition(_ request: Request) -> Preferences.Condition {
        if let tags = request.headers[.ifMatch] { return .present(tags: tags) }
        return request.headers[.ifNoneMatch]?.trimmed == "*" ? .absent : .none
    }

    private static func conflict(_ name: String, _ entry: Preferences.Entry?) -> HTTPFailure {
        HTTPFailure(.preconditionFailed, entry == nil ? "'\(name)' is not set any more" : "'\(name)' was changed elsewhere: read it again", headers: entry?.tag.fields ?? [:])
    }

    private static func json(of request: Request) async throws -> String {
        let bytes: ByteBuffer
        do {
            bytes = try await request.body.collect(upTo: Preferences.Limits.value)
        } catch {
            throw HTTPFailure(.contentTooLarge, "a preference has \(Preferences.Limits.value >> 10) KiB at most")
        }
        let data = Data(bytes.readableBytesView)
        // Whatever is wrong with it, it is no JSON.
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self), (try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)) != nil else {
            throw HTTPFailure(.badRequest, "the value is not JSON in UTF-8")
        }
        return text
    }

    private static func quoted(_ text: String) throws -> String { String(decoding: try JSONEncoder().encode(text), as: UTF8.self) }

    private static func answer(_ json: String, _ status: HTTPResponse.Status, _ fields: HTTPFields) -> Response {
        var headers = fields
        headers[.contentType] = "application/json; charset=utf-8"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: json)))
    }
}
