import Archive
import Audit
import HTTPTypes
import Hummingbird
import NIOCore

/// The audit trail, searched and exported, for those who may (docs/develop/http-api.md). To look at it is an event of it (PS3.15 A.5.3.2).
struct AuditRoutes: RouteSet {
    let trail: AuditTrail
    let source: AuditSource

    private struct List: Encodable {
        var records: [AuditAnswer]
        /// For `before`; nil at the end.
        var next: Int64?
    }

    func add(to group: RouterGroup<RequestScope>) {
        group.get("audit") { request, context in try await list(request, context) }
        group.get("audit/export") { request, context in try await export(request, context) }
    }

    private func query(_ request: Request, _ context: RequestScope) async throws -> (AuditQuery, [String: String]) {
        try context.mustAdminister()
        let fields = Dictionary(QueryString.pairs(request.uri.query ?? ""), uniquingKeysWith: { _, last in last })
        do throws(AuditQueryError) {
            let query = try AuditQuery(fields: fields)
            return (query, fields)
        } catch {
            throw HTTPFailure(.badRequest, error.description)
        }
    }

    private func list(_ request: Request, _ context: RequestScope) async throws -> Response {
        var (query, fields) = try await query(request, context)
        query.before = try Paging.before(fields["before"])
        let limit = try Paging.limit(fields["limit"])
        query.limit = limit + 1
        // What associations that go on have done so far is shown too.
        if query.before == nil { try await trail.settle(.all) }
        let found = try await trail.records(query)
        return JSONAnswer.response(List(records: found.prefix(limit).map(AuditAnswer.init), next: found.count > limit ? found[limit - 1].sequence : nil))
    }

    private static let page = 1000

    private func export(_ request: Request, _ context: RequestScope) async throws -> Response {
        var (query, fields) = try await query(request, context)
        guard let format = AuditFormat(rawValue: fields["format"] ?? "xml") else {
            throw HTTPFailure(.badRequest, "format is \(AuditFormat.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        try await trail.settle(.all)
        query.limit = Self.page
        query.after = 0
        let first = query
        let headers: HTTPFields = [
            .contentType: format.contentType, .contentDisposition: "attachment; filename=\"audit.\(format.rawValue)\"", .cacheControl: "no-store",
        ]
        return Response(status: .ok, headers: headers, body: ResponseBody { [trail, source] writer in
            var query = first
            try await writer.write(ByteBuffer(string: format.head))
            while true {
                let records = try await trail.records(query)
                var text = ""
                for record in records { text += try format.text(record, from: source) }
                if !text.isEmpty { try await writer.write(ByteBuffer(string: text)) }
                guard records.count == Self.page, let last = records.last else { break }
                query.after = last.sequence
            }
            try await writer.write(ByteBuffer(string: format.tail))
            try await writer.finish(nil)
        })
    }
}
