#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// A colour as presentation attributes hold it (PS3.3 §C.10.7.1.1): D50, 16 bits a component.
public struct CIELab: Sendable, Equatable {
    /// 0 to 100.
    public let lightness: Double
    /// −128 to 127.
    public let a: Double, b: Double

    /// - Parameter encoded: L* of 0 to 100, a* and b* of −128 to 127, each spread over 0 to 65,535; nil unless there are three.
    public init?(_ encoded: [Int]) {
        guard encoded.count == 3, encoded.allSatisfy({ (0...65535).contains($0) }) else { return nil }
        lightness = Double(encoded[0]) * 100 / 65535
        a = Double(encoded[1]) * 255 / 65535 - 128
        b = Double(encoded[2]) * 255 / 65535 - 128
    }

    /// R, G, B from 0 to 1; colours outside sRGB are brought to its border.
    public var sRGB: [Double] {
        func linear(_ t: Double) -> Double { t > 6.0 / 29 ? t * t * t : 3 * (6.0 / 29) * (6.0 / 29) * (t - 4.0 / 29) }
        let y = (lightness + 16) / 116
        // ICC's D50 white.
        let x = 0.9642 * linear(y + a / 500), z = 0.8249 * linear(y - b / 200), middle = linear(y)
        // From D50 to linear sRGB: the inverse of its matrix adapted by Bradford's transform (ICC.1, sRGB profile).
        let rgb = [
            3.1338561 * x - 1.6168667 * middle - 0.4906146 * z,
            -0.9787684 * x + 1.9161415 * middle + 0.0334540 * z,
            0.0719453 * x - 0.2289914 * middle + 1.4052427 * z,
        ]
        return rgb.map { value in
            let value = min(max(value, 0), 1)
            return value <= 0.0031308 ? 12.92 * value : 1.055 * pow(value, 1 / 2.4) - 0.055
        }
    }
}
