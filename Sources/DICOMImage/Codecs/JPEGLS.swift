import CCharLS
import DICOM

/// JPEG-LS (ISO/IEC 14495-1; PS3.5 §8.2.3) by CharLS.
enum JPEGLS {
    /// Bits of a sample that the standard allows.
    static let precisions = 2...16

    // MARK: Decoding

    static func decode(
        _ encoded: UnsafeRawBufferPointer, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) -> PhotometricInterpretation {
        guard let source = encoded.baseAddress, let target = output.baseAddress else {
            throw ImageError(.truncated, .pixelData, "JPEG-LS: the frame is empty")
        }
        // CharLS (2.4.1) counts on for minutes where entropy coded data runs into the end of its bytes; at a marker it stops.
        let header = try JPEGHeader(encoded)
        guard JPEGMarkers.hasEnd(encoded, from: header.entropyOffset) else {
            throw ImageError(.truncated, .pixelData, "JPEG-LS: the frame ends before its end of image")
        }
        guard let decoder = charls_jpegls_decoder_create() else { throw ImageError(.tooLarge, .pixelData, "JPEG-LS: no memory for a decoder") }
        defer { charls_jpegls_decoder_destroy(decoder) }
        try check(charls_jpegls_decoder_set_source_buffer(decoder, source, encoded.count))
        try check(charls_jpegls_decoder_read_header(decoder))
        var frame = charls_frame_info()
        try check(charls_jpegls_decoder_get_frame_info(decoder, &frame))
        let precision = Int(frame.bits_per_sample)
        try CodeStreamShape(
            codec: "JPEG-LS", rows: Int(frame.height), columns: Int(frame.width), components: Int(frame.component_count), precision: precision
        ).check(against: description)
        var interleave = CHARLS_INTERLEAVE_MODE_NONE, transformation = CHARLS_COLOR_TRANSFORMATION_NONE
        try check(charls_jpegls_decoder_get_interleave_mode(decoder, &interleave))
        try check(charls_jpegls_decoder_get_color_transformation(decoder, &transformation))

        let bytes = precision <= 8 ? 1 : 2
        let isPlanar = interleave == CHARLS_INTERLEAVE_MODE_NONE && description.samplesPerPixel > 1
        if bytes * 8 == description.bitsAllocated, !isPlanar {
            try check(charls_jpegls_decoder_decode_to_buffer(decoder, target, output.count, 0))
        } else {
            let size = description.samples * bytes
            let made = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
            defer { made.deallocate() }
            try check(charls_jpegls_decoder_decode_to_buffer(decoder, made, size, 0))
            let samples = UnsafeRawBufferPointer(start: made, count: size)
            if isPlanar {
                try SampleWords.interleave(samples, bytes: bytes, into: output, description)
            } else {
                SampleWords.widen(samples, bytes: bytes, into: output, description)
            }
        }
        SampleWords.raise(output, precision: precision, description)
        // HP1 to HP3 were undone by the library: what they were made from is RGB.
        return transformation == CHARLS_COLOR_TRANSFORMATION_NONE ? description.photometricInterpretation.withFullChroma : .rgb
    }

    // MARK: Encoding

    static func encodeLossless(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _: EncodingParameters
    ) throws(ImageError) -> EncodedFrame {
        try encode(samples, description, near: 0)
    }

    static func encodeNearLossless(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ parameters: EncodingParameters
    ) throws(ImageError) -> EncodedFrame {
        let near = parameters.nearLossless, largest = (1 << min(description.highBit, 8)) - 1
        guard 0...largest ~= near else {
            throw ImageError(.encoding, nil, "JPEG-LS: a difference of \(near) is not within 0 and \(largest)")
        }
        if near > 0 { try description.checkLossIsBearable("JPEG-LS") }
        return try encode(samples, description, near: near)
    }

    private static func encode(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, near: Int) throws(ImageError) -> EncodedFrame {
        let bits = description.highBit + 1
        guard description.isCodable, bits <= precisions.upperBound else {
            throw ImageError(.unsupported, .bitsStored, "JPEG-LS holds integers of 2 to 16 bits, not \(bits) of \(description.bitsAllocated)")
        }
        if let patterns = SampleWords.patterns(samples, description, narrows: false) {
            // In words at least 9 bits: DCMTK and GDCM do not put bytes into words.
            let precision = max(bits, description.bitsAllocated == 8 ? precisions.lowerBound : 9)
            return try patterns.withUnsafeBufferPointer { patterns throws(ImageError) in
                try run(UnsafeRawBufferPointer(patterns), description, precision, near)
            }
        }
        return try run(samples, description, bits, near)
    }

    /// - Parameter samples: of `bits` bits, in one byte or two.
    private static func run(_ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ bits: Int, _ near: Int) throws(ImageError) -> EncodedFrame {
        guard let source = samples.baseAddress else { throw ImageError(.encoding, nil, "JPEG-LS: there are no samples") }
        guard let encoder = charls_jpegls_encoder_create() else { throw ImageError(.tooLarge, nil, "JPEG-LS: no memory for an encoder") }
        defer { charls_jpegls_encoder_destroy(encoder) }
        var frame = charls_frame_info(
            width: UInt32(description.columns), height: UInt32(description.rows), bits_per_sample: Int32(bits),
            component_count: Int32(description.samplesPerPixel))
        try check(charls_jpegls_encoder_set_frame_info(encoder, &frame))
        try check(charls_jpegls_encoder_set_near_lossless(encoder, Int32(near)))
        try check(charls_jpegls_encoder_set_interleave_mode(
            encoder, description.samplesPerPixel > 1 ? CHARLS_INTERLEAVE_MODE_SAMPLE : CHARLS_INTERLEAVE_MODE_NONE))
        // Noise does not become smaller: a sample's code ends at four times its bits (ISO/IEC 14495-1 §A.2.1, LIMIT).
        for size in [samples.count + samples.count / 16 + 4096, samples.count * 4 + 4096] {
            var failure = CHARLS_JPEGLS_ERRC_SUCCESS
            let bytes = [UInt8](unsafeUninitializedCapacity: size) { target, made in
                guard let address = target.baseAddress else { return }
                failure = charls_jpegls_encoder_set_destination_buffer(encoder, address, size)
                if failure == CHARLS_JPEGLS_ERRC_SUCCESS { failure = charls_jpegls_encoder_encode_from_buffer(encoder, source, samples.count, 0) }
                if failure == CHARLS_JPEGLS_ERRC_SUCCESS { failure = charls_jpegls_encoder_get_bytes_written(encoder, &made) }
            }
            if failure == CHARLS_JPEGLS_ERRC_DESTINATION_BUFFER_TOO_SMALL, size < samples.count * 4 {
                try check(charls_jpegls_encoder_rewind(encoder))
                continue
            }
            try check(failure)
            return EncodedFrame(bytes: bytes, photometricInterpretation: description.photometricInterpretation.withFullChroma)
        }
        throw ImageError(.encoding, nil, "JPEG-LS: the code is larger than it can be")
    }

    // MARK: The library's words

    private static func check(_ status: charls_jpegls_errc) throws(ImageError) {
        let code: ImageError.Code
        switch status {
        case CHARLS_JPEGLS_ERRC_SUCCESS: return
        case CHARLS_JPEGLS_ERRC_SOURCE_BUFFER_TOO_SMALL: code = .truncated
        case CHARLS_JPEGLS_ERRC_NOT_ENOUGH_MEMORY: code = .tooLarge
        case CHARLS_JPEGLS_ERRC_PARAMETER_VALUE_NOT_SUPPORTED, CHARLS_JPEGLS_ERRC_ENCODING_NOT_SUPPORTED,
            CHARLS_JPEGLS_ERRC_COLOR_TRANSFORM_NOT_SUPPORTED, CHARLS_JPEGLS_ERRC_BIT_DEPTH_FOR_TRANSFORM_NOT_SUPPORTED,
            CHARLS_JPEGLS_ERRC_JPEGLS_PRESET_EXTENDED_PARAMETER_TYPE_NOT_SUPPORTED: code = .unsupported
        default: code = .invalid
        }
        let words = charls_get_error_message(status).map { String(cString: $0) } ?? "error \(status.rawValue)"
        throw ImageError(code, .pixelData, "JPEG-LS: \(words)")
    }
}
