import COpenJPEG
import DICOM

/// A JPEG 2000 code stream by OpenJPEG: one tile, one layer, RPCL (low resolutions come first), code blocks of 64 × 64.
enum OpenJPEGEncoder {
    /// - Parameter ratio: of the native bytes to those of the code stream; nil without loss.
    static func encode(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, transformsColour: Bool, ratio: Double?
    ) throws(ImageError) -> [UInt8] {
        var components = (0..<description.samplesPerPixel).map { _ in
            var component = opj_image_cmptparm_t()
            (component.dx, component.dy) = (1, 1)
            (component.w, component.h) = (OPJ_UINT32(description.columns), OPJ_UINT32(description.rows))
            component.prec = OPJ_UINT32(description.bitsStored)
            component.sgnd = description.isSigned ? 1 : 0
            return component
        }
        let space = components.count == 1 ? OPJ_CLRSPC_GRAY : OPJ_CLRSPC_SRGB
        guard let image = opj_image_create(OPJ_UINT32(components.count), &components, space), let planes = image.pointee.comps else {
            throw OpenJPEGDecoder.noMemory
        }
        defer { opj_image_destroy(image) }
        (image.pointee.x1, image.pointee.y1) = (OPJ_UINT32(description.columns), OPJ_UINT32(description.rows))
        let rows = J2KRows(encoding: description)
        for channel in 0..<description.samplesPerPixel {
            guard let data = planes[channel].data else { throw OpenJPEGDecoder.noMemory }
            for row in 0..<description.rows {
                let values = UnsafeMutableBufferPointer(start: data + row * description.columns, count: description.columns)
                guard rows.load(row: row, channel: channel, from: samples, into: values) || ratio != nil else { throw J2KRows.lost }
            }
        }
        return try encode(image, parameters(description, transformsColour: transformsColour, ratio: ratio))
    }

    private static func parameters(_ description: PixelDescription, transformsColour: Bool, ratio: Double?) -> opj_cparameters_t {
        var parameters = opj_cparameters_t()
        opj_set_default_encoder_parameters(&parameters)
        parameters.numresolution = Int32(J2KResolutions.decompositions(description) + 1)
        parameters.prog_order = OPJ_RPCL
        parameters.tcp_numlayers = 1
        parameters.cp_disto_alloc = 1
        parameters.tcp_mct = transformsColour ? 1 : 0
        parameters.irreversible = ratio == nil ? 0 : 1
        // OpenJPEG counts in bits of the precision, callers in bytes of the native frame.
        parameters.tcp_rates.0 = ratio.map { Float($0) * Float(description.bitsStored) / Float(description.bitsAllocated) } ?? 0
        return parameters
    }

    private static func encode(_ image: UnsafeMutablePointer<opj_image_t>, _ parameters: opj_cparameters_t) throws(ImageError) -> [UInt8] {
        let output = UnsafeMutablePointer<OpenJPEGOutput>.allocate(capacity: 1)
        output.initialize(to: OpenJPEGOutput())
        let messages = UnsafeMutablePointer<OpenJPEGMessages>.allocate(capacity: 1)
        messages.initialize(to: OpenJPEGMessages())
        defer {
            output.deinitialize(count: 1).deallocate()
            messages.deinitialize(count: 1).deallocate()
        }
        guard let codec = opj_create_compress(OPJ_CODEC_J2K), let stream = OpenJPEGOutput.stream(output) else { throw OpenJPEGDecoder.noMemory }
        OpenJPEGMessages.listen(codec, messages)
        var parameters = parameters
        let isWritten = opj_setup_encoder(codec, &parameters, image) != 0 && opj_start_compress(codec, image, stream) != 0
            && opj_encode(codec, stream) != 0 && opj_end_compress(codec, stream) != 0
        opj_destroy_codec(codec)
        // What its buffer still holds is written now.
        opj_stream_destroy(stream)
        guard isWritten else { throw ImageError(.encoding, .pixelData, "OpenJPEG does not encode the frame: \(messages.pointee.first)") }
        return output.pointee.bytes
    }
}

enum J2KResolutions {
    /// Five, or as many as bring the shorter side of the lowest resolution to 64 (PS3.5 §10.18 asks for that in HTJ2K
    /// RPCL), and no more than a small picture has.
    static func decompositions(_ description: PixelDescription) -> Int {
        let shorter = min(description.rows, description.columns)
        var count = 0
        while shorter >> (count + 1) > 0, count < 5 || (shorter + (1 << count) - 1) >> count > 64 { count += 1 }
        return count
    }
}
