import DICOM

/// One frame as plain bytes: what codecs take and give.
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

    /// A frame of uncompressed pixel data, whatever its byte order and the order of its samples. Bits around the samples stay.
    ///
    /// - Parameters:
    ///   - bytes: those of the value field that hold the frame, with what it shares with its neighbours (`FrameLocation.range`).
    ///   - index: of the frame, from 0: tells at which bit it begins.
    /// - Throws: `truncated` where bytes are missing, `unsupported`.
    public init(stored bytes: [UInt8], description: PixelDescription, byteOrder: ByteOrder, index: Int) throws(ImageError) {
        let samples = try NativeSamples.stored(bytes, description, byteOrder, index: index)
        let isPlain = byteOrder == .littleEndian && !description.isPlanar && !description.sharesChroma
        let ordered: [UInt8] = switch description.bitsAllocated {
        case 1: samples.packedBits()
        case _ where isPlain: bytes
        case 8: samples.storedWords(UInt8.self)
        case 16: Self.bytes(of: samples.storedWords(UInt16.self))
        case 32: Self.bytes(of: samples.storedWords(UInt32.self))
        default: Self.bytes(of: samples.storedWords(UInt64.self))
        }
        try self.init(description: description.interleaved(as: description.photometricInterpretation), bytes: ordered)
    }

    /// Nothing but the samples: shifted down to bit 0, above them copies of their sign or zeros.
    public func aligned() throws(ImageError) -> NativeFrame {
        guard case .integer = description.number, description.bitsStored < description.bitsAllocated else { return self }
        let samples = try NativeSamples(bytes, description, .littleEndian, index: 0)
        let bytes: [UInt8] = switch (description.bitsAllocated, description.isSigned) {
        case (8, false): samples.words(UInt8.self)
        case (8, true): Self.bytes(of: samples.words(Int8.self))
        case (16, false): Self.bytes(of: samples.words(UInt16.self))
        case (16, true): Self.bytes(of: samples.words(Int16.self))
        case (32, false): Self.bytes(of: samples.words(UInt32.self))
        case (32, true): Self.bytes(of: samples.words(Int32.self))
        case (_, false): Self.bytes(of: samples.words(UInt64.self))
        case (_, true): Self.bytes(of: samples.words(Int64.self))
        }
        return try NativeFrame(description: description.aligned, bytes: bytes)
    }

    private static func bytes<Word>(of words: [Word]) -> [UInt8] { words.withUnsafeBytes { [UInt8]($0) } }
}
