import Archive
import DICOM
import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// Large store requests that go on where they were interrupted, an extension: `POST uploads` announces one, `PATCH` appends, `HEAD`
/// tells how far it is; the last byte stores it as if it had come in one request, and is answered as that would be.
struct UploadRoutes: RouteSet {
    let uploads: Uploads
    let onConflict: ConflictPolicy
    let logger: Logger

    func add(to group: RouterGroup<RequestScope>) {
        group.post("uploads") { request, context in try await begin(request, context) }
        group.head("uploads/:upload") { _, context in Self.state(try await upload(context), .noContent) }
        group.get("uploads/:upload") { _, context in try Self.description(try await upload(context)) }
        group.patch("uploads/:upload") { request, context in try await append(request, context) }
        group.delete("uploads/:upload") { _, context in
            let upload = try await upload(context)
            do { try await uploads.giveUp(upload) } catch let conflict as UploadConflict { return Self.response(to: conflict) }
            return Response(status: .noContent)
        }
    }

    /// What `POST uploads` takes.
    private struct Announcement: Codable {
        /// Content-Type of the whole.
        var type: String
        /// In bytes.
        var length: UInt64
        /// The study it must belong to, or the category of what belongs to none.
        var study: String?
        var category: String?
    }

    private func begin(_ request: Request, _ context: RequestScope) async throws -> Response {
        let principal = try store(context)
        let announced: Announcement = try Definition.value(
            try await Definition.object(of: request), like: Announcement(type: "", length: 0, study: "", category: ""), told: [])
        let target = try Self.target(announced)
        // Refused now, not after gigabytes.
        _ = try body(announced.type, principal, context, target: target, root: request.serviceRoot)
        let upload = try await uploads.begin(owner: principal.name, type: announced.type, target: target, length: announced.length)
        var response = Self.state(upload, .created)
        response.headers[.location] = "\(request.serviceRoot)/uploads/\(upload.id)"
        return response
    }

    private static func target(_ announced: Announcement) throws -> String {
        switch (announced.study, announced.category) {
        case (nil, nil): return "studies"
        case (let study?, nil):
            guard let uid = UID(study) else { throw HTTPFailure(.badRequest, "'study' is no UID") }
            return "studies/\(uid)"
        case (nil, let category?):
            guard let category = NonPatientCategory(rawValue: category) else {
                throw HTTPFailure(.badRequest, "'category' is none of \(NonPatientCategory.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return category.rawValue
        default: throw HTTPFailure(.badRequest, "an upload belongs to a study or to a category")
        }
    }

    private func body(_ type: String, _ principal: Principal, _ context: RequestScope, target: String, root: String) throws -> StoreBody {
        let source = Source(kind: .upload, user: principal.name, host: context.address, onConflict: onConflict)
        return try StoreBody(
            type, encoding: nil, into: uploads.archive, from: source, study: target.hasPrefix("studies/") ? UID(target.dropFirst("studies/".count)) : nil,
            category: NonPatientCategory(rawValue: target), base: "\(root)/\(target)")
    }

    private func append(_ request: Request, _ context: RequestScope) async throws -> Response {
        let principal = try store(context)
        let id = try await upload(context).id
        guard let offset = Self.offset.flatMap({ request.headers[$0] }).flatMap({ UInt64($0) }) else {
            throw HTTPFailure(.badRequest, "Upload-Offset says where the bytes go: a number from 0")
        }
        let type = try DataSetAnswer.negotiated(request)
        try await context.continueIfExpected(request)
        do {
            let reached = try await uploads.append(request.body, at: offset, to: id, of: principal.name)
            guard reached.isWhole else { return Self.state(reached, .noContent) }
            return try await uploads.storing(reached) { try await finish(reached, principal, context, request, type) }
        } catch let conflict as UploadConflict {
            return Self.response(to: conflict)
        }
    }

    private static func response(to conflict: UploadConflict) -> Response {
        var response = JSONAnswer.response(["error": conflict.words], status: .conflict)
        response.headers.append(contentsOf: fields(conflict.upload))
        return response
    }

    private func finish(_ upload: Upload, _ principal: Principal, _ context: RequestScope, _ request: Request, _ type: DataSetAnswer) async throws -> Response {
        let root = request.serviceRoot
        let answer: StoreAnswer
        do {
            let body = try body(upload.type, principal, context, target: upload.target, root: root)
            let results = try await StoreRoutes.receive(body, uploads.bytes(of: upload), on: uploads.archive.executor)
            answer = StoreAnswer(results: results, root: root)
        } catch let failure as HTTPFailure {
            // The bytes are what they are: to send them again would end the same.
            try await uploads.remove(upload)
            throw failure
        }
        answer.log(to: logger, from: "\(principal.name)@\(context.address)")
        // Where the server cannot store now the bytes stay: an empty PATCH tries again.
        var upload = upload
        if answer.status != .serviceUnavailable {
            upload.status = Int(answer.status.code)
            try await uploads.finish(upload, status: Int(answer.status.code), answer: try DICOMJSON.encode(answer.dataSet))
        }
        var response = try answer.response(as: type)
        response.headers.append(contentsOf: Self.fields(upload))
        return response
    }

    // MARK: Answers

    private func store(_ context: RequestScope) throws -> Principal {
        let principal = try context.caller()
        guard Policy.access(of: principal, for: .store) != nil else { throw HTTPFailure(.forbidden, "\(principal.name) may not store") }
        return principal
    }

    /// The caller's own.
    private func upload(_ context: RequestScope) async throws -> Upload {
        let principal = try store(context)
        let upload = try await uploads.table.upload(context.parameters.get("upload") ?? "", of: principal.name)
        guard let upload else {
            throw HTTPFailure(.notFound, "there is no such upload")
        }
        return upload
    }

    private static let offset = HTTPField.Name("Upload-Offset")

    private static func state(_ upload: Upload, _ status: HTTPResponse.Status) -> Response {
        var headers = fields(upload)
        headers[.cacheControl] = "no-store"
        return Response(status: status, headers: headers)
    }

    private static func fields(_ upload: Upload) -> HTTPFields {
        var headers = HTTPFields()
        for (name, text) in [("Upload-Offset", "\(upload.received)"), ("Upload-Length", "\(upload.length)"), ("Upload-Complete", upload.status != nil ? "?1" : "?0")] {
            if let name = HTTPField.Name(name) { headers[name] = text }
        }
        return headers
    }

    private struct Description: Encodable {
        var type: String
        var target: String
        var length: UInt64
        var offset: UInt64
        /// Of the store answer, once there is one.
        var status: Int?
    }

    /// How far it is; once it is stored, the store answer.
    private static func description(_ upload: Upload) throws -> Response {
        guard let status = upload.status else {
            var response = JSONAnswer.response(Description(type: upload.type, target: upload.target, length: upload.length, offset: upload.received))
            response.headers.append(contentsOf: fields(upload))
            return response
        }
        var response = Response(status: .init(code: status), headers: [.contentType: "application/dicom+json"], body: .init(byteBuffer: .init(bytes: upload.answer)))
        response.headers.append(contentsOf: fields(upload))
        return response
    }
}
