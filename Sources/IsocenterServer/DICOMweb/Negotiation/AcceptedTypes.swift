import DICOMweb
import HTTPTypes
import Hummingbird

extension MediaType {
    /// What a request accepts, the best first (PS3.18 §8.7.8.1): of the query's `accept` by weight, and only then of the header.
    ///
    /// A request without either accepts everything. That the header has to be there (§8.7.5) is asked of clients and not held against them.
    static func accepted(_ request: Request) -> [MediaType] {
        guard request.uri.query?.contains("accept=") == true else { return accepted(request.headers[.accept]) }
        let query = request.uri.queryParameters.filter { $0.key == "accept" }.map { String($0.value) }.joined(separator: ",")
        guard !query.trimmed.isEmpty else { return accepted(request.headers[.accept]) }
        return accepted(query) + (request.headers[.accept].map { accepted($0) } ?? [])
    }
}

extension Request {
    /// Whether the client says that it cannot take a type, though a wider range would include it (`*/*, image/png; q=0`).
    func refuses(_ type: String) -> Bool { MediaType.excludes(headers[.accept], type) }
}
