import Crypto
import DICOMweb
import HTTPTypes
import Hummingbird

/// What can be asked of this server: as OpenAPI below `/api`, as capabilities (PS3.18 §8.9) below `/dicom-web`.
enum DescriptionRoutes {
    struct API: RouteSet {
        let version: String

        func add(to group: RouterGroup<RequestScope>) {
            group.get("openapi.json") { request, _ in
                let text = OpenAPIDocument(subjects: Subject.all, version: version).json(root: request.applicationRoot).text
                let digest = SHA256.hash(data: [UInt8](text.utf8)).prefix(12).map { String($0, radix: 16) }.joined()
                let headers: HTTPFields = [.contentType: "application/json; charset=utf-8", .eTag: "\"\(digest)\"", .cacheControl: "private, no-cache"]
                if request.headers[.ifNoneMatch] == headers[.eTag] { return Response(status: .notModified, headers: headers) }
                return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
            }
        }
    }

    struct Capabilities: RouteSet {
        let version: String

        func add(to group: RouterGroup<RequestScope>) {
            group.get("capabilities") { request, _ in try answer(request) }
            group.on("", method: .options) { request, _ in try answer(request) }
        }

        private func answer(_ request: Request) throws -> Response {
            for type in MediaType.accepted(request) {
                if type.matches(WADL.mediaType) { return response(WADL.document(Subject.all.flatMap(\.operations), root: request.applicationRoot), WADL.mediaType) }
                if type.matches("application/json") {
                    let subjects = Subject.all.map { $0.within("/dicom-web") }.filter { !$0.operations.isEmpty || !$0.types.isEmpty }
                    return response(OpenAPIDocument(subjects: subjects, version: version).json(root: request.applicationRoot).text, "application/json")
                }
            }
            throw HTTPFailure(.notAcceptable, "capabilities are \(WADL.mediaType) or application/json")
        }

        private func response(_ text: String, _ type: String) -> Response {
            Response(status: .ok, headers: [.contentType: "\(type); charset=utf-8", .allow: "OPTIONS"], body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }
}

extension Subject {
    /// With the operations below a path only.
    func within(_ path: String) -> Subject {
        var subject = self
        subject.operations = operations.filter { $0.path.hasPrefix(path) }
        return subject
    }
}
