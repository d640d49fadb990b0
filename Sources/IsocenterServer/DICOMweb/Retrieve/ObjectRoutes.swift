import Archive
import DICOM
import DICOMImage
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// WADO-RS (PS3.18 §10.4): studies, series and instances, as they are stored or in another transfer syntax, in parts, alone or packed.
struct ObjectRoutes: RouteSet {
    let archive: Archive
    let pixels: PixelAccess

    func add(to group: RouterGroup<RequestScope>) {
        for path in ["studies/:study", "studies/:study/series/:series", "studies/:study/series/:series/instances/:instance"] {
            group.get(RouterPath(path)) { request, context in
                try await objects(try await archive.instances(context), request, context.fileLine, isSingle: path.hasSuffix(":instance"))
            }
        }
    }

    private func objects(_ instances: [InstanceLocation], _ request: Request, _ line: FileLine, isSingle: Bool) async throws -> Response {
        for choice in ObjectSyntax.choices(MediaType.accepted(request), isSingle: isSingle) {
            if case .content(let type) = choice.form {
                guard let instance = instances.first, let content = try await content(instance, type, request) else { continue }
                return content
            }
            let targets = instances.map { choice.target(of: $0) }
            guard !targets.contains(nil) else { continue }
            let objects = Array(zip(instances, targets.compactMap { $0 }))
            if choice.form == .single, let (instance, target) = objects.first { return try await single(instance, target, request, line) }
            try await probe(objects)
            guard choice.form == .parts else { return try await ZipAnswer(objects, pixels: pixels).response(request) }
            let root = request.serviceRoot
            if let short = try await short(objects, root) { return short }
            let memory = PieceMemory()
            let parts = objects.map { instance, target in
                MultipartBody.Part(
                    contentType: "application/dicom; transfer-syntax=\(target.uid)", location: instance.url(root), length: length(instance, target)
                ) { [pixels] writer in try await pixels.object(instance, in: target, memory, to: &writer) }
            }
            return MultipartBody(rootType: "application/dicom", parts: parts).response(by: line)
        }
        throw try await notAcceptable(instances, isSingle: isSingle)
    }

    /// All are reached, and a frame of the first that is not sent as stored is tried, before the answer begins, so that what cannot be had is said with a status.
    private func probe(_ objects: [(InstanceLocation, TransferSyntax)]) async throws {
        try await archive.reach(objects.map(\.0))
        if let (instance, target) = objects.first(where: { $0.transferSyntax != $1 }) { try await pixels.probe(instance, in: target) }
    }

    /// How long an object is in another syntax, or with its correction, is known when it is written.
    private func length(_ instance: InstanceLocation, _ target: TransferSyntax) -> UInt64? {
        target == instance.transferSyntax && instance.correction == nil ? instance.size : nil
    }

    /// One object alone: also what the URI service sends.
    func single(_ instance: InstanceLocation, _ target: TransferSyntax, _ request: Request, _ line: FileLine? = nil) async throws -> Response {
        let tag = EntityTag(target == instance.transferSyntax ? [instance.version] : [instance.version, target.uid.text])
        if let known = tag.notModified(request) { return known }
        try await probe([(instance, target)])
        var headers = tag.fields
        headers[.contentType] = "application/dicom; transfer-syntax=\(target.uid)"
        guard let length = length(instance, target) else {
            return Response(status: .ok, headers: headers, body: ResponseBody { [pixels] writer in
                try await pixels.object(instance, in: target, to: &writer)
                try await writer.finish(nil)
            })
        }
        let memory = length <= PieceMemory.whole ? .short : PieceMemory()
        return Response(status: .ok, headers: headers, body: try await .known(length, line) { [pixels] writer in
            try await pixels.object(instance, in: target, memory, to: &writer)
        })
    }

    /// One small object as it is stored, in parts; nil where it is another answer.
    private func short(_ objects: [(InstanceLocation, TransferSyntax)], _ root: String) async throws -> Response? {
        guard objects.count == 1, let (instance, target) = objects.first, let length = length(instance, target), length <= PieceMemory.whole else { return nil }
        return try await MultipartBody.short(
            "application/dicom", contentType: "application/dicom; transfer-syntax=\(target.uid)", location: instance.url(root), length: length
        ) { make in
            let pieces = archive.file(of: instance, piece: PieceMemory.piece, whole: PieceMemory.whole, make: make)
            return try await pieces.next() ?? ByteBuffer()
        }
    }

    /// What an object encapsulates: a document, or the stream of a video.
    private func content(_ instance: InstanceLocation, _ type: MediaType, _ request: Request) async throws -> Response? {
        if let document = try await RenderedDocument(instance, in: archive), !document.isMade {
            return type.matches(document.mediaType) ? try await document.response(request, pixels) : nil
        }
        guard let video = try await pixels.video(instance) else { return nil }
        let name = FrameMediaType.name(of: instance.transferSyntax)
        return type.matches(name) ? try await video.response(name, request, EntityTag([instance.version, "video"])) : nil
    }

    private func notAcceptable(_ instances: [InstanceLocation], isSingle: Bool) async throws -> HTTPFailure {
        let stored = Set(instances.map { "\($0.transferSyntax.name) (\($0.transferSyntax.uid))" }).sorted().joined(separator: ", ")
        var forms = "multipart/related; type=\"application/dicom\", as application/zip"
        if isSingle {
            forms += ", as application/dicom"
            if let instance = instances.first {
                if let document = try await RenderedDocument(instance, in: archive), !document.isMade { forms += ", as \(document.mediaType)" }
                if try await pixels.video(instance) != nil { forms += ", as \(FrameMediaType.name(of: instance.transferSyntax))" }
            }
        }
        return HTTPFailure(
            .notAcceptable, "objects are handed out as \(forms); stored in \(stored), and without loss in any syntax that is written here: \(ObjectSyntax.written)")
    }
}
