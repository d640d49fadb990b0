import DICOM
import ImageCodecs

extension FrameCodec {
    /// RLE Lossless (PS3.5 Annex G), our own.
    static let rle = FrameCodec("RLE") { encoded, description, output throws(ImageError) in
        try codec("RLE") { () throws(CodecError) in try RLELossless.decode(encoded, description.layout(), into: output) }
        // Each sample has planes of its own, so that chroma is not shared whatever the label says.
        return description.photometricInterpretation == .ybrFull422 ? .ybrFull : description.photometricInterpretation
    } encode: { samples, description, _ throws(ImageError) in
        EncodedFrame(
            bytes: try codec("RLE") { () throws(CodecError) in try RLELossless.encode(samples, description.layout()) },
            photometricInterpretation: description.photometricInterpretation)
    }
}

extension PixelDescription {
    /// Shape of a ``NativeFrame``, as our own codecs know it.
    func layout() throws(CodecError) -> FrameLayout {
        try FrameLayout(rows: rows, columns: columns, samples: samplesPerPixel, bitsAllocated: bitsAllocated)
    }
}

/// What a codec of ours found wrong, as an error of the image: `RLE: segment offset is wrong, at byte 4 of the frame`.
func codec<Value>(_ name: String, _ body: () throws(CodecError) -> Value) throws(ImageError) -> Value {
    do throws(CodecError) {
        return try body()
    } catch {
        let code: ImageError.Code = switch error.code {
        case .truncated: .truncated
        case .malformed, .mismatch: .invalid
        case .unsupported: .unsupported
        }
        throw ImageError(code, .pixelData, "\(name): \(error.reason), at byte \(error.offset) of the frame")
    }
}
