import COpenJPEG
import DICOM

/// Samples of a code stream by OpenJPEG, high-throughput code blocks included.
enum OpenJPEGDecoder {
    /// - Parameters:
    ///   - codestream: begins with SOC and was checked against `description`.
    ///   - output: filled whole, or an error.
    static func decode(
        _ codestream: UnsafeRawBufferPointer, _ header: J2KHeader, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) {
        let input = UnsafeMutablePointer<OpenJPEGInput>.allocate(capacity: 1)
        input.initialize(to: OpenJPEGInput(bytes: codestream))
        let messages = UnsafeMutablePointer<OpenJPEGMessages>.allocate(capacity: 1)
        messages.initialize(to: OpenJPEGMessages())
        defer {
            input.deinitialize(count: 1).deallocate()
            messages.deinitialize(count: 1).deallocate()
        }
        guard let codec = opj_create_decompress(OPJ_CODEC_J2K), let stream = OpenJPEGInput.stream(input) else { throw noMemory }
        var image: UnsafeMutablePointer<opj_image_t>?
        defer {
            opj_destroy_codec(codec)
            opj_stream_destroy(stream)
            if let image { opj_image_destroy(image) }
        }
        OpenJPEGMessages.listen(codec, messages)

        var parameters = opj_dparameters_t()
        opj_set_default_decoder_parameters(&parameters)
        guard opj_setup_decoder(codec, &parameters) != 0 else { throw noMemory }
        // Code blocks are independent: where another processor idles, half the time. Refusal costs nothing but that.
        if header.width * header.height >= threadedPixels { _ = opj_codec_set_threads(codec, threads) }
        // Strict: a code stream that ends early is an error, not a blurred picture.
        guard opj_decoder_set_strict_mode(codec, OPJ_BOOL(OPJ_TRUE)) != 0,
            opj_read_header(stream, codec, &image) != 0, let image, opj_decode(codec, stream, image) != 0
        else { throw ImageError(.invalid, .pixelData, "OpenJPEG does not read the code stream: \(messages.pointee.first)") }
        guard Int(image.pointee.numcomps) == header.components.count, let planes = image.pointee.comps else { throw shapeDiffers }

        for (channel, component) in header.components.enumerated() {
            let plane = planes[channel], width = Int(plane.w), height = Int(plane.h)
            guard let data = plane.data, width == (header.width + component.stepX - 1) / component.stepX,
                height == (header.height + component.stepY - 1) / component.stepY
            else { throw shapeDiffers }
            let rows = J2KRows(description, decoding: component)
            for row in 0..<description.rows {
                let values = UnsafeBufferPointer(start: data + row / component.stepY * width, count: width)
                guard rows.store(values, row: row, channel: channel, stepX: component.stepX, in: output) else { throw J2KRows.negative }
            }
        }
    }

    /// Below it, starting threads costs more than they save.
    private static let threadedPixels = 256 * 256
    private static let threads: Int32 = min(opj_get_num_cpus(), 4)

    static let noMemory = ImageError(.tooLarge, .pixelData, "no memory is left to decode or encode the frame")
    private static let shapeDiffers = ImageError(.invalid, .pixelData, "the decoded picture has another shape than the code stream's header said")
}
