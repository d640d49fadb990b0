import CCharLS
import DICOM
import DICOMImage
import Testing

@Suite("JPEG-LS")
struct JPEGLSTests {
    static func syntax() throws -> TransferSyntax { TransferSyntax(try #require(UID("1.2.840.10008.1.2.4.80"))) }

    @Test("Restart intervals: each begins anew", arguments: [2, 3, 5])
    func restarts(lines: Int) throws {
        let columns = 40, rows = lines * 10
        let description = try JPEGTests.description(rows: rows, columns: columns)
        let samples = RoundTripTests.gradient(description)
        // Each strip as an image of its own; its entropy coded data lies between the start of scan and the end of image.
        var stream: [UInt8] = []
        for strip in 0..<10 {
            let part = try NativeFrame(
                description: JPEGTests.description(rows: lines, columns: columns),
                bytes: Array(samples[(strip * lines * columns)..<((strip + 1) * lines * columns)]))
            let encoded = try DirectFrameCoding().encode(part, Self.syntax(), EncodingParameters()).bytes
            let scan = try #require(encoded.indices.first { encoded[$0] == 0xFF && encoded[$0 + 1] == 0xDA })
            let end = try #require(encoded.indices.dropLast().last { encoded[$0] == 0xFF && encoded[$0 + 1] == 0xD9 })
            let data = scan + 2 + Int(encoded[scan + 3])
            if strip == 0 {
                stream = Array(encoded[..<scan]) + [0xFF, 0xDD, 0, 4, 0, UInt8(lines)] + encoded[scan..<data]
                let frame = try #require(encoded.indices.first { encoded[$0] == 0xFF && encoded[$0 + 1] == 0xF7 })
                stream[frame + 6] = UInt8(rows)
            } else {
                stream += [0xFF, 0xD0 + UInt8((strip - 1) % 8)]
            }
            stream += encoded[data..<end]
        }
        let decoded = try DirectFrameCoding().decode(stream + [0xFF, 0xD9], Self.syntax(), description)
        #expect(decoded.bytes == samples)
    }

    @Test("Colours that were transformed before coding are RGB again", arguments: [
        CHARLS_COLOR_TRANSFORMATION_NONE, CHARLS_COLOR_TRANSFORMATION_HP1, CHARLS_COLOR_TRANSFORMATION_HP2, CHARLS_COLOR_TRANSFORMATION_HP3,
    ].map(\.rawValue), [CHARLS_INTERLEAVE_MODE_NONE, CHARLS_INTERLEAVE_MODE_LINE, CHARLS_INTERLEAVE_MODE_SAMPLE].map(\.rawValue))
    func transformed(transformation: UInt32, interleave: UInt32) throws {
        // Planes do not lie side by side: nothing to transform.
        if interleave == CHARLS_INTERLEAVE_MODE_NONE.rawValue, transformation != CHARLS_COLOR_TRANSFORMATION_NONE.rawValue { return }
        let description = try JPEGTests.description(rows: 16, columns: 24, "YBR_FULL")
        let samples = RoundTripTests.gradient(description)
        var source = samples
        if interleave == CHARLS_INTERLEAVE_MODE_NONE.rawValue {
            for (index, sample) in samples.enumerated() { source[index % 3 * 16 * 24 + index / 3] = sample }
        }
        let stream = try Self.encoded(source, CHARLS_COLOR_TRANSFORMATION_NONE.rawValue == transformation ? nil : transformation, interleave)
        let frame = try DirectFrameCoding().decode(stream, Self.syntax(), description)
        #expect(frame.bytes == samples)
        #expect(frame.description.photometricInterpretation == (transformation == 0 ? .ybrFull : .rgb))
    }

    private static func encoded(_ samples: [UInt8], _ transformation: UInt32?, _ interleave: UInt32) throws -> [UInt8] {
        let encoder = try #require(charls_jpegls_encoder_create())
        defer { charls_jpegls_encoder_destroy(encoder) }
        var frame = charls_frame_info(width: 24, height: 16, bits_per_sample: 8, component_count: 3)
        var bytes = [UInt8](repeating: 0, count: 10_000), written = 0
        let status = bytes.withUnsafeMutableBytes { buffer -> charls_jpegls_errc in
            guard let address = buffer.baseAddress else { return CHARLS_JPEGLS_ERRC_UNEXPECTED_FAILURE }
            var status = charls_jpegls_encoder_set_frame_info(encoder, &frame)
            if status.rawValue == 0 { status = charls_jpegls_encoder_set_interleave_mode(encoder, charls_interleave_mode(interleave)) }
            if status.rawValue == 0, let transformation {
                status = charls_jpegls_encoder_set_color_transformation(encoder, charls_color_transformation(transformation))
            }
            if status.rawValue == 0 { status = charls_jpegls_encoder_set_destination_buffer(encoder, address, buffer.count) }
            if status.rawValue == 0 { status = charls_jpegls_encoder_encode_from_buffer(encoder, samples, samples.count, 0) }
            return status.rawValue == 0 ? charls_jpegls_encoder_get_bytes_written(encoder, &written) : status
        }
        #expect(status == CHARLS_JPEGLS_ERRC_SUCCESS)
        return Array(bytes.prefix(written))
    }
}
