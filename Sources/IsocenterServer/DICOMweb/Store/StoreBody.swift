import Archive
import DICOM
import DICOMweb
import HTTPTypes
import Hummingbird

/// The body of a store request on its way in: what its Content-Type says it is (PS3.18 §10.5.1, Table 10.5.1-1).
struct StoreBody: Sendable {
    private let isOneObject: Bool
    /// nil where the body is one object.
    private var parser: MultipartParser?
    /// One of the two. Changed in place: a copy of what was gathered with each piece would take the square of its time.
    private var objects: ObjectParts?
    private var metadata: MetadataParts?

    /// Who sends nothing but what cannot be stored does not keep us at it.
    static let mostFailures = 1000

    static let types = """
        send multipart/related with type="application/dicom", "application/dicom+json" or "application/dicom+xml" and a boundary, \
        or one object as application/dicom
        """

    /// - Parameter base: the request's URL.
    /// - Throws: `HTTPFailure` 415 or 400.
    init(_ contentType: String?, encoding: String?, into archive: Archive, from source: Source, study: UID?, category: NonPatientCategory? = nil, instance: UID? = nil, base: String) throws {
        if let encoding, encoding.lowercased() != "identity" {
            throw HTTPFailure(.unsupportedMediaType, "a body in Content-Encoding \(encoding) is not taken: send it as it is", headers: [.acceptEncoding: "identity"])
        }
        guard let type = MediaType(contentType ?? "") else { throw HTTPFailure(.unsupportedMediaType, Self.types) }
        let parts = ObjectParts(archive: archive, source: source, study: study, category: category, instance: instance)
        switch (type.name, type.partType) {
        case ("application/dicom", _):
            objects = parts
            objects?.begin(nil)
        case ("multipart/related", "application/dicom"): objects = parts
        case ("multipart/related", "application/dicom+json"): metadata = MetadataParts(like: parts, format: .json, base: base)
        case ("multipart/related", "application/dicom+xml"): metadata = MetadataParts(like: parts, format: .xml, base: base)
        default: throw HTTPFailure(.unsupportedMediaType, Self.types)
        }
        isOneObject = type.name == "application/dicom"
        parser = isOneObject ? nil : try Self.parser(of: type)
    }

    private static func parser(of type: MediaType) throws -> MultipartParser {
        guard let boundary = type.parameters["boundary"] else { throw HTTPFailure(.badRequest, "the Content-Type names no boundary") }
        do { return try MultipartParser(boundary: boundary) } catch { throw HTTPFailure(.badRequest, error.description) }
    }

    /// - Throws: `MultipartError`, `HTTPFailure`, `ArchiveError`: the rest of the body is of no use then.
    mutating func feed(_ bytes: some Sequence<UInt8>) async throws {
        guard !isOneObject else {
            await objects?.write(ArraySlice(bytes))
            return
        }
        for event in try parser?.feed(bytes) ?? [] {
            switch event {
            case .begin(let headers): try await begin(headers)
            case .body(let bytes):
                await objects?.write(bytes)
                try await metadata?.write(bytes)
            case .end:
                await objects?.end()
                try metadata?.end()
            }
        }
        if let failures = objects?.failures, failures >= Self.mostFailures {
            throw MultipartError(description: "\(Self.mostFailures) parts could not be stored: what follows was not read")
        }
    }

    private mutating func begin(_ headers: [String: String]) async throws {
        if let encoding = headers["content-transfer-encoding"]?.lowercased(), !["binary", "8bit", "7bit"].contains(encoding) {
            throw HTTPFailure(.badRequest, "a part in Content-Transfer-Encoding \(encoding) is not taken: send it in binary")
        }
        let type = try headers["content-type"].map { text in
            guard let type = MediaType(text) else { throw HTTPFailure(.badRequest, "a part has a Content-Type that is none") }
            return type
        }
        if let type, type.name.hasPrefix("multipart/") { throw HTTPFailure(.badRequest, "a part may not be multipart itself") }
        objects?.begin(type)
        let location = headers["content-location"] ?? headers["content-id"].map { "cid:\($0.filter { $0 != "<" && $0 != ">" })" }
        try await metadata?.begin(type, location: location)
    }

    /// - Parameter error: what ended the body before its time: what was whole by then is stored and stays.
    /// - Throws: `HTTPFailure` 400 where nothing was to be stored.
    mutating func finish(cutBy error: MultipartError? = nil) async throws -> [StoreAnswer.Result] {
        var cut = error
        if let parser, !parser.isComplete { cut = cut ?? MultipartError(description: "the body ends before its closing boundary") }
        let ofMetadata = try await metadata?.finish(cutBy: cut)
        if let ofMetadata { return ofMetadata }
        if isOneObject { await objects?.end() }
        if cut != nil { await objects?.abandon() }
        var results = await objects?.finish() ?? []
        guard !results.isEmpty else { throw HTTPFailure(.badRequest, cut?.description ?? "the body has no part to store") }
        if let cut { results.append(.failed(nil, StoreFailure(StoreFailure.cannotUnderstand, cut.description))) }
        return results
    }

    /// The part under way is given up; what was whole stays.
    mutating func abandon() async {
        await objects?.abandon()
        _ = await objects?.finish()
    }
}
