import ImageCodecs
import Testing

/// Samples to encode, the same every time.
enum Samples: CaseIterable, CustomTestStringConvertible {
    /// A smooth slope with little noise, as images are.
    case image
    /// Every bit by chance: the largest differences.
    case noise
    /// 0 and all ones in turn: differences of the full range.
    case extremes
    case constant

    var testDescription: String { "\(self)" }

    /// Bytes of a frame whose samples have at most `precision` bits.
    func frame(_ layout: FrameLayout, precision: Int? = nil) -> [UInt8] {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random() -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state
        }
        if layout.bitsAllocated == 1 {
            return (0..<layout.bytes).map { self == .constant ? 0 : self == .noise ? UInt8(truncatingIfNeeded: random()) : $0 / 5 % 2 == 0 ? 0 : 0xFF }
        }
        let size = layout.bitsAllocated / 8
        let mask = precision.map { (UInt64(1) << UInt64($0)) - 1 } ?? .max
        var bytes: [UInt8] = []
        bytes.reserveCapacity(layout.bytes)
        for index in 0..<layout.pixels * layout.samples {
            let pixel = index / layout.samples
            let value: UInt64 = switch self {
            case .image: UInt64(pixel % layout.columns * 3 + pixel / layout.columns * 5 + index % layout.samples * 40) + random() % 4
            case .noise: random()
            case .extremes: index % 2 == 0 ? 0 : .max
            case .constant: 77
            }
            for byte in 0..<size { bytes.append(UInt8(truncatingIfNeeded: (value & mask) >> UInt64(byte * 8))) }
        }
        return bytes
    }
}

extension FrameLayout: CustomTestStringConvertible {
    public var testDescription: String { "\(rows)×\(columns)×\(samples), \(bitsAllocated) bit" }
}
