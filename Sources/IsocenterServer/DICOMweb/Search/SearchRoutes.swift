import Archive
import DICOM
import HTTPTypes
import Hummingbird
import NIOCore

/// QIDO-RS (PS3.18 §10.6): studies, series and instances, below a study or a series or all of them. Beyond the standard: patients and
/// their studies, and behind each resource `/count`.
struct SearchRoutes: RouteSet {
    let archive: Archive

    private static let resources: [(path: String, level: Query.Level)] = [
        ("patients", .patient), ("studies", .study), ("patients/:patient/studies", .study),
        ("series", .series), ("studies/:study/series", .series),
        ("instances", .instance), ("studies/:study/instances", .instance), ("studies/:study/series/:series/instances", .instance),
    ]

    func add(to group: RouterGroup<RequestScope>) {
        for (path, level) in Self.resources {
            group.get(RouterPath(path)) { request, context in try await search(level, request, context) }
            group.get(RouterPath(path + "/count")) { request, context in try await count(level, request, context) }
        }
    }

    private func parameters(_ level: Query.Level, _ request: Request, _ context: RequestScope) throws -> (SearchParameters, Access) {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        var parameters = try SearchParameters(request.uri.query ?? "", level: level)
        if context.parameters.get("study") != nil { parameters.within(.studyInstanceUID, try context.uid("study")) }
        if context.parameters.get("series") != nil { parameters.within(.seriesInstanceUID, try context.uid("series")) }
        if let patient = context.parameters.get("patient") { parameters.within(patient: patient.removingPercentEncoding ?? patient) }
        return (parameters, access)
    }

    private func count(_ level: Query.Level, _ request: Request, _ context: RequestScope) async throws -> Response {
        let (parameters, access) = try parameters(level, request, context)
        return JSONAnswer.response(["count": try await archive.count(parameters.query, for: access)])
    }

    private func search(_ level: Query.Level, _ request: Request, _ context: RequestScope) async throws -> Response {
        let form = try DataSetAnswer.negotiated(request, also: [SearchTable.mediaType])
        let (parameters, access) = try parameters(level, request, context)
        let query = archive.completed(parameters.query)
        let page = parameters.asksForNothing ? QueryPage(answers: [], next: nil) : try await archive.query(query, for: access)
        let root = request.serviceRoot
        let headers = try await headers(parameters, query, page, access, request, root)
        guard !page.answers.isEmpty else { return Response(status: .noContent, headers: headers) }
        let pages = Pages(archive: archive, query: query, access: access, first: page, isOne: parameters.hasLimit)
        if case .other = form.form {
            let table = SearchTable(query)
            return form.text(SearchTable.contentType, headers: headers) { text in
                text.add(table.header)
                try await pages.forEach { text.add(table.row(Self.linked($0, level, root))); try await text.sendIfMuch() }
            }
        }
        return form.response(headers: headers) { writer in
            try await pages.forEach { try await writer.write(Self.linked($0, level, root)) }
        }
    }

    /// Without a limit everything is answered, page by page: nothing is gathered.
    private struct Pages: Sendable {
        let archive: Archive
        let query: Query
        let access: Access
        let first: QueryPage
        let isOne: Bool

        func forEach(_ body: (DataSet) async throws -> Void) async throws {
            var (page, query) = (first, query)
            while true {
                for answer in page.answers { try await body(answer) }
                guard !isOne, let next = page.next else { return }
                (query.cursor, query.offset) = (next, 0)
                page = try await archive.query(query, for: access)
            }
        }
    }

    // MARK: Headers

    private func headers(
        _ parameters: SearchParameters, _ query: Query, _ page: QueryPage, _ access: Access, _ request: Request, _ root: String
    ) async throws -> HTTPFields {
        var headers = HTTPFields()
        var warnings = parameters.warnings(about: query)
        var total: Int?
        if parameters.wantsCount {
            total = try await archive.count(query, for: access)
            if let name = HTTPField.Name("X-Total-Count"), let total { headers[name] = "\(total)" }
        }
        if parameters.hasLimit, let next = page.next {
            // How many are left is said where it is known: to count them may cost more than to find these.
            let left = query.cursor == nil ? total.map { "\(max($0 - query.offset - page.answers.count, 1)) " } ?? "" : ""
            warnings.append("There are \(left)additional results that can be requested")
            if let name = HTTPField.Name("Link") { headers[name] = "<\(Self.next(request, root, cursor: next))>; rel=\"next\"" }
        }
        // The form that PS3.18 §8.3.4.4 gives it.
        if let name = HTTPField.Name("Warning") {
            for warning in warnings { headers.append(HTTPField(name: name, value: "299 \(root): \(warning)")) }
        }
        return headers
    }

    /// The same request, to go on behind this page.
    private static func next(_ request: Request, _ root: String, cursor: String) -> String {
        let path = request.uri.path.split(separator: "/").drop { $0 != "dicom-web" }.dropFirst().joined(separator: "/")
        let kept = (request.uri.query ?? "").split(separator: "&").filter { !$0.hasPrefix("offset=") && !$0.hasPrefix("cursor=") }
        return "\(root)/\(path)?\((kept + ["cursor=\(cursor)"]).joined(separator: "&"))"
    }

    /// With the URL under which it is retrieved (PS3.18 Tables 10.6.3-3 to 10.6.3-5).
    private static func linked(_ answer: DataSet, _ level: Query.Level, _ root: String) -> DataSet {
        var answer = answer
        guard let study = answer.string(.studyInstanceUID) else { return answer }
        var url = "\(root)/studies/\(study)"
        if level >= .series, let series = answer.string(.seriesInstanceUID) { url += "/series/\(series)" }
        if level == .instance, let instance = answer.string(.sopInstanceUID) { url += "/instances/\(instance)" }
        answer.set(DataElement(.retrieveURL, .UR, url))
        return answer
    }
}
