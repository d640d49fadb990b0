import DICOMImage
import DICOMweb
import Hummingbird

/// In which form something rendered goes out (PS3.18 §8.7.4).
enum RenderedMedia: String, CaseIterable {
    case jpeg = "image/jpeg"
    case png = "image/png"
    case gif = "image/gif"
    case mp4 = "video/mp4"

    /// One for all frames.
    var animation: Animation.Format? {
        switch self {
        case .jpeg, .png: nil
        case .gif: .gif
        case .mp4: .mp4
        }
    }

    func options(_ options: RenderOptions) -> RenderOptions {
        var options = options
        // Frames of animations are pictures of 8 bits, before their own encoder sees them.
        if self != .jpeg { options.format = .png }
        return options
    }

    /// What a client takes, the best first.
    struct Choice: Equatable {
        /// A type, or a range of them.
        var type: MediaType
        /// One picture, not a part of multipart for each.
        var isSingle: Bool

        /// The form of pictures this means; JPEG for any, unless the client takes that away again.
        func media(_ request: Request) -> RenderedMedia? {
            RenderedMedia.allCases.first { type.matches($0.rawValue) && (type.name == $0.rawValue || !request.refuses($0.rawValue)) }
        }
    }

    /// What a client takes, the best first.
    static func choices(_ request: Request) -> [Choice] {
        MediaType.accepted(request).compactMap { type in
            guard type.name == "multipart/related" || type.name == "multipart/*" else { return Choice(type: type, isSingle: true) }
            // `multipart/related` without a type is as good as any.
            return MediaType(type.partType).map { Choice(type: $0, isSingle: false) }
        }
    }
}
