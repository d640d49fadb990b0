import DICOM

extension FrameCodec {
    /// The codec of each encapsulated transfer syntax (PS3.5 §A.4, PS3.6 Annex A).
    private static let table: [String: FrameCodec] = [
        "1.2.840.10008.1.2.1.98": .uncompressed,
        "1.2.840.10008.1.2.4.57": .jpegLossless,
        "1.2.840.10008.1.2.4.70": .jpegLossless,
        "1.2.840.10008.1.2.5": .rle,
    ]

    /// nil where frames of this syntax are not understood.
    public static func of(_ transferSyntax: TransferSyntax) -> FrameCodec? { table[transferSyntax.uid.text] }

    /// Encapsulated Uncompressed Explicit VR Little Endian (PS3.5 §A.4.11): native bytes in fragments.
    private static let uncompressed = FrameCodec("uncompressed") { encoded, description, output throws(ImageError) in
        guard encoded.count >= output.count else {
            throw ImageError(.truncated, .pixelData, "a frame needs \(output.count) bytes, \(encoded.count) are here")
        }
        output.copyMemory(from: UnsafeRawBufferPointer(rebasing: encoded[..<output.count]))
        return description.photometricInterpretation
    } encode: { samples, description, _ throws(ImageError) in
        EncodedFrame(bytes: Array(samples), photometricInterpretation: description.photometricInterpretation)
    }
}
