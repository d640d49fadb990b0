import DICOM
import DICOMImage
import Hummingbird

/// What a client may say of a picture (PS3.18 §8.3.5), read from the query.
struct RenderedParameters {
    /// Everything but the presentation state, which has to be fetched.
    var options: RenderOptions
    /// SOP Instance UID of a presentation state of the study to be applied; an extension, as `presentationUID` of the URI service.
    var presentation: UID?
    /// The client says nothing that changes the picture.
    var isPlain: Bool

    private static let largestViewport = 16_384
    private static let known: Set<String> = ["accept", "annotation", "charset", "iccprofile", "presentationUID", "quality", "viewport", "window"]

    /// - Parameter smallest: width and height where the request names none; nil for the size of the image.
    /// - Throws: 400 naming the parameter.
    init(_ request: Request, smallest: Int?) throws {
        let query = request.uri.queryParameters
        if let other = query.first(where: { !Self.known.contains(String($0.key)) }) {
            throw HTTPFailure(.badRequest, "\(other.key.prefix(64)) is no parameter of rendered resources: there are \(Self.known.sorted().joined(separator: ", "))")
        }
        isPlain = query.allSatisfy { ["accept", "charset"].contains($0.key) } && smallest == nil
        options = RenderOptions(format: .jpeg(quality: try query["quality"].map { try Self.quality(String($0)) } ?? 90))
        if let text = query["viewport"] {
            options.viewport = try Self.viewport(String(text))
        } else if let smallest {
            options.viewport = .init(width: smallest, height: smallest)
        }
        options.window = try query["window"].map { try Self.window(String($0)) }
        options.annotations = try query["annotation"].map { try Self.annotations(String($0)) } ?? []
        options.profile = try query["iccprofile"].map { text in
            guard let profile = RenderOptions.Profile(rawValue: text.lowercased()) else {
                throw HTTPFailure(.badRequest, "iccprofile is \(RenderOptions.Profile.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            return profile
        }
        presentation = try query["presentationUID"].map { text in
            guard let uid = UID(String(text)) else { throw HTTPFailure(.badRequest, "presentationUID is no UID") }
            return uid
        }
    }

    private static func quality(_ text: String) throws -> Int {
        guard let quality = Int(text), (1...100).contains(quality) else { throw HTTPFailure(.badRequest, "quality is from 1 to 100") }
        return quality
    }

    /// `patient,technique` (PS3.18 §8.3.5.1.1).
    private static func annotations(_ text: String) throws -> Set<RenderAnnotation> {
        Set(try text.split(separator: ",").map { word in
            guard let annotation = RenderAnnotation(rawValue: word.trimmed.lowercased()) else {
                throw HTTPFailure(.badRequest, "annotation is patient, technique or both, separated by a comma")
            }
            return annotation
        })
    }

    /// `width,height[,x,y,w,h]`: the size to fit in, and the part of the image to show (PS3.18 §8.3.5.1.3).
    private static func viewport(_ text: String) throws -> RenderOptions.Viewport {
        let fields = text.split(separator: ",", omittingEmptySubsequences: false).map { Double($0).flatMap { Int(exactly: $0.rounded()) } }
        guard fields.count == 2 || fields.count == 6, let width = fields[0], let height = fields[1],
            (1...largestViewport).contains(width), (1...largestViewport).contains(height)
        else { throw HTTPFailure(.badRequest, "viewport is width,height or width,height,x,y,w,h; at most \(largestViewport) pixels a side") }
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
