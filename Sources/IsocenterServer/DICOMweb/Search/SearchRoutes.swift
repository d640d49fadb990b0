import Archive
import DICOM
import HTTPTypes
import Hummingbird
import NIOCore

/// QIDO-RS (PS3.18 §10.6): studies, series and instances, below a study or a series or all of them.
struct SearchRoutes: RouteSet {
    let archive: Archive

    func add(to group: RouterGroup<RequestScope>) {
        let resources: [(path: String, level: Query.Level)] = [
            ("studies", .study),
            ("series", .series), ("studies/:study/series", .series),
            ("instances", .instance), ("studies/:study/instances", .instance), ("studies/:study/series/:series/instances", .instance),
        ]
        for (path, level) in resources {
            group.get(RouterPath(path)) { request, context in try await search(level, request, context) }
        }
    }

    private func search(_ level: Query.Level, _ request: Request, _ context: RequestScope) async throws -> Response {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        let answer = try DataSetAnswer.negotiated(request)
        var parameters = try SearchParameters(request.uri.query ?? "", level: level)
        if context.parameters.get("study") != nil { parameters.within(.studyInstanceUID, try context.uid("study")) }
        if context.parameters.get("series") != nil { parameters.within(.seriesInstanceUID, try context.uid("series")) }

        let query = parameters.query
        let page = try await archive.query(query, for: access)
        var headers = HTTPFields()
        for warning in parameters.warnings(about: query) + (parameters.hasLimit && page.next != nil ? ["There are additional results that can be requested"] : []) {
            if let name = HTTPField.Name("Warning") { headers.append(HTTPField(name: name, value: "299 isocenter \"\(warning)\"")) }
        }
        guard !page.answers.isEmpty else { return Response(status: .noContent, headers: headers) }
        let root = request.serviceRoot
        let isWhole = parameters.hasLimit || page.next == nil
        return answer.response(headers: headers) { [archive] writer in
            var page = page
            var query = query
            while true {
                for answer in page.answers { try await writer.write(Self.linked(answer, level, root)) }
                // Without a limit everything is answered, page by page: nothing is gathered.
                guard !isWhole, let next = page.next else { break }
                query.cursor = next
                query.offset = 0
                page = try await archive.query(query, for: access)
            }
        }
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
