import DICOM
import ImageCodecs

extension FrameCodec {
    /// JPEG Lossless, process 14 with any predictor (PS3.5 §A.4.1, ITU-T T.81 Annex H), our own.
    static let jpegLossless = FrameCodec("JPEG Lossless") { encoded, description, output throws(ImageError) in
        let delivered = try codec("JPEG Lossless") { () throws(CodecError) in
            try JPEGLossless.decode(encoded, description.layout(), into: output)
        }
        // The process itself knows no colour: what an Adobe marker says, else what the label says; nothing is subsampled.
        switch delivered.colour {
        case .rgb: return .rgb
        case .yCbCr: return .ybrFull
        case nil: return description.photometricInterpretation == .ybrFull422 ? .ybrFull : description.photometricInterpretation
        }
    } encode: { samples, description, _ throws(ImageError) in
        let bytes = try codec("JPEG Lossless") { () throws(CodecError) in
            try JPEGLossless.encode(samples, description.layout(), .init(precision: precision(of: samples, description)))
        }
        return EncodedFrame(bytes: bytes, photometricInterpretation: description.photometricInterpretation)
    }

    /// Bits Stored where no sample has a bit above them, else all that are allocated.
    ///
    /// Negative samples whose sign is extended stay as they are: their differences are small, as T.81 counts modulo 2^16.
    private static func precision(of samples: UnsafeRawBufferPointer, _ description: PixelDescription) -> Int {
        let stored = max(description.bitsStored, 2)
        var all: UInt64 = 0
        for offset in stride(from: 0, through: samples.count - 8, by: 8) { all |= samples.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
        for offset in samples.count / 8 * 8..<samples.count { all |= UInt64(samples[offset]) << UInt64(offset % 8 * 8) }
        // A word of which any has a bit above the stored ones.
        let above: UInt64 = description.bitsAllocated == 8 ? 0x0101_0101_0101_0101 : 0x0001_0001_0001_0001
        let mask = (UInt64(1) << UInt64(description.bitsAllocated)) &- (UInt64(1) << UInt64(stored))
        return stored < description.bitsAllocated && all & (above &* mask) == 0 ? stored : description.bitsAllocated
    }
}
