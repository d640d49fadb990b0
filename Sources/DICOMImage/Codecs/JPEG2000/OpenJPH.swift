import COpenJPH
import DICOM

/// High-throughput JPEG 2000 by OpenJPH, row by row: no plane of the picture in 32 bits is held.
enum OpenJPH {
    /// - Parameters:
    ///   - codestream: begins with SOC, was checked against `description` and subsamples nothing.
    ///   - output: filled whole, or an error.
    static func decode(
        _ codestream: UnsafeRawBufferPointer, _ header: J2KHeader, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) {
        struct Target {
            let rows: J2KRows
            let output: UnsafeMutableRawBufferPointer
            var failure: ImageError?
        }
        var target = Target(rows: J2KRows(description, decoding: header.components[0]), output: output)
        var image = image(description)
        var message = [CChar](repeating: 0, count: 256)
        let failed = withUnsafeMutablePointer(to: &target) { target in
            isocenter_openjph_decode(codestream.bindMemory(to: UInt8.self).baseAddress, codestream.count, &image, { context, component, row, values, count in
                guard let target = context?.assumingMemoryBound(to: Target.self) else { return 0 }
                let values = UnsafeBufferPointer(start: values, count: count)
                if target.pointee.rows.store(values, row: Int(row), channel: Int(component), stepX: 1, in: target.pointee.output) { return 1 }
                target.pointee.failure = J2KRows.negative
                return 0
            }, target, &message, message.count)
        }
        if let failure = target.failure { throw failure }
        guard failed == 0 else { throw ImageError(.invalid, .pixelData, "OpenJPH does not read the code stream: \(text(message))") }
    }

    /// - Parameter step: quantisation of the finest level, as a part of the whole range; nil without loss.
    static func encode(
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, transformsColour: Bool, step: Float?
    ) throws(ImageError) -> [UInt8] {
        struct Source {
            let rows: J2KRows
            let samples: UnsafeRawBufferPointer
            var isWhole = true
            var encoded: [UInt8] = []
        }
        var source = Source(rows: J2KRows(encoding: description), samples: samples)
        var image = image(description)
        image.is_reversible = step == nil
        image.step = step ?? 0
        image.transforms_colour = transformsColour
        image.decompositions = UInt32(J2KResolutions.decompositions(description))
        var message = [CChar](repeating: 0, count: 256)
        let failed = withUnsafeMutablePointer(to: &source) { source in
            isocenter_openjph_encode(&image, { context, component, row, values, count in
                guard let source = context?.assumingMemoryBound(to: Source.self) else { return 0 }
                let values = UnsafeMutableBufferPointer(start: values, count: count)
                let isWhole = source.pointee.rows.load(row: Int(row), channel: Int(component), from: source.pointee.samples, into: values)
                source.pointee.isWhole = source.pointee.isWhole && isWhole
                return 1
            }, source, { context, bytes, size in
                context?.assumingMemoryBound(to: Source.self).pointee.encoded = Array(UnsafeBufferPointer(start: bytes, count: size))
            }, &message, message.count)
        }
        guard failed == 0 else { throw ImageError(.encoding, .pixelData, "OpenJPH does not encode the frame: \(text(message))") }
        guard source.isWhole || step != nil else { throw J2KRows.lost }
        return source.encoded
    }

    private static func image(_ description: PixelDescription) -> isocenter_openjph_image {
        isocenter_openjph_image(
            columns: UInt32(description.columns), rows: UInt32(description.rows), components: UInt32(description.samplesPerPixel),
            precision: UInt32(description.bitsStored), is_signed: description.isSigned, is_reversible: true, step: 0,
            transforms_colour: false, decompositions: 0)
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
