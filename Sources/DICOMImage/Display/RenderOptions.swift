/// How a frame is to be rendered (PS3.18 §8.3.5).
public struct RenderOptions: Sendable, Equatable {
    public enum Format: Sendable, Equatable {
        /// 1 to 100.
        case jpeg(quality: Int)
        case png
        /// 16 bits a sample.
        case png16
    }

    /// The picture becomes as large as fits into it with square pixels.
    public struct Viewport: Sendable, Equatable {
        public var width: Int
        public var height: Int
        /// The part of the image to be shown; nil for all of it.
        public var source: PixelRectangle?

        public init(width: Int, height: Int, source: PixelRectangle? = nil) {
            self.width = width
            self.height = height
            self.source = source
        }
    }

    /// Which of an image's overlays are burned in.
    public enum Overlays: Sendable, Equatable {
        case none
        /// Those of type G. Regions of interest say which pixels were measured: they are values, not drawings.
        case graphics
        case all
    }

    /// Values of the parameter `iccprofile` (PS3.18 §8.3.5.1.5), for colours.
    public enum Profile: String, Sendable, CaseIterable {
        /// Colours as they are stored, no profile in the picture.
        case no
        /// Colours as they are stored, the image's profile in the picture; that of sRGB where it has none.
        case yes
        case srgb, adobergb, rommrgb

        /// The space the colours are brought to.
        var space: ICCProfile.Space? {
            switch self {
            case .no, .yes: nil
            case .srgb: .sRGB
            case .adobergb: .adobeRGB
            case .rommrgb: .rommRGB
            }
        }
    }

    public var format: Format
    /// nil: columns × rows as stored, whatever the shape of a pixel.
    public var viewport: Viewport?
    /// Instead of the image's own; on colours it acts on each of R, G and B.
    public var window: Window?
    /// Which of the image's own tables and windows, from 0, where `window` is nil.
    public var choice: Int
    /// For images that have no window; nil for what each frame alone asks for.
    public var automatic: AutomaticRange?
    public var overlays: Overlays
    /// Whether the image's own shutter hides what it is to hide.
    public var isShuttered: Bool
    /// nil, where nothing was asked for: colours brought to sRGB where the image says what they are, no profile in the picture;
    /// that is what browsers take such pictures for.
    public var profile: Profile?
    /// Replaces what the image says of its own display.
    public var presentation: PresentationState?
    /// Written into the corners of the picture, with the letters of its directions.
    public var annotations: Set<RenderAnnotation>

    public init(
        format: Format = .jpeg(quality: 90), viewport: Viewport? = nil, window: Window? = nil, choice: Int = 0,
        automatic: AutomaticRange? = nil, overlays: Overlays = .graphics, isShuttered: Bool = true, profile: Profile? = nil,
        presentation: PresentationState? = nil, annotations: Set<RenderAnnotation> = []
    ) {
        self.format = format
        self.viewport = viewport
        self.window = window
        self.choice = choice
        self.automatic = automatic
        self.overlays = overlays
        self.isShuttered = isShuttered
        self.profile = profile
        self.presentation = presentation
        self.annotations = annotations
    }

    var selection: VOISelection { window.map(VOISelection.window) ?? .own(choice) }
}
