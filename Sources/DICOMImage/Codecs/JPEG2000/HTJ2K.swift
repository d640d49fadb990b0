import DICOM

extension FrameCodec {
    /// High-Throughput JPEG 2000 Image Compression (Lossless Only), PS3.5 §10.18.
    static let htj2kLossless = FrameCodec("HTJ2K", decode: JPEG2000.decode) { samples, description, _ throws(ImageError) in
        try HTJ2K.encode(samples, description, ratio: nil)
    }
    /// High-Throughput JPEG 2000 with RPCL Options Image Compression (Lossless Only): with the lengths of its tile-parts.
    static let htj2kLosslessRPCL = FrameCodec("HTJ2K RPCL", decode: JPEG2000.decode) { samples, description, _ throws(ImageError) in
        let frame = try HTJ2K.encode(samples, description, ratio: nil)
        return EncodedFrame(bytes: try TilePartLengths.inserted(into: frame.bytes), photometricInterpretation: frame.photometricInterpretation)
    }
    /// High-Throughput JPEG 2000 Image Compression: written with loss.
    static let htj2k = FrameCodec("HTJ2K", decode: JPEG2000.decode) { samples, description, parameters throws(ImageError) in
        try HTJ2K.encode(samples, description, ratio: parameters.compressionRatio)
    }
}

/// Frames of high-throughput code blocks (ISO/IEC 15444-15).
enum HTJ2K {
    static func encode(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, ratio: Double?) throws(ImageError) -> EncodedFrame {
        try JPEG2000.checkEncodable(samples, description, ratio: ratio)
        // Where nothing can be split OpenJPH 0.9 ends the process on coarse steps: a line of pixels is kept exact instead.
        let ratio = J2KResolutions.decompositions(description) > 0 ? ratio : nil
        let transforms = description.photometricInterpretation == .rgb
        func bytes(step: Float?) throws(ImageError) -> [UInt8] {
            try OpenJPH.encode(samples, description, transformsColour: transforms, step: step)
        }
        let encoded: [UInt8]
        if let ratio {
            encoded = try smallest(largerThan: Int(Double(description.frameBytes) / ratio), bits: description.bitsStored, encode: bytes(step:))
        } else {
            encoded = try bytes(step: nil)
        }
        return EncodedFrame(bytes: encoded, photometricInterpretation: JPEG2000.label(description, ratio: ratio))
    }

    /// High-throughput code blocks have no rate control: the quantisation step is looked for by halving its range.
    ///
    /// - Returns: the best quality of at most `size` bytes, within 3 %; the coarsest where even that is larger.
    private static func smallest(
        largerThan size: Int, bits: Int, encode: (Float?) throws(ImageError) -> [UInt8]
    ) throws(ImageError) -> [UInt8] {
        // Binary logarithms of the step: from a quarter of one grey level to half of the range.
        var fine = -Float(bits) - 2, coarse: Float = -1
        var best: [UInt8]?
        for _ in 0..<8 {
            let middle = (fine + coarse) / 2
            let encoded = try encode(power(of: middle))
            if encoded.count > size {
                fine = middle
            } else {
                best = encoded
                if Double(encoded.count) > 0.97 * Double(size) { break }
                coarse = middle
            }
        }
        if let best { return best }
        return try encode(power(of: coarse))
    }

    /// 2 to that power.
    private static func power(of exponent: Float) -> Float { Float(exponential(Double(exponent) * 0.693147180559945)) }
}
