import DICOM

/// What annotations and overlays are gathered in (PS3.3 §C.10.7): its place in the stack and its ink.
public struct GraphicLayer: Sendable, Equatable {
    public let name: String
    /// The lowest is drawn first.
    public let order: Int
    /// White where the layer recommends nothing.
    public let ink: Ink

    init?(_ item: DataSet) {
        guard let name = item.string(.graphicLayer) else { return nil }
        self.name = name
        order = item.integer(.graphicLayerOrder) ?? 0
        let grey = item.integer(.graphicLayerRecommendedDisplayGrayscaleValue).map { Ink(grey: Double(min(max($0, 0), 65535)) / 65535) }
        // A layer may recommend both: the colour for displays that have colours, as a picture does.
        ink = Ink.cieLab(.graphicLayerRecommendedDisplayCIELabValue, in: item) ?? grey ?? .white
    }

    init(name: String, order: Int, ink: Ink) {
        self.name = name
        self.order = order
        self.ink = ink
    }
}
