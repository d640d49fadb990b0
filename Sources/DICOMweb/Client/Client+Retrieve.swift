/// One instance as it comes: its bytes are those of a PS3.10 file. Only good while it is told, and only for whom it is told.
public struct ReceivedPart {
    /// Header fields of the part, names in lower case.
    public let headers: [String: String]
    private let reader: PartReader

    init(_ headers: [String: String], _ reader: PartReader) {
        self.headers = headers
        self.reader = reader
    }

    /// The next bytes; nil at the end. The server waits until they are asked for.
    ///
    /// - Throws: `RemoteError`: what came until then is no whole instance.
    public func next() async throws -> ArraySlice<UInt8>? { try await reader.nextPiece() }
}

extension Client {
    /// Fetches instances (WADO-RS, PS3.18 §10.4) and tells each one as it comes.
    ///
    /// - Parameters:
    ///   - transferSyntaxes: UIDs in which they are wanted, the best first; empty: as they are stored.
    ///   - each: what it does not read of an instance is passed over; what it throws ends the transfer.
    /// - Returns: how many came.
    /// - Throws: `RemoteError`; what `each` throws.
    @discardableResult
    public func retrieve(_ resource: RemoteResource, transferSyntaxes: [String] = [], each: (ReceivedPart) async throws -> Void) async throws -> Int {
        let request = Request(url: service.url.resource(resource.segments), accept: Self.accepting(transferSyntaxes))
        let response = try await perform(request, accepting: [200, 204, 206])
        guard response.status != 204 else { return 0 }
        let reader = try PartReader(response, service.limits)
        var count = 0
        while let headers = try await reader.nextPart() {
            let type = headers["content-type"].flatMap { MediaType($0) }?.name ?? "application/dicom"
            guard type == "application/dicom" else {
                throw RemoteError(.malformed, url: response.url, status: response.status, "it answers with \(RemoteError.words(of: type, isMarkup: false)), not with application/dicom")
            }
            try await each(ReceivedPart(headers, reader))
            count += 1
        }
        // 206: the server itself says that not all of them are here (PS3.18 §10.4.3.1).
        guard response.status != 206 else { throw RemoteError(.truncated, url: response.url, status: 206, "it gave \(count) instances, and says that there are more") }
        return count
    }

    /// Accept of instances (PS3.18 §8.7.3.5.2): `*` is as they are stored.
    static func accepting(_ syntaxes: [String]) -> String {
        let wanted = syntaxes.isEmpty ? ["*"] : syntaxes
        return wanted.enumerated().map { index, syntax in
            let quality = index == 0 ? "" : ";q=\(weight(index))"
            return "multipart/related;type=\"application/dicom\";transfer-syntax=\(syntax)\(quality)"
        }.joined(separator: ", ")
    }

    /// The second 0.9, the third 0.8, … and never 0.
    private static func weight(_ index: Int) -> String { index < 10 ? "0.\(10 - index)" : "0.0\(max(1, 19 - index))" }
}
