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

    /// PCS-Values: L* 0 to 100, a* and b* -128 to 127, each spread over 16 bits (PS3.3 §C.10.7.1.1); under D50.
    /// nil where there are not three.
    init?(cieLab numbers: [Int]) {
        guard numbers.count == 3 else { return nil }
        let lightness = Double(numbers[0]) * 100 / 65535
        let a = Double(numbers[1]) * 255 / 65535 - 128, b = Double(numbers[2]) * 255 / 65535 - 128
        let fy = (lightness + 16) / 116
        // CIE 15: the inverse of L*a*b*, white point D50.
        func linear(_ f: Double) -> Double { f > 6.0 / 29 ? f * f * f : 3 * (6.0 / 29) * (6.0 / 29) * (f - 4.0 / 29) }
        let x = 0.9642 * linear(fy + a / 500), y = linear(fy), z = 0.8249 * linear(fy - b / 200)
        // To linear sRGB, with the Bradford adaptation to D65 in it; then its transfer curve (IEC 61966-2-1).
        func channel(_ value: Double) -> Double {
            let clamped = min(max(value, 0), 1)
            return clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * power(clamped, 1 / 2.4) - 0.055
        }
        self.init(
            red: channel(3.1338561 * x - 1.6168667 * y - 0.4906146 * z),
            green: channel(-0.9787684 * x + 1.9161415 * y + 0.0334540 * z),
            blue: channel(0.0719453 * x - 0.2289914 * y + 1.4052427 * z))
    }

    private func rounded() -> Ink {
        let grey = (red + green + blue) / 3
        let isNearlyGrey = abs(red - grey) < 0.004 && abs(green - grey) < 0.004 && abs(blue - grey) < 0.004
        return isNearlyGrey ? Ink(grey: grey) : self
    }

    /// See ``init(cieLab:)``; what is grey but for rounding is grey.
    static func cieLab(_ tag: Tag, in dataSet: DataSet) -> Ink? { Ink(cieLab: dataSet.integers(tag))?.rounded() }
}
