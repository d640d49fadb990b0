import DICOM

extension FrameCodec {
    /// JPEG 2000 Image Compression (Lossless Only), PS3.5 §A.4.4.
    static let jpeg2000Lossless = FrameCodec("JPEG 2000", decode: JPEG2000.decode) { samples, description, _ throws(ImageError) in
        try JPEG2000.encode(samples, description, ratio: nil)
    }
    /// JPEG 2000 Image Compression: written with loss.
    static let jpeg2000 = FrameCodec("JPEG 2000", decode: JPEG2000.decode) { samples, description, parameters throws(ImageError) in
        try JPEG2000.encode(samples, description, ratio: parameters.compressionRatio)
    }
    /// JPEG 2000 Part 2 Multi-component Image Compression: read where its frames do without the extensions.
    static let jpeg2000Part2 = FrameCodec("JPEG 2000 part 2", decode: JPEG2000.decode)
}

/// JPEG 2000 in frames (PS3.5 §8.2.4, §8.2.14): what is the same for every library behind it.
enum JPEG2000 {
    /// JPEG 2000 and HTJ2K alike: the code stream says itself which of both it is.
    @Sendable static func decode(
        _ encoded: UnsafeRawBufferPointer, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) -> PhotometricInterpretation {
        let codestream = try JP2Boxes.codestream(in: encoded)
        let bytes = J2KBytes(codestream)
        let header = try J2KHeader(bytes)
        let whole = try header.check(description, bytes)
        guard whole.isEnded else {
            // The end that is missing is put there; an array of its own costs a copy and is rare.
            let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: whole.end + 2, alignment: 1)
            defer { copy.deallocate() }
            copy.copyBytes(from: codestream[..<whole.end])
            (copy[whole.end], copy[whole.end + 1]) = (0xFF, 0xD9)
            try decode(UnsafeRawBufferPointer(copy), header, isPlain: whole.isPlain, description, output)
            return delivered(header, description)
        }
        try decode(codestream, header, isPlain: whole.isPlain, description, output)
        return delivered(header, description)
    }

    /// Of two that read high-throughput code blocks OpenJPH is twice as fast, and knows less of the standard.
    private static func decode(
        _ codestream: UnsafeRawBufferPointer, _ header: J2KHeader, isPlain: Bool, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) {
        if isPlain, header.suitsOpenJPH {
            try OpenJPH.decode(codestream, header, description, output)
        } else {
            try OpenJPEGDecoder.decode(codestream, header, description, output)
        }
    }

    /// What decoded samples mean: the code stream's word where it has one.
    ///
    /// An undone component transform gives RGB whatever the label says. Without one the components are what the label
    /// says, but for YBR_RCT and YBR_ICT, which are names of the transform: nothing was transformed, so RGB.
    static func delivered(_ header: J2KHeader, _ description: PixelDescription) -> PhotometricInterpretation {
        guard description.samplesPerPixel == 3 else { return description.photometricInterpretation }
        if header.hasComponentTransform { return .rgb }
        return switch description.photometricInterpretation {
        case .ybrRCT, .ybrICT, .rgb: .rgb
        // Every pixel has its chroma once it is decoded.
        case .ybrFull, .ybrFull422: .ybrFull
        case let other: other
        }
    }

    static func encode(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, ratio: Double?) throws(ImageError) -> EncodedFrame {
        try checkEncodable(samples, description, ratio: ratio)
        let transforms = description.photometricInterpretation == .rgb
        let bytes = try OpenJPEGEncoder.encode(samples, description, transformsColour: transforms, ratio: ratio)
        return EncodedFrame(bytes: bytes, photometricInterpretation: label(description, ratio: ratio))
    }

    /// PS3.5 Table 8.2.4-1: RGB whose components were transformed has a name of its own.
    static func label(_ description: PixelDescription, ratio: Double?) -> PhotometricInterpretation {
        guard description.photometricInterpretation == .rgb else { return description.photometricInterpretation }
        return ratio == nil ? .ybrRCT : .ybrICT
    }

    /// Bits Stored up to which encoders are exact for both wavelets and the colour transform.
    static let encodableBits = 1...16

    static func checkEncodable(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, ratio: Double?) throws(ImageError) {
        guard case .integer = description.number else {
            throw ImageError(.unsupported, .pixelRepresentation, "JPEG 2000 holds integers, not floating point numbers")
        }
        guard encodableBits.contains(description.bitsStored) else {
            throw ImageError(.unsupported, .bitsStored, "is \(description.bitsStored); JPEG 2000 is written with up to \(encodableBits.upperBound) bits")
        }
        // OpenJPEG's guard bits do not hold what the colour transform makes of single bits.
        guard description.bitsStored > 1 || description.samplesPerPixel == 1 else {
            throw ImageError(.unsupported, .bitsStored, "is 1; JPEG 2000 in colour is written from 2 bits on")
        }
        guard samples.count >= description.frameBytes else {
            throw ImageError(.truncated, .pixelData, "a frame needs \(description.frameBytes) bytes, \(samples.count) are here")
        }
        switch description.photometricInterpretation {
        case .monochrome1, .monochrome2, .rgb, .ybrFull: break
        case .paletteColor where ratio == nil: break
        case let other: throw ImageError(.unsupported, .photometricInterpretation, "\(other.rawValue) is not written as JPEG 2000 \(ratio == nil ? "" : "with loss")")
        }
        if let ratio, !(ratio >= 1 && ratio <= 1000) {
            throw ImageError(.invalid, nil, "a compression ratio of \(ratio) is not between 1 and 1000")
        }
    }
}
