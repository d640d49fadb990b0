import Archive
import DICOM
import DICOMweb
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore

/// The Non-Patient Instance service (PS3.18 §12): hanging protocols, colour palettes, implant templates and the like, which belong to no
/// study. Search, retrieve and store of each category.
struct NonPatientRoutes: RouteSet {
    let archive: Archive
    let onConflict: ConflictPolicy
    let logger: Logger

    func add(to group: RouterGroup<RequestScope>) {
        for category in NonPatientCategory.allCases {
            let path = RouterPath("\(category.rawValue)"), one = RouterPath("\(category.rawValue)/:instance")
            group.get(path) { request, context in try await search(category, request, context) }
            group.post(path) { request, context in try await store(category, request, context) }
            group.get(one) { request, context in try await retrieve(category, request, context) }
            group.post(one) { request, context in try await store(category, request, context, instance: try context.uid("instance")) }
            group.get(RouterPath("\(category.rawValue)/:instance/metadata")) { request, context in
                let instance = try await instance(category, context)
                return try await metadata(instance, request)
            }
        }
    }

    // MARK: Search (PS3.18 §12.6)

    private func search(_ category: NonPatientCategory, _ request: Request, _ context: RequestScope) async throws -> Response {
        try read(context)
        let type = try DataSetAnswer.negotiated(request)
        let parameters = try NonPatientSearch(request.uri.query ?? "")
        let (found, hasMore) = try await archive.nonPatientInstances(
            category, matching: parameters.identifier, offset: parameters.offset, limit: parameters.limit)
        var headers = HTTPFields()
        if let name = HTTPField.Name("Warning") {
            // PS3.18 §8.3.4.2.
            if parameters.asksForFuzzy { headers.append(HTTPField(name: name, value: "299 isocenter \"The fuzzymatching parameter is not supported. Only literal matching has been performed.\"")) }
            if hasMore { headers.append(HTTPField(name: name, value: "299 isocenter \"There are more results that can be requested\"")) }
        }
        guard !found.isEmpty else { return Response(status: .noContent, headers: headers) }
        let root = request.serviceRoot
        let answers = found.map { instance in
            var answer = parameters.shown(instance.attributes)
            answer.set(DataElement(.sopClassUID, uid: instance.location.sopClass))
            answer.set(DataElement(.sopInstanceUID, uid: instance.location.sopInstance))
            answer.set(DataElement(.retrieveURL, .UR, "\(root)/\(category.rawValue)/\(instance.location.sopInstance)"))
            return answer
        }
        return type.response(headers: headers) { writer in for answer in answers { try await writer.write(answer) } }
    }

    // MARK: Retrieve (PS3.18 §12.4)

    private func retrieve(_ category: NonPatientCategory, _ request: Request, _ context: RequestScope) async throws -> Response {
        let instance = try await instance(category, context)
        for type in MediaType.accepted(request.headers[.accept]) {
            if type.name == "multipart/related", ["application/dicom", "*/*"].contains(type.partType) {
                return MultipartBody(rootType: "application/dicom", parts: [.init(
                    contentType: "application/dicom; transfer-syntax=\(instance.location.transferSyntax.uid)", length: instance.location.size) { writer in
                    for try await piece in archive.stored(instance.location) { try await writer.write(ByteBuffer(bytes: piece)) }
                }]).response()
            }
            if type.matches("application/dicom") {
                return Response(
                    status: .ok, headers: [.contentType: "application/dicom; transfer-syntax=\(instance.location.transferSyntax.uid)"],
                    body: ResponseBody(contentLength: Int(instance.location.size)) { writer in
                        for try await piece in archive.stored(instance.location) { try await writer.write(ByteBuffer(bytes: piece)) }
                        try await writer.finish(nil)
                    })
            }
            if ["application/dicom+json", "application/json", "application/dicom+xml"].contains(type.partType) {
                return try await metadata(instance, request)
            }
        }
        throw HTTPFailure(.notAcceptable, "there is application/dicom, alone or in multipart/related, application/dicom+json and application/dicom+xml")
    }

    /// With binary values in it, but for those too large to hold.
    private func metadata(_ instance: NonPatientInstance, _ request: Request) async throws -> Response {
        let type = try DataSetAnswer.negotiated(request)
        let header = try await archive.header(of: instance.location)
        let shown = DataSet(header.elements.filter { if case .external = $0.value { false } else { true } })
        return type.response(isOne: true) { try await $0.write(shown) }
    }

    private func instance(_ category: NonPatientCategory, _ context: RequestScope) async throws -> NonPatientInstance {
        try read(context)
        let uid = try context.uid("instance")
        let instance = try await archive.nonPatientInstance(category, uid)
        guard let instance else { throw HTTPFailure(.notFound, "there is no such instance in \(category.rawValue)") }
        return instance
    }

    private func read(_ context: RequestScope) throws {
        let principal = try context.caller()
        guard Policy.access(of: principal, for: .read) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
    }

    // MARK: Store (PS3.18 §12.5)

    private func store(_ category: NonPatientCategory, _ request: Request, _ context: RequestScope, instance: UID? = nil) async throws -> Response {
        let principal = try context.caller()
        guard Policy.access(of: principal, for: .store) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not store") }
        let type = try DataSetAnswer.negotiated(request)
        let root = request.serviceRoot
        let body = try StoreBody(
            request.headers[.contentType], encoding: request.headers[.contentEncoding], into: archive,
            from: Source(kind: .dicomweb, user: principal.name, host: context.address, onConflict: onConflict), study: nil, category: category,
            instance: instance, base: "\(root)/\(category.rawValue)\(instance.map { "/\($0)" } ?? "")")
        try await context.continueIfExpected(request)
        let results = try await StoreRoutes.receive(body, request.body, on: archive.executor)
        let answer = StoreAnswer(results: results, root: root)
        answer.log(to: logger, from: "\(principal.name)@\(context.address)")
        return try answer.response(as: type)
    }
}
