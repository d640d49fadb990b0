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
    /// Where the client sees our DICOMweb service: also behind a reverse proxy (``BehindProxy``).
    var serviceRoot: String { applicationRoot + "/dicom-web" }
}
