import DICOM
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// Data sets in the form a client asks for (PS3.18 §8.7.3): `application/dicom+json`, or `application/dicom+xml` in parts. Written one
/// after the other, compressed where the client takes gzip.
struct DataSetAnswer: Sendable {
    enum Form: Sendable, Equatable {
        /// With the name the client uses for it.
        case json(String)
        case xml
        /// A further type of the route.
        case other(String)
    }

    var form: Form
    /// The client takes gzip: for text, never for pixels.
    var isCompressed: Bool
    /// `application/dicom+xml` alone was asked for, not parts of it.
    var prefersDocument = false

    /// What the query's `accept` asks for, or else the header (PS3.18 §8.7.8); JSON where neither says anything.
    ///
    /// - Parameter also: further types that the route knows, such as `text/csv`.
    /// - Throws: 406 naming what there is.
    static func negotiated(_ request: Request, also: [String] = []) throws -> DataSetAnswer {
        try negotiated(MediaType.accepted(request), acceptEncoding: request.headers[.acceptEncoding], also: also)
    }

    static func negotiated(_ accepted: [MediaType], acceptEncoding: String?, also: [String] = []) throws -> DataSetAnswer {
        let isCompressed = ContentCoding.takesGzip(acceptEncoding)
        for type in accepted {
            if let name = jsonTypes.first(where: { type.matches($0) }) { return DataSetAnswer(form: .json(name), isCompressed: isCompressed) }
            if type.matches(xmlType) { return DataSetAnswer(form: .xml, isCompressed: isCompressed, prefersDocument: true) }
            if type.name == "multipart/*" || type.name == "multipart/related" && [xmlType, "*/*"].contains(type.partType) {
                return DataSetAnswer(form: .xml, isCompressed: isCompressed)
            }
            if let name = also.first(where: { type.matches($0) }) { return DataSetAnswer(form: .other(name), isCompressed: isCompressed) }
        }
        let types = ["application/dicom+json", "multipart/related; type=\"application/dicom+xml\""] + also
        throw HTTPFailure(.notAcceptable, "answers here are \(types.joined(separator: " or "))")
    }

    private static let jsonTypes = ["application/dicom+json", "application/json"]
    static let xmlType = "application/dicom+xml"

    /// A list: an array, or a part for each.
    ///
    /// - Parameter isOne: the list has one data set, whatever becomes of it: who asks for `application/dicom+xml` gets that alone.
    func response(
        status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], isOne: Bool = false, _ write: @escaping @Sendable (inout Writer) async throws -> Void
    ) -> Response {
        let boundary = MultipartBody.makeBoundary()
        let isDocument = isOne && prefersDocument
        let contentType = switch form {
        case .json(let name), .other(let name): name
        case .xml: isDocument ? Self.xmlType : "multipart/related; type=\"\(Self.xmlType)\"; boundary=\(boundary)"
        }
        return text(contentType, status: status, headers: headers) { text in
            var writer = Writer(text: text, form: form, boundary: isDocument ? nil : boundary)
            try await write(&writer)
            try await writer.end()
            text = writer.text
        }
    }

    /// One data set alone: an object, or a document.
    func response(_ dataSet: DataSet, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) throws -> Response {
        let isXML = form == .xml
        let bytes = isXML ? try DICOMXML.encode(dataSet) : try DICOMJSON.encode(dataSet)
        let contentType = if case .json(let name) = form { name } else { isXML ? Self.xmlType : Self.jsonTypes[0] }
        return text(contentType, status: status, headers: headers) { try await $0.write(bytes) }
    }

    /// Any text of the route, compressed where the client takes that.
    func text(
        _ contentType: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ write: @escaping @Sendable (inout TextWriter) async throws -> Void
    ) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        Self.vary(&headers)
        if isCompressed { headers[.contentEncoding] = "gzip" }
        return Response(status: status, headers: headers, body: ResponseBody { [isCompressed] writer in
            var text = TextWriter(writer, isCompressed: isCompressed)
            try await write(&text)
            try await text.end()
            try await writer.finish(nil)
        })
    }

    /// What a cache has to compare.
    static func vary(_ headers: inout HTTPFields) { headers[.vary] = "Accept, Accept-Encoding" }

    /// Writes the data sets of a list.
    struct Writer {
        fileprivate var text: TextWriter
        private let form: Form
        /// nil: no parts.
        private let boundary: String?
        private var isEmpty = true

        fileprivate init(text: TextWriter, form: Form, boundary: String?) {
            (self.text, self.form, self.boundary) = (text, form, boundary)
        }

        /// Adds a data set; waits where the client is slower.
        mutating func write(_ dataSet: DataSet, bulkData: DICOMJSON.BulkDataURI? = nil) async throws {
            switch form {
            case .json, .other:
                text.add(isEmpty ? "[" : ",\n")
                text.add(try DICOMJSON.encode(dataSet, bulkData: bulkData))
            case .xml:
                if let boundary { text.add("\r\n--\(boundary)\r\nContent-Type: \(xmlType)\r\n\r\n") }
                text.add(try DICOMXML.encode(dataSet, bulkData: bulkData))
            }
            isEmpty = false
            try await text.sendIfMuch()
        }

        fileprivate mutating func end() async throws {
            switch form {
            case .json, .other: text.add(isEmpty ? "[]" : "]")
            case .xml: if let boundary { text.add("\r\n--\(boundary)--\r\n") }
            }
        }
    }
}

/// Gathers text to pieces worth sending, and compresses it.
struct TextWriter {
    private var base: any ResponseBodyWriter
    private var waiting: [UInt8] = []
    private let gzip: GzipEncoder?
    private static let pieceSize = 32 << 10

    init(_ base: any ResponseBodyWriter, isCompressed: Bool) {
        self.base = base
        gzip = isCompressed ? GzipEncoder() : nil
    }

    mutating func add(_ text: String) { waiting.append(contentsOf: text.utf8) }
    mutating func add(_ bytes: [UInt8]) { waiting += bytes }

    /// Adds bytes of any number; waits where the client is slower.
    mutating func write(_ bytes: [UInt8]) async throws {
        add(bytes)
        try await sendIfMuch()
    }

    mutating func sendIfMuch() async throws {
        guard waiting.count >= Self.pieceSize else { return }
        try await send(waiting, isLast: false)
        waiting.removeAll(keepingCapacity: true)
    }

    fileprivate mutating func end() async throws {
        try await send(waiting, isLast: true)
        waiting = []
    }

    private mutating func send(_ bytes: [UInt8], isLast: Bool) async throws {
        let bytes = gzip.map { $0.encode(bytes, isLast: isLast) } ?? bytes
        if !bytes.isEmpty { try await base.write(ByteBuffer(bytes: bytes)) }
    }
}

/// Accept-Encoding (RFC 9110 §12.5.3).
enum ContentCoding {
    static func takesGzip(_ header: String?) -> Bool {
        guard let header else { return false }
        var any: Bool?
        for coding in header.lowercased().split(separator: ",") {
            let fields = coding.split(separator: ";").map { $0.trimmed }
            let weight = fields.dropFirst().first { $0.hasPrefix("q=") }.flatMap { Double($0.dropFirst(2)) } ?? 1
            switch fields.first {
            case "gzip", "x-gzip": return weight > 0
            case "*": any = weight > 0
            default: break
            }
        }
        return any ?? false
    }
}
