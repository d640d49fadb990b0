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
