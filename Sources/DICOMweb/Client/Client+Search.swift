import DICOM

extension Client {
    public struct SearchResult: Sendable {
        public var count = 0
        /// The server's own (`Warning` header), and what was noticed.
        public var warnings: [String] = []
    }

    /// Asks page by page and tells each match.
    ///
    /// - Parameter each: false ends it.
    /// - Throws: `RemoteError`; what `each` throws.
    public func search(_ request: SearchRequest, each: (DataSet) async throws -> Bool) async throws -> SearchResult {
        var pages = SearchPages(offset: request.offset, limit: request.limit, page: service.limits.page)
        var result = SearchResult()
        while !pages.isComplete {
            try Task.checkCancellation()
            let url = service.url.resource(request.segments, query: request.query(offset: pages.offset, count: pages.next))
            let response = try await perform(Request(url: url, accept: Self.json), accepting: [200, 204])
            let bytes = try await document(response)
            let matches = response.status == 204 ? [] : try Self.dataSets(bytes, response)
            for warning in response.warnings where !result.warnings.contains(warning) { result.warnings.append(warning) }
            let kept = pages.add(matches.count, hasMore: response.warnings.contains { $0.hasPrefix("299") && $0.contains("additional") }, mark: bytes)
            for match in matches.prefix(kept) {
                result.count += 1
                guard try await each(match) else { return result }
            }
        }
        if let remark = pages.remark { result.warnings.append(remark) }
        return result
    }

    /// Metadata of a study, series or instance (PS3.18 §10.4.1.1.2): bulk data is left behind, an attribute with a BulkDataURI is empty.
    public func metadata(_ resource: RemoteResource) async throws -> [DataSet] {
        let url = service.url.resource(resource.segments + ["metadata"])
        let response = try await perform(Request(url: url, accept: Self.json), accepting: [200, 204])
        let bytes = try await document(response)
        return response.status == 204 ? [] : try Self.dataSets(bytes, response)
    }

    /// Asks for one study, and throws it away: whether it is there, lets us in and speaks DICOMweb.
    ///
    /// - Returns: what it says of itself (`Server`), if anything.
    @discardableResult
    public func check() async throws -> String? {
        let url = service.url.resource(["studies"], query: [("limit", "1")])
        let response = try await perform(Request(url: url, accept: Self.json), accepting: [200, 204])
        let bytes = try await document(response)
        if response.status != 204 { _ = try Self.dataSets(bytes, response) }
        return response.headers.first(name: "server").map { RemoteError.words(of: $0, isMarkup: false) }
    }

    static let json = "application/dicom+json"

    /// An array of DICOM JSON (PS3.18 Annex F); nothing at all is an empty one.
    static func dataSets(_ bytes: [UInt8], _ response: Response) throws(RemoteError) -> [DataSet] {
        if bytes.isEmpty { return [] }
        let type = response.contentType?.name ?? "application/json"
        guard type == json || type == "application/json" else {
            throw RemoteError(.malformed, url: response.url, status: response.status, "it answers in \(RemoteError.words(of: type, isMarkup: false)), not in DICOM JSON")
        }
        do throws(DICOMJSONError) { return try DICOMJSON.decodeAll(bytes) { _, _, _ in [] } } catch {
            throw RemoteError(.malformed, url: response.url, status: response.status, "its DICOM JSON cannot be read: \(error)")
        }
    }
}
