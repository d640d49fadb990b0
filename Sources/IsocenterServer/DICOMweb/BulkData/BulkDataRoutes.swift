import Archive
import DICOM
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// Bulk data (PS3.18 §10.4.1.1.5): a value by its path, all values of a study, series or instance, or their pixel data alone.
struct BulkDataRoutes: RouteSet {
    let archive: Archive
    let pixels: PixelAccess

    func add(to group: RouterGroup<RequestScope>) {
        for path in ["studies/:study", "studies/:study/series/:series", "studies/:study/series/:series/instances/:instance"] {
            group.get(RouterPath(path + "/bulkdata")) { request, context in try await list(request, context, onlyPixels: false) }
            group.get(RouterPath(path + "/pixeldata")) { request, context in try await list(request, context, onlyPixels: true) }
        }
        group.get("studies/:study/series/:series/instances/:instance/bulkdata/**") { request, context in try await value(request, context) }
    }

    // MARK: One value

    private func value(_ request: Request, _ context: RequestScope) async throws -> Response {
        guard let instance = try await archive.instances(context).first else { throw HTTPFailure(.notFound, "there is no such instance") }
        let (path, element) = try BulkDataLinks.element(at: context.parameters.getCatchAll().joined(separator: "/"), in: try await archive.header(of: instance))
        let bulkData = InstanceBulkData(pixels: pixels, instance: instance, root: request.serviceRoot)
        if bulkData.isPixelData(path) { return try await pixelData(bulkData, request) }
        guard let value = BulkValue(element, of: instance, in: archive) else { throw HTTPFailure(.notFound, "the instance has no value at \(path)") }
        let types = MediaType.accepted(request)
        guard let type = types.first(where: { $0.matchesPart(InstanceBulkData.octets) }) else { throw Self.notAcceptable }
        if type.isMultipart { return inPart(value, at: bulkData.links.uri(path), request, EntityTag([instance.version, "part", "\(path)"], isWeak: true)) }
        return try await ByteRanges.response(
            request, [.contentType: InstanceBulkData.octetsContent], length: value.length, tag: EntityTag([instance.version, "\(path)"])
        ) { part, writer in try await value.write(part, to: &writer) }
    }

    /// A range is one of the value, not of the parts around it: what a client of parts means by it.
    private func inPart(_ value: BulkValue, at location: String, _ request: Request, _ tag: EntityTag) -> Response {
        if let known = tag.notModified(request) { return known }
        let length = value.length
        // A weak tag does not say that bytes are the same (RFC 9110 §13.1.5).
        let isAsked = request.method == .get && request.headers[.ifRange] == nil
        var range = 0..<length, fields: [String: String] = [:]
        switch isAsked ? ByteRanges(request.headers[.range], length: length) : .whole {
        case .whole: break
        case .part(let part):
            range = part
            fields["Content-Range"] = "bytes \(part.lowerBound)-\(part.upperBound - 1)/\(length)"
        case .unsatisfiable:
            return Response(status: .rangeNotSatisfiable, headers: [.contentRange: "bytes */\(length)"])
        }
        let asked = range
        let part = MultipartBody.Part(
            contentType: InstanceBulkData.octetsContent, location: location, length: asked.upperBound - asked.lowerBound, fields: fields
        ) { try await value.write(asked, to: &$0) }
        var headers = tag.fields
        headers[.acceptRanges] = "bytes"
        var response = MultipartBody(rootType: InstanceBulkData.octets, parts: [part]).response(headers)
        if !fields.isEmpty { response.status = .partialContent }
        return response
    }

    private static var notAcceptable: HTTPFailure {
        HTTPFailure(.notAcceptable, "bulk data is handed out as application/octet-stream, alone or as multipart/related; type=\"application/octet-stream\"")
    }

    // MARK: Pixel data of one instance

    private func pixelData(_ bulkData: InstanceBulkData, _ request: Request) async throws -> Response {
        let instance = bulkData.instance, types = MediaType.accepted(request)
        let count = try await archive.frames(of: instance)?.count ?? 0
        // A compressed frame can go out alone where it is the only one; samples always can.
        let choice = try pixels.choice(types.filter { count == 1 || $0.isMultipart || $0.name == "*/*" || $0.matches(InstanceBulkData.octets) }, for: instance, isOne: true)
        let tag = EntityTag([instance.version, "pixels", choice.name, choice.syntax.uid.text], isWeak: true)
        let isWhole = choice.isSingle || types.first?.name == "*/*" && !choice.syntax.isEncapsulated
        if !isWhole, !choice.syntax.isEncapsulated, let pixelData = instance.pixelData, let value = bulkData.native(pixelData) {
            return inPart(value, at: bulkData.links.uri(ElementPath([], pixelData.tag)), request, tag)
        }
        guard isWhole else { return try await parts(try await bulkData.frames(choice), choice.name, request, tag) }
        if !choice.syntax.isEncapsulated, let value = instance.pixelData.flatMap(bulkData.native) {
            let strong = EntityTag([instance.version, "pixels"])
            return try await ByteRanges.response(request, [.contentType: InstanceBulkData.octetsContent], length: value.length, tag: strong) { part, writer in
                try await value.write(part, to: &writer)
            }
        }
        if let known = tag.notModified(request) { return known }
        guard let part = try await bulkData.frames(choice).first else { throw HTTPFailure(.notFound, "the instance has no pixel data") }
        var headers = tag.fields
        headers[.contentType] = part.contentType
        return Response(status: .ok, headers: headers, body: ResponseBody(contentLength: part.length.map { Int(clamping: $0) }) { writer in
            var any = writer
            try await part.write(&any)
            try await writer.finish(nil)
        })
    }

    private func parts(_ parts: [BulkDataPart], _ rootType: String, _ request: Request, _ tag: EntityTag) async throws -> Response {
        if let known = tag.notModified(request) { return known }
        let parts = parts.map { MultipartBody.Part(contentType: $0.contentType, location: $0.location, length: $0.length, write: $0.write) }
        return MultipartBody(rootType: rootType, parts: parts).response(tag.fields)
    }

    // MARK: Many values

    private func list(_ request: Request, _ context: RequestScope, onlyPixels: Bool) async throws -> Response {
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        let root = request.serviceRoot
        if context.parameters.get("instance") != nil, onlyPixels {
            guard let instance = try await archive.instances(context).first else { throw HTTPFailure(.notFound, "there is no such instance") }
            guard instance.pixelData != nil || instance.transferSyntax.isDeflated else { throw HTTPFailure(.notFound, "the instance has no pixel data") }
            if instance.pixelData != nil { return try await pixelData(InstanceBulkData(pixels: pixels, instance: instance, root: root), request) }
        }
        // Of many values each is a part.
        let types = MediaType.accepted(request).filter { $0.isMultipart || $0.name == "*/*" }
        guard !types.isEmpty else { throw HTTPFailure(.notAcceptable, "bulk data of several values is handed out as multipart/related, of application/octet-stream or as the frames are stored") }
        var parts = BulkDataParts(archive.instances(of: try retrieval(context), for: access), pixels: pixels, types: types, root: root, onlyPixels: onlyPixels)
        // The first is found before the answer begins, so that what cannot be had is said with a status.
        guard let first = try await parts.next() else { throw HTTPFailure(.notFound, onlyPixels ? "there is no pixel data" : "there is no bulk data") }
        let boundary = MultipartBody.makeBoundary(), rest = parts
        let type = first.contentType.split(separator: ";").first.map(String.init) ?? InstanceBulkData.octets
        let headers: HTTPFields = [.contentType: "multipart/related; type=\"\(type)\"; boundary=\(boundary)", .cacheControl: EntityTag.cacheControl]
        return Response(status: .ok, headers: headers, body: ResponseBody { writer in
            var parts = rest, part: BulkDataPart? = first, any = writer
            while let one = part {
                var head = "\r\n--\(boundary)\r\nContent-Type: \(one.contentType)\r\nContent-Location: \(one.location)\r\n"
                if let length = one.length { head += "Content-Length: \(length)\r\n" }
                try await any.write(ByteBuffer(string: head + "\r\n"))
                try await one.write(&any)
                part = try await parts.next()
            }
            try await any.write(ByteBuffer(string: "\r\n--\(boundary)--\r\n"))
            try await any.finish(nil)
        })
    }

    private func retrieval(_ context: RequestScope) throws -> Retrieval {
        let study = try context.uid("study")
        let series = context.parameters.get("series") == nil ? [] : [try context.uid("series")]
        let instances = context.parameters.get("instance") == nil ? [] : [try context.uid("instance")]
        return Retrieval(instances.isEmpty ? .series : .instance, studies: [study], series: series, instances: instances)
    }
}
