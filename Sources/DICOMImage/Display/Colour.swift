import DICOM

/// Three samples a pixel to R, G, B.
enum Colour {
    /// - Parameter window: spread over each sample of R, G and B alike; nil leaves them as they are. The image's own windows have no
    ///   meaning for colours (PS3.3 §C.11.2.1.2).
    /// - Returns: a pixel's levels side by side, rounded to the nearest level.
    static func rgb<Level: FixedWidthInteger & UnsignedInteger>(
        _ frame: Frame, window: Window? = nil, _: Level.Type = Level.self
    ) throws(ImageError) -> [Level] {
        switch frame.samples {
        case .unsigned8(let samples): try rgb(samples, frame.description, window)
        case .unsigned16(let samples): try rgb(samples, frame.description, window)
        case .unsigned32(let samples): try rgb(samples, frame.description, window)
        case .signed8(let samples): try signed(samples, frame.description, window)
        case .signed16(let samples): try signed(samples, frame.description, window)
        case .signed32(let samples): try signed(samples, frame.description, window)
        case .unsigned64, .signed64: throw ImageError(.unsupported, .bitsAllocated, "colours of 64 bits")
        case .float, .double: throw ImageError(.unsupported, .photometricInterpretation, "colours in floating point")
        }
    }

    private static func rgb<Sample: FixedWidthInteger & UnsignedInteger, Level: FixedWidthInteger & UnsignedInteger>(
        _ samples: [Sample], _ description: PixelDescription, _ window: Window?
    ) throws(ImageError) -> [Level] {
        switch description.photometricInterpretation {
        // JPEG 2000 delivers R, G, B: what is uncompressed and still says otherwise was not relabelled by the one who
        // decompressed it, for these chroma need a sign that the samples do not have.
        case .rgb, .ybrRCT, .ybrICT: return levels(samples, bits: description.bitsStored, window)
        case .ybrFull, .ybrFull422:
            return levels(YBR.rgb(samples, .full(bits: description.bitsStored)), bits: description.bitsStored, window)
        case .ybrPartial422, .ybrPartial420:
            return levels(YBR.rgb(samples, .partial(bits: description.bitsStored)), bits: description.bitsStored, window)
        case let photometric: throw ImageError(.unsupported, .photometricInterpretation, "\(photometric.rawValue), uncompressed")
        }
    }

    /// The components of JPEG 2000, whose chroma are signed.
    private static func signed<Sample: FixedWidthInteger & SignedInteger, Level: FixedWidthInteger & UnsignedInteger>(
        _ samples: [Sample], _ description: PixelDescription, _ window: Window?
    ) throws(ImageError) -> [Level] {
        // One bit more than the colours have.
        let bits = description.bitsStored - 1
        let rgb: [Sample.Magnitude]
        switch description.photometricInterpretation {
        case .ybrRCT where bits > 0: rgb = YBR.reversible(samples, bits: bits)
        case .ybrICT where bits > 0: rgb = YBR.irreversible(samples, bits: bits)
        case let photometric: throw ImageError(.unsupported, .pixelRepresentation, "signed samples of \(photometric.rawValue)")
        }
        return levels(rgb, bits: bits, window)
    }

    private static func levels<Sample: FixedWidthInteger & UnsignedInteger, Level: FixedWidthInteger & UnsignedInteger>(
        _ samples: [Sample], bits: Int, _ window: Window?
    ) -> [Level] {
        if window == nil, bits == Level.bitWidth, let levels = samples as? [Level] { return levels }
        let top = UInt64(1) << UInt64(bits) - 1
        func level(_ sample: Sample) -> Level {
            if let window { return Frame.level(window(Double(sample))) }
            return Level(truncatingIfNeeded: (min(UInt64(sample), top) * UInt64(Level.max) + top / 2) / top)
        }
        guard bits <= 16 else { return samples.map(level) }
        let table = (0...Int(top)).map { level(Sample(truncatingIfNeeded: $0)) }
        return [Level](unsafeUninitializedCapacity: samples.count) { target, made in
            samples.withUnsafeBufferPointer { samples in
                table.withUnsafeBufferPointer { table in
                    for index in 0..<samples.count { target[index] = table[min(Int(samples[index]), table.count &- 1)] }
                }
            }
            made = samples.count
        }
    }
}
