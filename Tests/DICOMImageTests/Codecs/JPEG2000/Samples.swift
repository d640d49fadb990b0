import DICOM
import DICOMImage

/// Frames made of numbers, the same in every run.
enum Samples {
    static func description(
        rows: Int, columns: Int, samples: Int = 1, allocated: Int = 16, stored: Int = 16, highBit: Int? = nil, isSigned: Bool = false,
        _ photometricInterpretation: String? = nil
    ) throws -> PixelDescription {
        try PixelDescription(
            Image.header(
                rows: rows, columns: columns, Image.us(.samplesPerPixel, samples),
                Image.cs(.photometricInterpretation, photometricInterpretation ?? (samples == 1 ? "MONOCHROME2" : "RGB")),
                Image.us(.bitsAllocated, allocated), Image.us(.bitsStored, stored), Image.us(.highBit, highBit ?? stored - 1),
                Image.us(.pixelRepresentation, isSigned ? 1 : 0)))
    }

    /// Noise over the whole range, its limits often; or a smooth picture with a little noise.
    static func frame(_ description: PixelDescription, isSmooth: Bool = false) throws -> NativeFrame {
        var state: UInt64 = 0x9E37_79B9_7F4A_7C15
        func random() -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33)
        }
        guard let range = description.storedRange else { throw ImageError(.unsupported, .bitsStored, "integers only") }
        var bytes = [UInt8](repeating: 0, count: description.frameBytes)
        for index in 0..<description.samples {
            let pixel = index / description.samplesPerPixel, column = pixel % description.columns, row = pixel / description.columns
            let value: Int =
                if isSmooth {
                    min(max(range.lowerBound + range.count * (row + column) / (description.rows + description.columns) + random() % 5 - 2, range.lowerBound), range.upperBound)
                } else {
                    switch random() % 8 {
                    case 0: range.lowerBound
                    case 1: range.upperBound
                    default: range.lowerBound + random() % range.count
                    }
                }
            if description.bitsAllocated == 1 {
                bytes[index / 8] |= UInt8(value) << UInt8(index % 8)
            } else {
                let size = description.bitsAllocated / 8, word = value << (description.highBit + 1 - description.bitsStored)
                for byte in 0..<size { bytes[index * size + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
            }
        }
        return try NativeFrame(description: description, bytes: bytes)
    }
}
