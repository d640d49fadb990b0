import CJPEG
import DICOM
import Glibc

/// DCT coded JPEG (ISO/IEC 10918-1; PS3.5 §8.2.1): sequential and progressive, 8 bits by libjpeg-turbo, 12 by GDCM's IJG build.
///
/// Samples are those of the code stream: YCbCr stays YCbCr, chroma is upsampled.
enum JPEGCodec {
    /// Scans of one frame: those of real progressive streams are about ten, each costs a pass over all coefficients.
    static let scans = 200
    /// Bytes a library may allocate for one frame: coefficients of several scans are held whole.
    static let memory = 1 << 31
    /// ISO/IEC 10918-1 §B.2.2: sizes are 16 bits; the libraries end at 65500.
    static let sides = 1...65500

    // MARK: Decoding

    static func decode(
        _ encoded: UnsafeRawBufferPointer, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) -> PhotometricInterpretation {
        let header = try JPEGHeader(encoded)
        switch header.process {
        case .sequential, .progressive: break
        // Sent under the wrong transfer syntax: their own codecs read them.
        case .lossless:
            guard let codec = FrameCodec.of(uid: "1.2.840.10008.1.2.4.57") else {
                throw ImageError(.unsupported, .pixelData, "JPEG: the frame is coded without loss, which is not understood here")
            }
            return try codec.decode(encoded, description, output)
        case .nearLossless: return try JPEGLS.decode(encoded, description, output)
        case .hierarchical: throw ImageError(.unsupported, .pixelData, "JPEG: hierarchical frames (start of frame \(header.startOfFrame.hex)) are not read")
        }
        guard header.rows > 0 else { throw ImageError(.unsupported, .pixelData, "JPEG: the number of rows follows only after the first scan") }
        try CodeStreamShape(
            codec: "JPEG", rows: header.rows, columns: header.columns, components: header.components.count, precision: header.precision
        ).check(against: description)
        guard sides ~= header.rows, sides ~= header.columns else {
            throw ImageError(.unsupported, .pixelData, "JPEG: \(header.rows) rows of \(header.columns) columns are more than 65500")
        }
        try checkScans(header, encoded)

        let decode = switch header.precision {
        case 8: CJPEG8Decode
        case 12: CJPEG12Decode
        default: throw ImageError(.unsupported, .pixelData, "JPEG: samples of \(header.precision) bits are coded without loss, or not at all")
        }
        let shape = CJPEGShape(
            columns: Int32(header.columns), rows: Int32(header.rows), components: Int32(header.components.count),
            bytesPerSample: Int32(description.bitsAllocated / 8))
        let bytes = encoded.bindMemory(to: UInt8.self)
        try calling { message in decode(bytes.baseAddress, bytes.count, shape, memory, output.baseAddress, message) }
        SampleWords.raise(output, precision: header.precision, description)
        return delivered(header, description.photometricInterpretation)
    }

    /// A frame of one scan is complete when its samples are; several scans are counted, and each component has to be in one.
    ///
    /// Arithmetic coding may leave zeros out at the end of its data, so only the end of image tells that nothing is missing.
    private static func checkScans(_ header: JPEGHeader, _ encoded: UnsafeRawBufferPointer) throws(ImageError) {
        let all = Set(header.components.map(\.identifier))
        guard header.process == .progressive || header.isArithmetic || Set(header.firstScan) != all else { return }
        let (found, isComplete) = try header.scans(in: encoded, limit: scans)
        guard found.count <= scans else { throw ImageError(.tooLarge, .pixelData, "JPEG: more than \(scans) scans") }
        guard isComplete else { throw ImageError(.truncated, .pixelData, "JPEG: the frame ends in its scan \(found.count)") }
        let missing = all.subtracting(found.joined())
        guard missing.isEmpty else {
            throw ImageError(.truncated, .pixelData, "JPEG: no scan holds the component \(missing.sorted()[0])")
        }
    }

    /// What three components are: told by Adobe's marker, by JFIF's, by their identifiers; else by the label, as far as it can be true.
    ///
    /// R, G and B that share chroma do not exist: such a frame is YCbCr whatever it is called.
    static func delivered(_ header: JPEGHeader, _ label: PhotometricInterpretation) -> PhotometricInterpretation {
        guard header.components.count == 3 else { return label }
        if let transform = header.adobeTransform { return transform == 0 ? .rgb : .ybrFull }
        if header.hasJFIF { return .ybrFull }
        if header.components.map(\.identifier) == Array("RGB".utf8) { return .rgb }
        switch label {
        case .rgb: return header.isSubsampled ? .ybrFull : .rgb
        case .ybrPartial420, .ybrPartial422: return label
        default: return .ybrFull
        }
    }

    // MARK: Encoding

    /// The baseline process: 8 bits (ISO/IEC 10918-1 Table B.2).
    static func encodeBaseline(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ parameters: EncodingParameters
    ) throws(ImageError) -> EncodedFrame {
        guard description.bitsAllocated == 8 else {
            throw ImageError(.unsupported, .bitsAllocated, "baseline JPEG holds 8 bits, not words of \(description.bitsAllocated)")
        }
        return try encode(samples, description, parameters)
    }

    /// 8 bits as baseline, 12 as extended; colours become YCbCr, from quality 90 on with chroma of their own for each pixel.
    static func encode(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ parameters: EncodingParameters
    ) throws(ImageError) -> EncodedFrame {
        let bits = description.bitsStored
        guard description.highBit == bits - 1, (bits == 8 && description.bitsAllocated == 8) || (bits == 12 && description.bitsAllocated == 16) else {
            throw ImageError(.unsupported, .bitsStored, "JPEG with loss holds 8 bits in bytes or 12 in words, not \(bits) in \(description.bitsAllocated)")
        }
        try description.checkLossIsBearable("JPEG")
        guard sides ~= description.rows, sides ~= description.columns else {
            throw ImageError(.unsupported, .rows, "JPEG cannot hold \(description.rows) rows of \(description.columns) columns")
        }
        let colour = switch description.photometricInterpretation {
        case .monochrome1, .monochrome2: CJPEGGrey
        case .rgb: CJPEGRGB
        case .ybrFull, .ybrFull422: CJPEGYCbCr
        default: throw ImageError(.unsupported, .photometricInterpretation, "\(description.photometricInterpretation.rawValue) is not written as JPEG")
        }
        let halves = colour != CJPEGGrey && parameters.quality < 90
        let shape = CJPEGShape(
            columns: Int32(description.columns), rows: Int32(description.rows), components: Int32(description.samplesPerPixel),
            bytesPerSample: bits == 8 ? 1 : 2)
        // Nothing above 4095 reaches a library whose tables end there.
        let words = SampleWords.patterns(samples, description)
        var bytes: UnsafeMutablePointer<UInt8>?
        var size = 0
        defer { free(bytes) }
        func run(_ samples: UnsafeRawBufferPointer) throws(ImageError) {
            let encode = bits == 8 ? CJPEG8Encode : CJPEG12Encode
            try calling { message in
                encode(samples.baseAddress, shape, colour, halves ? 1 : 0, Int32(min(max(parameters.quality, 1), 100)), &bytes, &size, message)
            }
        }
        if let words {
            try words.withUnsafeBufferPointer { words throws(ImageError) in try run(UnsafeRawBufferPointer(words)) }
        } else {
            try run(samples)
        }
        let result = Array(UnsafeBufferPointer(start: bytes, count: size))
        return EncodedFrame(
            bytes: result,
            photometricInterpretation: colour == CJPEGGrey ? description.photometricInterpretation : halves ? .ybrFull422 : .ybrFull)
    }

    // MARK: The library's words

    private static func calling(_ call: (UnsafeMutablePointer<CChar>?) -> CJPEGStatus) throws(ImageError) {
        var message = [CChar](repeating: 0, count: Int(CJPEGMessageSize))
        let status = message.withUnsafeMutableBufferPointer { call($0.baseAddress) }
        let code: ImageError.Code
        switch status {
        case CJPEGDone: return
        case CJPEGTruncated: code = .truncated
        case CJPEGUnsupported: code = .unsupported
        case CJPEGTooLarge: code = .tooLarge
        default: code = .invalid
        }
        let words = String(decoding: message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        throw ImageError(code, .pixelData, "JPEG: \(words)")
    }
}

extension PixelDescription {
    /// Whether samples may come back a little changed.
    ///
    /// Indices of a palette, and signed numbers, whose bit patterns jump from the largest to the smallest, may not.
    func checkLossIsBearable(_ codec: String) throws(ImageError) {
        guard photometricInterpretation != .paletteColor else {
            throw ImageError(.unsupported, .photometricInterpretation, "indices of a palette cannot be written with loss (\(codec))")
        }
        guard !isSigned else {
            throw ImageError(.unsupported, .pixelRepresentation, "signed samples cannot be written with loss (\(codec)): they jump from the largest to the smallest number")
        }
    }
}

extension UInt8 {
    fileprivate var hex: String { "FF" + (self < 16 ? "0" : "") + String(self, radix: 16, uppercase: true) + "H" }
}
