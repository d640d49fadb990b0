import Archive
import DICOM
import DICOMImage
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// WADO-RS (PS3.18 §10.4): studies, series and instances, their metadata and frames, as they are stored.
struct RetrieveRoutes: RouteSet {
    let archive: Archive
    let pixels: PixelAccess

    func add(to group: RouterGroup<RequestScope>) {
        for path in ["studies/:study", "studies/:study/series/:series", "studies/:study/series/:series/instances/:instance"] {
            group.get(RouterPath(path)) { request, context in
                try await objects(try await instances(context), request, isSingle: path.hasSuffix(":instance"))
            }
            group.get(RouterPath(path + "/metadata")) { request, context in
                try await metadata(try await instances(context), request)
            }
        }
        group.get("studies/:study/series/:series/instances/:instance/frames/:frames") { request, context in
            try await frames(try await instances(context), request, context)
        }
        group.get("studies/:study/series/:series/instances/:instance/bulkdata/**") { request, context in
            try await bulkData(try await instances(context), request, context)
        }
    }

    /// What the path names and the caller may see.
    /// - Throws: 404 where that is nothing.
    private func instances(_ context: RequestScope) async throws -> [InstanceLocation] {
        try await archive.instances(context)
    }

    // MARK: Objects

    private func objects(_ instances: [InstanceLocation], _ request: Request, isSingle: Bool) async throws -> Response {
        for choice in ObjectSyntax.choices(request.headers[.accept], isSingle: isSingle) {
            let targets = instances.map { choice.target(of: $0) }
            guard !targets.contains(nil) else { continue }
            let objects = zip(instances, targets.compactMap { $0 })
            // A frame of the first is tried before the answer begins, so that what cannot be had is said with a status.
            if let (instance, target) = objects.first(where: { $0.transferSyntax != $1 }) { try await pixels.probe(instance, in: target) }
            if choice.isWhole, let (instance, target) = objects.first(where: { _ in true }) { return single(instance, target) }
            let root = request.serviceRoot
            let parts = objects.map { instance, target in
                MultipartBody.Part(
                    contentType: "application/dicom; transfer-syntax=\(target.uid)", location: instance.url(root),
                    // How long an object is in another syntax, or with its correction, is known when it is written.
                    length: target == instance.transferSyntax && instance.correction == nil ? instance.size : nil
                ) { [pixels] writer in try await pixels.object(instance, in: target, to: &writer) }
            }
            return MultipartBody(rootType: "application/dicom", parts: parts).response()
        }
        let stored = Set(instances.map { "\($0.transferSyntax.name) (\($0.transferSyntax.uid))" }).sorted().joined(separator: ", ")
        throw HTTPFailure(
            .notAcceptable,
            "objects are handed out as multipart/related; type=\"application/dicom\", stored in \(stored), and without loss in any syntax that is written here: \(ObjectSyntax.written)")
    }

    private func single(_ instance: InstanceLocation, _ target: TransferSyntax) -> Response {
        var headers: HTTPFields = [.contentType: "application/dicom; transfer-syntax=\(target.uid)"]
        let isStored = target == instance.transferSyntax
        headers[.eTag] = isStored ? "\"\(instance.version)\"" : "\"\(instance.version)-\(target.uid)\""
        let body = ResponseBody(contentLength: isStored && instance.correction == nil ? Int(instance.size) : nil) { [pixels] writer in
            var any: any ResponseBodyWriter = writer
            try await pixels.object(instance, in: target, to: &any)
            try await any.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
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

    // MARK: Frames

    private func frames(_ instances: [InstanceLocation], _ request: Request, _ context: RequestScope) async throws -> Response {
        guard let instance = instances.first else { throw HTTPFailure(.notFound, "there is no such instance") }
        let numbers = try Self.frameNumbers(context.parameters.get("frames") ?? "")
        let choice = try pixels.choice(request.headers[.accept], for: instance)
        let count = instance.pixelData?.frames.count ?? 0
        if !instance.transferSyntax.isDeflated, count > 0, let missing = numbers.first(where: { $0 > count }) {
            throw HTTPFailure(.notFound, "there is no frame \(missing): the instance has \(count)")
        }
        if choice.syntax == instance.transferSyntax, numbers == [1], let video = try await pixels.video(instance) {
            return self.video(video, choice, "\(instance.url(request.serviceRoot))/frames/1")
        }
        // The first is made before the answer begins, so that what cannot be had is said with a status.
        let first = try await pixels.frame(numbers[0], of: instance, in: choice.syntax)
        if numbers.count == 1, choice.isSingle {
            var headers: HTTPFields = [.contentType: choice.contentType]
            headers[PixelAccess.photometricInterpretation] = first.photometricInterpretation?.rawValue
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: first.bytes)))
        }
        let root = request.serviceRoot
        let parts = numbers.enumerated().map { index, number in
            MultipartBody.Part(
                contentType: choice.contentType, location: "\(instance.url(root))/frames/\(number)",
                length: index == 0 ? UInt64(first.bytes.count) : nil,
                // Every frame of an instance is delivered alike.
                fields: first.photometricInterpretation.map { ["\(PixelAccess.photometricInterpretation)": $0.rawValue] } ?? [:]
            ) { [pixels] writer in
                let bytes = index == 0 ? first.bytes : try await pixels.frame(number, of: instance, in: choice.syntax).bytes
                try await writer.write(ByteBuffer(bytes: bytes))
            }
        }
        return MultipartBody(rootType: choice.name, parts: parts).response()
    }

    /// A video as it is stored: its frames are not apart (PS3.5 §8.2.5), so that all of them go out as the first.
    private func video(_ video: VideoStream, _ choice: FrameMediaType.Choice, _ location: String) -> Response {
        if choice.isSingle { return video.response(choice.contentType) }
        let length = video.location.isFragmented ? nil : video.length
        let part = MultipartBody.Part(contentType: choice.contentType, location: location, length: length) { writer in
            try await video.pieces { try await writer.write(ByteBuffer(bytes: $0)) }
        }
        return MultipartBody(rootType: choice.name, parts: [part]).response()
    }

    /// `1`, `1,3,5`.
    static func frameNumbers(_ text: String) throws -> [Int] {
        let numbers = text.replacing("%2C", with: ",").replacing("%2c", with: ",").split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
        guard !numbers.isEmpty, numbers.count <= 10_000, numbers.allSatisfy({ $0 != nil && $0 ?? 0 > 0 }) else {
            throw HTTPFailure(.badRequest, "frames are a list of numbers from 1, separated by commas")
        }
        return numbers.compactMap { $0 }
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
