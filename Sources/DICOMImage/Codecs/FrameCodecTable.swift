import DICOM

extension FrameCodec {
    /// The codec of each encapsulated transfer syntax (PS3.5 §A.4, PS3.6 Annex A).
    private static let table: [String: FrameCodec] = [
        "1.2.840.10008.1.2.1.98": .uncompressed,
        "1.2.840.10008.1.2.8.1": .deflate,
        // Baseline, extended, and what was retired: spectral selection, full progression, with Huffman or arithmetic coding.
        "1.2.840.10008.1.2.4.50": .jpeg,
        "1.2.840.10008.1.2.4.51": .jpeg,
        "1.2.840.10008.1.2.4.52": .retiredJPEG,
        "1.2.840.10008.1.2.4.53": .retiredJPEG,
        "1.2.840.10008.1.2.4.54": .retiredJPEG,
        "1.2.840.10008.1.2.4.55": .retiredJPEG,
        "1.2.840.10008.1.2.4.56": .retiredJPEG,
        "1.2.840.10008.1.2.4.80": .jpegLSLossless,
        "1.2.840.10008.1.2.4.81": .jpegLSNearLossless,
        "1.2.840.10008.1.2.4.110": .jpegXLLossless,
        "1.2.840.10008.1.2.4.111": .jpegXLRecompression,
        "1.2.840.10008.1.2.4.112": .jpegXL,
        "1.2.840.10008.1.2.4.90": .jpeg2000Lossless,
        "1.2.840.10008.1.2.4.91": .jpeg2000,
        "1.2.840.10008.1.2.4.92": .jpeg2000Part2,
        "1.2.840.10008.1.2.4.93": .jpeg2000Part2,
        "1.2.840.10008.1.2.4.201": .htj2kLossless,
        "1.2.840.10008.1.2.4.202": .htj2kLosslessRPCL,
        "1.2.840.10008.1.2.4.203": .htj2k,
        "1.2.840.10008.1.2.4.57": .jpegLossless,
        "1.2.840.10008.1.2.4.70": .jpegLossless,
        "1.2.840.10008.1.2.5": .rle,
    ]

    /// nil where frames of this syntax are not understood.
    public static func of(_ transferSyntax: TransferSyntax) -> FrameCodec? { of(uid: transferSyntax.uid.text) }

    static func of(uid: String) -> FrameCodec? { table[uid] }

    /// Those that frames are read from, by UID.
    public static let transferSyntaxes: [TransferSyntax] = table.keys.sorted().compactMap { UID($0) }.map { TransferSyntax($0) }

    private static let deflate = FrameCodec("deflate", decode: Deflate.decode, encode: Deflate.encode)
    private static let jpeg = FrameCodec("JPEG", decode: JPEGCodec.decode, encode: JPEGCodec.encode)
    private static let retiredJPEG = FrameCodec("JPEG", decode: JPEGCodec.decode)
    private static let jpegLSLossless = FrameCodec("JPEG-LS", decode: JPEGLS.decode, encode: JPEGLS.encodeLossless)
    private static let jpegLSNearLossless = FrameCodec("JPEG-LS", decode: JPEGLS.decode, encode: JPEGLS.encodeNearLossless)
    private static let jpegXLLossless = FrameCodec("JPEG XL", decode: JPEGXL.decode, encode: JPEGXL.encodeLossless)
    private static let jpegXLRecompression = FrameCodec("JPEG XL", decode: JPEGXL.decode)
    private static let jpegXL = FrameCodec("JPEG XL", decode: JPEGXL.decode, encode: JPEGXL.encodeLossy)

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
