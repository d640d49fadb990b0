import CJPEGXL
import DICOM

/// JPEG XL (ISO/IEC 18181; PS3.5 §8.2.14 on) by libjxl.
///
/// Colours come out as RGB, whatever the code stream computes in; grey as it is labelled.
enum JPEGXL {
    /// Bits of a sample that are exact: the library counts in 32 bit floats and in 16 bit integers.
    static let precisions = 1...16

    // MARK: Decoding

    static func decode(
        _ encoded: UnsafeRawBufferPointer, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) -> PhotometricInterpretation {
        guard let decoder = JxlDecoderCreate(nil) else { throw ImageError(.tooLarge, .pixelData, "JPEG XL: no memory for a decoder") }
        defer { JxlDecoderDestroy(decoder) }
        let events = JXL_DEC_BASIC_INFO.rawValue | JXL_DEC_COLOR_ENCODING.rawValue | JXL_DEC_FULL_IMAGE.rawValue
        guard JxlDecoderSubscribeEvents(decoder, Int32(events)) == JXL_DEC_SUCCESS,
            JxlDecoderSetInput(decoder, encoded.bindMemory(to: UInt8.self).baseAddress, encoded.count) == JXL_DEC_SUCCESS
        else { throw invalid("the library does not take the frame") }
        JxlDecoderCloseInput(decoder)

        var precision = 0, narrow: UnsafeMutableRawBufferPointer?
        defer { narrow?.deallocate() }
        while true {
            switch JxlDecoderProcessInput(decoder) {
            case JXL_DEC_BASIC_INFO:
                var info = JxlBasicInfo()
                guard JxlDecoderGetBasicInfo(decoder, &info) == JXL_DEC_SUCCESS else { throw invalid("there is no header") }
                try check(info, description)
                precision = Int(info.bits_per_sample)
            case JXL_DEC_COLOR_ENCODING:
                // Of use only where colours are XYB and their profile is an ICC profile: the library would choose linear light.
                var encoding = JxlColorEncoding()
                JxlColorEncodingSetToSRGB(&encoding, description.samplesPerPixel == 1 ? 1 : 0)
                var isKnown = JxlColorEncoding()
                if JxlDecoderGetColorAsEncodedProfile(decoder, nil, JXL_COLOR_PROFILE_TARGET_ORIGINAL, &isKnown) != JXL_DEC_SUCCESS {
                    _ = JxlDecoderSetPreferredColorProfile(decoder, &encoding)
                }
            case JXL_DEC_NEED_IMAGE_OUT_BUFFER:
                let bytes = precision <= 8 ? 1 : 2
                if bytes * 8 != description.bitsAllocated, narrow == nil {
                    narrow = .allocate(byteCount: description.samples * bytes, alignment: 16)
                }
                let target = narrow ?? output
                var format = format(description, bytes: bytes)
                guard JxlDecoderSetImageOutBuffer(decoder, &format, target.baseAddress, target.count) == JXL_DEC_SUCCESS else {
                    throw invalid("its samples do not fit the frame")
                }
            case JXL_DEC_FULL_IMAGE:
                let made = narrow ?? output
                scaleDown(made, to: precision)
                if let narrow { SampleWords.widen(UnsafeRawBufferPointer(narrow), bytes: precision <= 8 ? 1 : 2, into: output, description) }
                SampleWords.raise(output, precision: precision, description)
                return description.samplesPerPixel == 3 ? .rgb : description.photometricInterpretation
            case JXL_DEC_NEED_MORE_INPUT: throw ImageError(.truncated, .pixelData, "JPEG XL: the frame ends before its samples do")
            case JXL_DEC_SUCCESS: throw invalid("there is no image in the frame")
            case let status: throw invalid("the library reports an error (\(status.rawValue))")
            }
        }
    }

    private static func check(_ info: JxlBasicInfo, _ description: PixelDescription) throws(ImageError) {
        try CodeStreamShape(
            codec: "JPEG XL", rows: Int(info.ysize), columns: Int(info.xsize), components: Int(info.num_color_channels),
            precision: Int(info.bits_per_sample)
        ).check(against: description)
        guard info.exponent_bits_per_sample == 0, precisions ~= Int(info.bits_per_sample) else {
            throw ImageError(.unsupported, .pixelData, "JPEG XL: samples are integers of at most 16 bits here")
        }
        guard info.have_animation == 0, info.num_extra_channels == 0 else {
            throw ImageError(.unsupported, .pixelData, "JPEG XL: a frame is neither an animation nor has it more than its colours")
        }
    }

    private static func format(_ description: PixelDescription, bytes: Int) -> JxlPixelFormat {
        JxlPixelFormat(
            num_channels: UInt32(description.samplesPerPixel), data_type: bytes == 1 ? JXL_TYPE_UINT8 : JXL_TYPE_UINT16,
            endianness: JXL_LITTLE_ENDIAN, align: 0)
    }

    /// The library knows full scale only: 4095 of 12 bits is 65535.
    private static func scaleDown(_ samples: UnsafeMutableRawBufferPointer, to precision: Int) {
        guard precision != 8, precision != 16 else { return }
        let top = UInt32(1) << UInt32(precision) - 1
        if precision < 8 {
            for index in samples.indices { samples[index] = UInt8(truncatingIfNeeded: (UInt32(samples[index]) &* top &+ 127) / 255) }
        } else {
            let words = samples.bindMemory(to: UInt16.self)
            for index in words.indices { words[index] = UInt16(truncatingIfNeeded: (UInt32(words[index]) &* top &+ 32767) / 65535) }
        }
    }

    // MARK: Encoding

    static func encodeLossless(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _: EncodingParameters
    ) throws(ImageError) -> EncodedFrame {
        try encode(samples, description, distance: nil)
    }

    static func encodeLossy(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ parameters: EncodingParameters
    ) throws(ImageError) -> EncodedFrame {
        try description.checkLossIsBearable("JPEG XL")
        return try encode(samples, description, distance: distance(quality: parameters.quality))
    }

    /// Of a quality on JPEG's scale, as libjxl's own tool has it: 1 (just not visible) at 90.
    static func distance(quality: Int) -> Float {
        let quality = Float(min(max(quality, 1), 100))
        return quality >= 30 ? 0.1 + (100 - quality) * 0.09 : 53 / 3000 * quality * quality - 23 / 20 * quality + 25
    }

    private static func encode(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, distance: Float?) throws(ImageError) -> EncodedFrame {
        let bits = description.highBit + 1
        guard description.isCodable, precisions ~= bits else {
            throw ImageError(.unsupported, .bitsStored, "JPEG XL holds integers of 1 to 16 bits here, not \(bits) of \(description.bitsAllocated)")
        }
        let photometric = description.photometricInterpretation
        guard description.samplesPerPixel == 1 || photometric == .rgb else {
            throw ImageError(.unsupported, .photometricInterpretation, "JPEG XL is written from RGB and grey, not from \(photometric.rawValue)")
        }
        let words: [UInt8]
        if let patterns = fullScale(samples, description, bits) {
            words = try patterns.withUnsafeBufferPointer { patterns throws(ImageError) in
                try run(UnsafeRawBufferPointer(patterns), description, bits, distance)
            }
        } else {
            words = try run(samples, description, bits, distance)
        }
        return EncodedFrame(bytes: words, photometricInterpretation: photometric)
    }

    /// nil where the samples fill their bytes.
    private static func fullScale(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ bits: Int) -> [UInt8]? {
        guard var patterns = SampleWords.patterns(samples, description) else { return nil }
        guard bits != 8, bits != 16 else { return patterns }
        let top = UInt32(1) << UInt32(bits) - 1
        if bits < 8 {
            for index in patterns.indices { patterns[index] = UInt8(truncatingIfNeeded: (UInt32(patterns[index]) &* 255 &+ top / 2) / top) }
        } else {
            patterns.withUnsafeMutableBytes { bytes in
                let words = bytes.bindMemory(to: UInt16.self)
                for index in words.indices { words[index] = UInt16(truncatingIfNeeded: (UInt32(words[index]) &* 65535 &+ top / 2) / top) }
            }
        }
        return patterns
    }

    private static func run(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ bits: Int, _ distance: Float?) throws(ImageError) -> [UInt8] {
        guard let encoder = JxlEncoderCreate(nil) else { throw ImageError(.tooLarge, nil, "JPEG XL: no memory for an encoder") }
        defer { JxlEncoderDestroy(encoder) }
        var info = JxlBasicInfo()
        JxlEncoderInitBasicInfo(&info)
        info.xsize = UInt32(description.columns)
        info.ysize = UInt32(description.rows)
        info.bits_per_sample = UInt32(bits)
        info.num_color_channels = UInt32(description.samplesPerPixel)
        info.uses_original_profile = distance == nil ? 1 : 0
        var encoding = JxlColorEncoding()
        JxlColorEncodingSetToSRGB(&encoding, description.samplesPerPixel == 1 ? 1 : 0)
        guard JxlEncoderSetBasicInfo(encoder, &info) == JXL_ENC_SUCCESS, JxlEncoderSetColorEncoding(encoder, &encoding) == JXL_ENC_SUCCESS,
            let settings = JxlEncoderFrameSettingsCreate(encoder, nil)
        else { throw failure(encoder) }
        let status = if let distance { JxlEncoderSetFrameDistance(settings, distance) } else { JxlEncoderSetFrameLossless(settings, 1) }
        let effort: Int64 = distance == nil ? 3 : 5
        var format = format(description, bytes: bits <= 8 ? 1 : 2)
        guard status == JXL_ENC_SUCCESS,
            JxlEncoderFrameSettingsSetOption(settings, JXL_ENC_FRAME_SETTING_EFFORT, effort) == JXL_ENC_SUCCESS,
            JxlEncoderAddImageFrame(settings, &format, samples.baseAddress, samples.count) == JXL_ENC_SUCCESS
        else { throw failure(encoder) }
        JxlEncoderCloseInput(encoder)
        return try finished(encoder, expecting: samples.count / 2 + 4096)
    }

    private static func finished(_ encoder: OpaquePointer, expecting size: Int) throws(ImageError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: size), written = 0
        while true {
            var status = JXL_ENC_ERROR
            bytes.withUnsafeMutableBufferPointer { buffer in
                var next = buffer.baseAddress.map { $0 + written }, left = buffer.count - written
                status = JxlEncoderProcessOutput(encoder, &next, &left)
                written = buffer.count - left
            }
            switch status {
            case JXL_ENC_SUCCESS: return Array(bytes.prefix(written))
            case JXL_ENC_NEED_MORE_OUTPUT: bytes.append(contentsOf: repeatElement(0, count: bytes.count))
            default: throw failure(encoder)
            }
        }
    }

    // MARK: Words

    private static func invalid(_ words: String) -> ImageError { ImageError(.invalid, .pixelData, "JPEG XL: \(words)") }

    private static func failure(_ encoder: OpaquePointer) -> ImageError {
        ImageError(.encoding, nil, "JPEG XL: the library reports an error (\(JxlEncoderGetError(encoder).rawValue))")
    }
}
