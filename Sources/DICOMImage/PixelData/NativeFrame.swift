import DICOM

/// One frame as plain bytes: what codecs take and give, and what an uncompressed transfer syntax stores.
///
/// Rows × columns × samples per pixel in words of Bits Allocated, little endian, the samples of a pixel side by side.
/// Samples of 1 bit lie eight in a byte, the first one lowest. Chroma is never shared between pixels.
public struct NativeFrame: Sendable, Equatable {
    /// As the bytes are: Photometric Interpretation may differ from the data set's, Planar Configuration is 0.
    public let description: PixelDescription
    public let bytes: [UInt8]

    /// - Throws: `truncated` where there are fewer bytes than the description asks for; more are cut off.
    public init(description: PixelDescription, bytes: [UInt8]) throws(ImageError) {
        let description = description.interleaved(as: description.photometricInterpretation)
        let needed = description.frameBytes
        guard bytes.count >= needed else {
            throw ImageError(.truncated, .pixelData, "a frame needs \(needed) bytes, \(bytes.count) are here")
        }
        self.description = description
        self.bytes = bytes.count == needed ? bytes : Array(bytes.prefix(needed))
    }
}
