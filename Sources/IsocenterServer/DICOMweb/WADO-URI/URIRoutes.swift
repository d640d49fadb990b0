import Archive
import DICOM
import DICOMImage
import DICOMweb
import HTTPTypes
import Hummingbird
import NIOCore

/// WADO-URI (PS3.18 §9): one instance, named by the query, as DICOM, as picture or as text.
struct URIRoutes: RouteSet {
    let archive: Archive
    let objects: ObjectRoutes
    let rendered: RenderedRoutes

    func add(to group: RouterGroup<RequestScope>) {
        group.get("") { request, context in try await answer(request, context) }
    }

    private func answer(_ request: Request, _ context: RequestScope) async throws -> Response {
        let parameters = try URIParameters(request)
        let principal = try context.caller()
        guard let access = Policy.access(of: principal, for: .read) else { throw HTTPFailure(.forbidden, "\(principal.name) may not read") }
        guard let instance = try await archive.instances(study: parameters.study, series: parameters.series, instance: parameters.instance, for: access).first else {
            throw HTTPFailure(.notFound, "there is no such instance")
        }
        let document = try await RenderedDocument(instance, in: archive)
        let fallback = Self.defaultType(of: instance, document, parameters)
        for type in parameters.types ?? [] {
            // A range means what this kind of object is by default, where that is of it.
            let isRange = type.name.hasSuffix("/*")
            if isRange, let media = MediaType(fallback), type.matches(fallback) {
                if let response = try await answer(media, instance, document, parameters, access, request) { return response }
            }
            if let response = try await answer(type, instance, document, parameters, access, request) { return response }
        }
        if parameters.types == nil, let media = MediaType(fallback), let response = try await answer(media, instance, document, parameters, access, request) { return response }
        throw HTTPFailure(.notAcceptable, "the instance is handed out as \(Self.offers(instance, document).joined(separator: ", "))")
    }

    /// PS3.18 §8.7.4, Table 8.7.4-1, and `application/dicom` for what is no picture and no text.
    private static func defaultType(of instance: InstanceLocation, _ document: RenderedDocument?, _ parameters: URIParameters) -> String {
        if parameters.transferSyntax != nil { return "application/dicom" }
        if let document { return document.mediaType }
        guard instance.pixelData != nil else { return "application/dicom" }
        return instance.numberOfFrames ?? 1 > 1 && parameters.frame == nil ? "application/dicom" : "image/jpeg"
    }

    private static func offers(_ instance: InstanceLocation, _ document: RenderedDocument?) -> [String] {
        var offers = ["application/dicom"]
        if let document { offers += [document.mediaType] + (document.isMade ? ["text/plain"] : []) }
        if instance.pixelData != nil || instance.transferSyntax.isDeflated { offers += RenderedMedia.allCases.map(\.rawValue) }
        return offers
    }

    /// nil where the instance cannot be had as that.
    private func answer(
        _ type: MediaType, _ instance: InstanceLocation, _ document: RenderedDocument?, _ parameters: URIParameters, _ access: Access, _ request: Request
    ) async throws -> Response? {
        if type.name == "application/dicom" {
            let asked = parameters.transferSyntax ?? type.transferSyntaxes.first.flatMap { UID($0) }.map { TransferSyntax($0) }
            let wish: ObjectSyntax.Wish = type.transferSyntaxes.first == "*" && parameters.transferSyntax == nil ? .stored : .syntax(asked ?? .explicitVRLittleEndian)
            guard let target = ObjectSyntax(wish: wish, form: .single).target(of: instance) else {
                throw HTTPFailure(.notAcceptable, "objects are handed out without loss in any syntax that is written here: \(ObjectSyntax.written)")
            }
            return try await objects.single(instance, target, request)
        }
        if let document {
            if type.matches(document.mediaType) { return try await document.response(request, rendered.pixels) }
            guard type.matches("text/plain"), let text = document.plainText else { return nil }
            let headers: HTTPFields = [.contentType: "text/plain; charset=utf-8", .cacheControl: EntityTag.cacheControl]
            return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        guard let media = RenderedMedia.allCases.first(where: { type.matches($0.rawValue) && !request.refuses($0.rawValue) }) else { return nil }
        guard instance.pixelData != nil || instance.transferSyntax.isDeflated else { return nil }
        return try await picture(media, instance, parameters, access, request)
    }

    private func picture(_ media: RenderedMedia, _ instance: InstanceLocation, _ parameters: URIParameters, _ access: Access, _ request: Request) async throws -> Response {
        var options = media.options(try parameters.options(for: instance)), state: String?
        if let (series, uid) = parameters.presentation {
            guard let location = try await archive.instances(study: parameters.study, series: series, instance: uid, for: access).first,
                let found = try await rendered.presentation(location)
            else { throw HTTPFailure(.notFound, "the study has no presentation state \(uid) in series \(series)") }
            (options.presentation, state) = (found, location.version)
        }
        let count = instance.pixelData?.frames.count ?? 1
        if let frame = parameters.frame, frame > count { throw HTTPFailure(.notFound, "there is no frame \(frame): the instance has \(count)") }
        if let format = media.animation, parameters.frame == nil, count > 1 {
            if format == .mp4, let movie = try await rendered.pixels.movie(instance, isPlain: options == media.options(RenderOptions(format: .jpeg(quality: 90)))) {
                return try await movie.response(media.rawValue, request, EntityTag([instance.version, "video"]))
            }
            return try await rendered.animation(instance, format, media, options)
        }
        guard media.animation == nil else { return try await rendered.animation(instance, media.animation ?? .gif, media, options) }
        return try await rendered.picture(.init(instance: instance, number: parameters.frame ?? count / 2 + 1), media, options, state: state, request)
    }
}
