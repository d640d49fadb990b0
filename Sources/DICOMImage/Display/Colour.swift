import DICOM

/// Three samples a pixel to R, G, B of 8 bits.
enum Colour {
    static func rgb(_ frame: Frame) throws(ImageError) -> [UInt8] {
        switch (frame.description.photometricInterpretation, frame.samples) {
        case (.rgb, .unsigned8(let samples)): frame.description.bitsStored == 8 ? samples : scaled(samples, frame.description)
        case (.rgb, .unsigned16(let samples)): scaled(samples, frame.description)
        case (.rgb, .unsigned32(let samples)): scaled(samples, frame.description)
        case (.ybrFull, .unsigned8(let samples)), (.ybrFull422, .unsigned8(let samples)): ybrFull(samples)
        case (let photometric, _):
            throw ImageError(
                .unsupported, .photometricInterpretation,
                "\(photometric.rawValue) of \(frame.description.bitsAllocated) bits, uncompressed")
        }
    }

    private static func scaled<Sample: FixedWidthInteger & UnsignedInteger>(_ samples: [Sample], _ description: PixelDescription) -> [UInt8] {
        let top = UInt64(1) << UInt64(description.bitsStored) - 1
        return samples.map { UInt8(truncatingIfNeeded: (UInt64($0) * 255 + top / 2) / top) }
    }

    /// PS3.3 §C.7.6.3.1.2: the inverse of Y = 0.2990 R + 0.5870 G + 0.1140 B and its two chroma rows, in 16 bit fixed point.
    private static func ybrFull(_ samples: [UInt8]) -> [UInt8] {
        func clamped(_ number: Int) -> UInt8 { UInt8(truncatingIfNeeded: min(max((number + 32768) >> 16, 0), 255)) }
        return [UInt8](unsafeUninitializedCapacity: samples.count) { target, made in
            samples.withUnsafeBufferPointer { source in
                for start in stride(from: 0, to: source.count - 2, by: 3) {
                    let y = Int(source[start]) << 16, cb = Int(source[start + 1]) - 128, cr = Int(source[start + 2]) - 128
                    target[start] = clamped(y + 91881 * cr)
                    target[start + 1] = clamped(y - 22554 * cb - 46802 * cr)
                    target[start + 2] = clamped(y + 116130 * cb)
                }
            }
            made = samples.count
        }
    }
}
