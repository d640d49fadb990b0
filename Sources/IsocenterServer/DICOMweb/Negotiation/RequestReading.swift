import DICOM
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// Hummingbird has a type of this name.
typealias MediaType = DICOMweb.MediaType

extension RequestScope {
    /// A UID of the path.
    /// - Throws: 400 where it is none: nothing but digits and dots goes any further.
    func uid(_ name: String) throws -> UID {
        guard let text = parameters.get(name), let uid = UID(text) else {
            throw HTTPFailure(.badRequest, "the \(name) in the path is no UID: at most 64 digits and dots")
        }
        return uid
    }
}

extension Request {
    /// Where the client sees our DICOMweb service: also behind a reverse proxy that says so.
    var serviceRoot: String {
        func forwarded(_ name: String) -> String? {
            HTTPField.Name(name).flatMap { headers[$0] }?.split(separator: ",").first?.trimmed
        }
        let scheme = forwarded("X-Forwarded-Proto") ?? head.scheme ?? "http"
        let host = forwarded("X-Forwarded-Host") ?? head.authority ?? "localhost"
        let prefix = forwarded("X-Forwarded-Prefix").map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 } ?? ""
        return "\(scheme)://\(host)\(prefix)/dicom-web"
    }
}

/// The JSON media types of PS3.18 §8.7.3.
struct JSONType {
    private static let names = ["application/dicom+json", "application/json"]
    let contentType: String

    /// - Throws: 406 where the client accepts neither.
    static func negotiated(_ request: Request) throws -> JSONType {
        for type in MediaType.accepted(request) {
            if let name = names.first(where: { type.matches($0) }) { return JSONType(contentType: name) }
        }
        throw HTTPFailure(.notAcceptable, "answers here are application/dicom+json")
    }

    func response(_ dataSet: DataSet, status: HTTPResponse.Status, isList: Bool) throws -> Response {
        var bytes = try DICOMJSON.encode(dataSet)
        if isList { bytes = Array("[".utf8) + bytes + Array("]".utf8) }
        return response(bytes, status: status)
    }

    func response(_ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = contentType
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
