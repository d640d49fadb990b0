import Archive
import DICOM
import DICOMImage
import HTTPTypes
import Hummingbird
import NIOCore

/// Pictures of frames (PS3.18 §10.4.1.1.3, §10.4.1.1.4, §8.3.5): `rendered` in full, `thumbnail` small.
///
/// A study or series is shown by the frame in its middle.
struct RenderedRoutes: Sendable {
    let archive: Archive
    private static let largestViewport = 16_384

    func add(to group: RouterGroup<RequestScope>) {
        let levels = ["studies/:study", "studies/:study/series/:series", "studies/:study/series/:series/instances/:instance"]
        for path in levels + [levels[2] + "/frames/:frames"] {
            group.get(RouterPath(path + "/rendered")) { request, context in try await picture(request, context, smallest: nil) }
            group.get(RouterPath(path + "/thumbnail")) { request, context in try await picture(request, context, smallest: 128) }
        }
    }

    /// - Parameter smallest: width and height where the request names none; nil for the size of the image.
    private func picture(_ request: Request, _ context: RequestScope, smallest: Int?) async throws -> Response {
        let instances = try await archive.instances(context)
        let (instance, number) = try Self.shown(instances, context)
        let options = try Self.options(request, smallest: smallest)
        let isPNG = options.format == .png
        let etag = "\"\(instance.object)-\(number)-\(request.uri.query ?? "")-\(isPNG ? "png" : "jpeg")\""
        let headers: HTTPFields = [.contentType: isPNG ? "image/png" : "image/jpeg", .eTag: etag, .cacheControl: "private, no-cache"]
        if request.headers[.ifNoneMatch] == etag { return Response(status: .notModified, headers: headers) }
        let bytes = try await archive.rendered(number, of: instance, options: options)
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    private static func shown(_ instances: [InstanceLocation], _ context: RequestScope) throws -> (InstanceLocation, Int) {
        if let frames = context.parameters.get("frames") {
            guard let number = Int(frames), number > 0, let instance = instances.first else {
                throw HTTPFailure(.badRequest, "a picture is of one frame, by its number from 1")
            }
            return (instance, number)
        }
        let images = instances.filter { $0.pixelData != nil || $0.transferSyntax.isDeflated }
        guard !images.isEmpty else { throw HTTPFailure(.notFound, "there is no image to show") }
        let instance = images[images.count / 2]
        return (instance, context.parameters.get("instance") != nil ? 1 : max(1, ((instance.numberOfFrames ?? 1) + 1) / 2))
    }

    // MARK: Parameters

    private static func options(_ request: Request, smallest: Int?) throws -> RenderOptions {
        let query = request.uri.queryParameters
        let quality = try query["quality"].map { text in
            guard let quality = Int(text), (1...100).contains(quality) else { throw HTTPFailure(.badRequest, "quality is from 1 to 100") }
            return quality
        } ?? 90
        var options = RenderOptions(format: try format(request, quality: quality))
        if let text = query["viewport"] {
            options.viewport = try viewport(String(text))
        } else if let smallest {
            options.viewport = .init(width: smallest, height: smallest)
        }
        options.window = try query["window"].map { try window(String($0)) }
        return options
    }

    private static func format(_ request: Request, quality: Int) throws -> RenderOptions.Format {
        let accept = request.uri.queryParameters["accept"].map(String.init) ?? request.headers[.accept]
        for type in MediaType.accepted(accept) {
            if type.matches("image/jpeg") { return .jpeg(quality: quality) }
            if type.matches("image/png") { return .png }
        }
        throw HTTPFailure(.notAcceptable, "pictures are image/jpeg or image/png")
    }

    /// `width,height[,x,y,w,h]`: the size to fit in, and the part of the image to show (PS3.18 §8.3.5.1.3).
    private static func viewport(_ text: String) throws -> RenderOptions.Viewport {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0).flatMap { Int(exactly: $0.rounded()) } }
        guard fields.count == 2 || fields.count == 6, let width = fields[0], let height = fields[1], (1...largestViewport).contains(width), (1...largestViewport).contains(height) else {
            throw HTTPFailure(.badRequest, "viewport is width,height or width,height,x,y,w,h; at most \(largestViewport) pixels a side")
        }
        guard fields.count == 6 else { return .init(width: width, height: height) }
        guard let x = fields[2], let y = fields[3], let w = fields[4], let h = fields[5] else {
            throw HTTPFailure(.badRequest, "viewport is width,height or width,height,x,y,w,h")
        }
        return .init(width: width, height: height, source: PixelRectangle(x: x, y: y, width: w, height: h))
    }

    /// `center,width,function` (PS3.18 §8.3.5.1.4).
    private static func window(_ text: String) throws -> Window {
        let fields = text.split(separator: ",").map { $0.trimmed }
        let functions: [String: Window.Function] = ["linear": .linear, "linear-exact": .linearExact, "sigmoid": .sigmoid]
        guard fields.count == 2 || fields.count == 3, let center = Double(fields[0]), let width = Double(fields[1]),
            let function = fields.count == 3 ? functions[fields[2].lowercased()] : .linear,
            let window = Window(center: center, width: width, function: function)
        else { throw HTTPFailure(.badRequest, "window is center,width,function; function is linear, linear-exact or sigmoid") }
        return window
    }
}
