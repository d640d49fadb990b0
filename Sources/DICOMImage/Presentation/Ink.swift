import DICOM

/// What graphics and text are drawn with.
public struct Ink: Sendable, Equatable {
    /// Each 0 to 1.
    public let red: Double, green: Double, blue: Double

    public static let white = Ink(grey: 1)
    public static let black = Ink(grey: 0)

    public init(red: Double, green: Double, blue: Double) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    public init(grey: Double) { self.init(red: grey, green: grey, blue: grey) }

    public var isGrey: Bool { red == green && green == blue }
    var luminance: Double { 0.2126 * red + 0.7152 * green + 0.0722 * blue }

    /// nil where the attribute is no colour. What is grey but for rounding is grey.
    static func cieLab(_ tag: Tag, in dataSet: DataSet) -> Ink? {
        guard let rgb = CIELab(dataSet.integers(tag))?.sRGB else { return nil }
        let grey = rgb.reduce(0, +) / 3
        return rgb.allSatisfy { abs($0 - grey) < 0.004 } ? Ink(grey: grey) : Ink(red: rgb[0], green: rgb[1], blue: rgb[2])
    }
}
