import Archive
import DICOM
import DICOMImage
import HTTPTypes
import Hummingbird
import NIOCore

/// Pictures of frames (PS3.18 §10.4.1.1.3, §10.4.1.1.4, §8.3.5): `rendered` in full, `thumbnail` small.
///
/// As one picture, a study, a series and an image are shown by the frame in their middle; as `multipart/related` by all.
struct RenderedRoutes: RouteSet {
    let archive: Archive
    let pixels: PixelAccess

    func add(to group: RouterGroup<RequestScope>) {
        let levels = ["studies/:study", "studies/:study/series/:series", "studies/:study/series/:series/instances/:instance"]
        for path in levels + [levels[2] + "/frames/:frames"] {
            group.get(RouterPath(path + "/rendered")) { request, context in try await rendered(request, context, smallest: nil) }
            group.get(RouterPath(path + "/thumbnail")) { request, context in try await rendered(request, context, smallest: 128) }
        }
    }

    /// A frame to be shown.
    struct Shown {
        var instance: InstanceLocation
        /// From 1.
        var number: Int
    }

    /// - Parameter smallest: width and height where the request names none; nil for the size of the image.
    private func rendered(_ request: Request, _ context: RequestScope, smallest: Int?) async throws -> Response {
        var parameters = try RenderedParameters(request, smallest: smallest)
        var instances = try await archive.instances(context), stateVersion: String?
        let choices = RenderedMedia.choices(request)
        if context.parameters.get("instance") != nil, let instance = instances.first {
            if let document = try await document(instance, choices, request) { return document }
            if let state = try await presentation(instance) {
                // A presentation state is shown by the images it is meant for (PS3.18 §10.4.1.1.3).
                parameters.options.presentation = state
                stateVersion = instance.version
                instances = try await archive.referenced(by: state, in: instance.study, context)
            }
        }
        if let uid = parameters.presentation {
            guard let instance = try await archive.instances(context, level: "study").first(where: { $0.sopInstance == uid }),
                let state = try await presentation(instance)
            else { throw HTTPFailure(.notFound, "the study has no presentation state \(uid)") }
            parameters.options.presentation = state
            stateVersion = instance.version
        }
        let frames = try shown(instances, context, parameters.options.presentation)
        for choice in choices {
            guard let media = choice.media(request) else { continue }
            let options = media.options(parameters.options)
            guard choice.isSingle else { return try await parts(frames, media, options, request) }
            guard let format = media.animation else { return try await picture(frames[frames.count / 2], media, options, state: stateVersion, request) }
            guard context.parameters.get("instance") != nil, context.parameters.get("frames") == nil, let instance = frames.first?.instance else {
                throw HTTPFailure(.notAcceptable, "\(media.rawValue) shows all frames of one instance")
            }
            if format == .mp4, let movie = try await pixels.movie(instance, isPlain: parameters.isPlain) {
                return try await movie.response(media.rawValue, request, EntityTag([instance.version, "video"]))
            }
            return try await animation(instance, format, media, options)
        }
        throw HTTPFailure(.notAcceptable, "pictures are \(RenderedMedia.allCases.map(\.rawValue).joined(separator: ", ")), or multipart/related of image/jpeg or image/png")
    }

    // MARK: What is shown

    private func shown(_ instances: [InstanceLocation], _ context: RequestScope, _ state: PresentationState?) throws -> [Shown] {
        if let list = context.parameters.get("frames") {
            guard let instance = instances.first else { throw HTTPFailure(.notFound, "there is no such instance") }
            return try FrameRoutes.frameNumbers(list).map { Shown(instance: instance, number: $0) }
        }
        let images = instances.filter { $0.pixelData != nil || $0.transferSyntax.isDeflated }
        let frames = images.flatMap { instance in
            (1...max(instance.numberOfFrames ?? 1, 1)).lazy
                .filter { state?.references.contains(instance: instance.sopInstance.text, frameIndex: $0 - 1) ?? true }
                .map { Shown(instance: instance, number: $0) }
        }
        guard !frames.isEmpty else { throw HTTPFailure(.notFound, "there is no image to show") }
        return frames
    }

    /// nil where the instance is none.
    func presentation(_ instance: InstanceLocation) async throws -> PresentationState? {
        guard instance.sopClass.text.hasPrefix("1.2.840.10008.5.1.4.1.1.11.") else { return nil }
        let header = try await archive.header(of: instance)
        return try await PixelAccess.explained("the presentation state cannot be applied") { () async throws(ImageError) in try PresentationState(header) }
    }

    // MARK: Answers

    private func document(_ instance: InstanceLocation, _ choices: [RenderedMedia.Choice], _ request: Request) async throws -> Response? {
        guard let document = try await RenderedDocument(instance, in: archive) else { return nil }
        guard choices.contains(where: { $0.type.matches(document.mediaType) }) else {
            throw HTTPFailure(.notAcceptable, "the instance is rendered as \(document.mediaType)")
        }
        return try await document.response(request, pixels)
    }

    /// - Parameter state: version of the presentation state that is applied.
    func picture(_ shown: Shown, _ media: RenderedMedia, _ options: RenderOptions, state: String?, _ request: Request) async throws -> Response {
        let tag = EntityTag([shown.instance.version, "\(shown.number)", request.uri.query ?? "", state ?? "", media.rawValue])
        if let known = tag.notModified(request) { return known }
        let bytes = try await pixels.picture(of: shown.number, in: shown.instance, options)
        var headers = tag.fields
        headers[.contentType] = media.rawValue
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private func parts(_ frames: [Shown], _ media: RenderedMedia, _ options: RenderOptions, _ request: Request) async throws -> Response {
        guard media.animation == nil else { throw HTTPFailure(.notAcceptable, "parts of multipart/related are image/jpeg or image/png") }
        let root = request.serviceRoot
        // The first is made before the answer begins, so that what cannot be had is said with a status.
        let first = try await pixels.picture(of: frames[0].number, in: frames[0].instance, options)
        let parts = frames.enumerated().map { index, shown in
            MultipartBody.Part(
                contentType: media.rawValue, location: "\(shown.instance.url(root))/frames/\(shown.number)/rendered",
                length: index == 0 ? UInt64(first.count) : nil
            ) { [pixels] writer in
                let bytes = index == 0 ? first : try await pixels.picture(of: shown.number, in: shown.instance, options)
                try await writer.write(ByteBuffer(bytes: bytes))
            }
        }
        return MultipartBody(rootType: media.rawValue, parts: parts).response()
    }

    func animation(_ instance: InstanceLocation, _ format: Animation.Format, _ media: RenderedMedia, _ options: RenderOptions) async throws -> Response {
        // Said with a status before the answer begins: no encoder, no first picture.
        guard format != .mp4 || MP4Writer.isAvailable else { throw HTTPFailure(.notAcceptable, "this server was built without libav: there is no video/mp4") }
        _ = try await pixels.picture(of: 1, in: instance, options)
        return Response(status: .ok, headers: [.contentType: media.rawValue], body: ResponseBody { [pixels] writer in
            var writer = writer
            try await pixels.animate(instance, format, options) { bytes in try await writer.write(ByteBuffer(bytes: bytes)) }
            try await writer.finish(nil)
        })
    }
}

extension Archive {
    /// The images of a study that a presentation state is meant for.
    func referenced(by state: PresentationState, in study: UID, _ context: RequestScope) async throws -> [InstanceLocation] {
        let named = Set(state.references.references.map(\.instance))
        return try await instances(context, level: "study").filter { named.contains($0.sopInstance.text) }
    }
}
