import DICOM

/// From the compressed bytes of one frame to its samples, and back where that is done here.
///
/// Codecs are handed foreign bytes: they check every number before they use it, write nowhere but into `output`, and
/// answer anything they do not understand with an error. Those written in C run in worker processes.
public struct FrameCodec: Sendable {
    /// Fills all of `output`, the bytes of a ``NativeFrame`` of that description.
    ///
    /// - Parameters:
    ///   - encoded: the frame's fragments, put together.
    ///   - description: of the data set. Rows, columns and samples of the code stream that differ from it are an error.
    /// - Returns: what the samples mean as they were delivered: the code stream's word, not the label's.
    public typealias Decode = @Sendable (
        _ encoded: UnsafeRawBufferPointer, _ description: PixelDescription, _ output: UnsafeMutableRawBufferPointer
    ) throws(ImageError) -> PhotometricInterpretation

    /// - Parameter samples: the bytes of a ``NativeFrame`` of that description.
    public typealias Encode = @Sendable (
        _ samples: UnsafeRawBufferPointer, _ description: PixelDescription, _ parameters: EncodingParameters
    ) throws(ImageError) -> EncodedFrame

    /// As it is named to people: `JPEG-LS`.
    public let name: String
    public let decode: Decode
    /// nil where frames of this syntax are only read.
    public let encode: Encode?

    public init(_ name: String, decode: @escaping Decode, encode: Encode? = nil) {
        self.name = name
        self.decode = decode
        self.encode = encode
    }
}

/// What an encoder may choose.
public struct EncodingParameters: Sendable, Equatable {
    /// Lossy syntaxes of quality: 1 to 100.
    public var quality: Int
    /// JPEG-LS near-lossless: largest difference of a sample.
    public var nearLossless: Int
    /// JPEG 2000 and HTJ2K with loss: size of the native frame by that of the compressed one.
    public var compressionRatio: Double

    public init(quality: Int = 90, nearLossless: Int = 2, compressionRatio: Double = 10) {
        self.quality = quality
        self.nearLossless = nearLossless
        self.compressionRatio = compressionRatio
    }
}

/// A compressed frame, of even length (PS3.5 §A.4), and what its samples mean now.
public struct EncodedFrame: Sendable, Equatable {
    public var bytes: [UInt8]
    public var photometricInterpretation: PhotometricInterpretation

    public init(bytes: [UInt8], photometricInterpretation: PhotometricInterpretation) {
        self.bytes = bytes.count % 2 == 0 ? bytes : bytes + [0]
        self.photometricInterpretation = photometricInterpretation
    }
}
