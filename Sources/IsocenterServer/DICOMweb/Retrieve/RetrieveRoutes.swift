import Archive
import DICOM
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// WADO-RS (PS3.18 §10.4): metadata and bulk data of studies, series and instances.
struct RetrieveRoutes: RouteSet {
    let archive: Archive

    func add(to group: RouterGroup<RequestScope>) {
        for path in ["studies/:study", "studies/:study/series/:series", "studies/:study/series/:series/instances/:instance"] {
            group.get(RouterPath(path + "/metadata")) { request, context in
                try await metadata(try await archive.instances(context), request)
            }
        }
        group.get("studies/:study/series/:series/instances/:instance/bulkdata/**") { request, context in
            try await bulkData(try await archive.instances(context), request, context)
        }
    }

    // MARK: Metadata

    private func metadata(_ instances: [InstanceLocation], _ request: Request) async throws -> Response {
        let answer = try DataSetAnswer.negotiated(request)
        let root = request.serviceRoot
        return answer.response(isOne: instances.count == 1) { [archive] writer in
            for instance in instances {
                try await writer.write(try await archive.header(of: instance), bulkData: BulkDataLinks(root: root, instance: instance).uri)
            }
        }
    }

    // MARK: Bulk data

    private func bulkData(_ instances: [InstanceLocation], _ request: Request, _ context: RequestScope) async throws -> Response {
        guard let instance = instances.first else { throw HTTPFailure(.notFound, "there is no such instance") }
        let path = context.parameters.getCatchAll().joined(separator: "/")
        let element = try BulkDataLinks.element(at: path, in: try await archive.header(of: instance))
        let headers: HTTPFields = [.contentType: "application/octet-stream"]
        switch element.value {
        case .bytes(let bytes):
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
        case .external(let range):
            let inFile = instance.inFile(range)
            return Response(status: .ok, headers: headers, body: ResponseBody(contentLength: Int(inFile.length)) { [archive] writer in
                var offset = inFile.offset
                let end = inFile.offset + inFile.length
                while offset < end {
                    let count = min(end - offset, 1 << 20)
                    try await writer.write(ByteBuffer(bytes: try await archive.read(instance, ByteRange(offset: offset, length: count))))
                    offset += count
                }
                try await writer.finish(nil)
            })
        case .fragments(let encapsulated):
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: encapsulated.fragments.flatMap { $0 })))
        case .items:
            throw HTTPFailure(.notFound, "\(element.tag) is not handed out as one piece of bulk data")
        }
    }
}

extension Archive {
    /// The instances that a path names and the caller may see.
    /// - Throws: 404 where that is nothing, 403 where the caller may read nothing at all.
    ///
    /// - Parameter level: the lowest part of the path that counts: `study` for all of the study.
    func instances(_ context: RequestScope, level: String = "instance") async throws -> [InstanceLocation] {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        let series = level == "study" || context.parameters.get("series") == nil ? nil : try context.uid("series")
        let instance = level == "study" || context.parameters.get("instance") == nil ? nil : try context.uid("instance")
        let found = try await instances(study: try context.uid("study"), series: series, instance: instance, for: access)
        guard !found.isEmpty else { throw HTTPFailure(.notFound, "there is no such study, series or instance") }
        return found
    }
}

extension InstanceLocation {
    func url(_ root: String) -> String { "\(root)/studies/\(study)/series/\(series)/instances/\(sopInstance)" }
}
