/// Samples of one frame as numbers, before any lookup table or colour conversion.
public struct Frame: Sendable, Equatable {
    /// rows × columns × samples per pixel, a pixel's samples side by side whatever Planar Configuration was.
    ///
    /// Aligned to bit 0 and extended by their sign: what lay above High Bit is gone. Samples of 1 bit are 0 or 1.
    /// The chroma of YBR_FULL_422 is repeated for both pixels: the samples are those of YBR_FULL.
    public enum Samples: Sendable, Equatable {
        case unsigned8([UInt8]), signed8([Int8])
        case unsigned16([UInt16]), signed16([Int16])
        case unsigned32([UInt32]), signed32([Int32])
        case float([Float]), double([Double])
    }

    public let description: PixelDescription
    public let samples: Samples
}

extension Frame {
    /// A frame of uncompressed pixel data.
    ///
    /// - Parameters:
    ///   - bytes: those of the value field that hold the frame; for 1 bit also the bytes shared with its neighbours.
    ///   - index: of the frame, from 0: tells at which bit a frame of 1 bit samples begins.
    /// - Throws: `truncated` where bytes are missing, `unsupported`.
    public init(native bytes: [UInt8], description: PixelDescription, byteOrder: ByteOrder, index: Int) throws(ImageError) {
        self.description = description
        let reader = try NativeSamples(bytes, description, byteOrder, index: index)
        samples = switch (description.number, description.bitsAllocated) {
        case (.float, _): .float(reader.words(UInt32.self).map(Float.init(bitPattern:)))
        case (.double, _): .double(reader.words(UInt64.self).map(Double.init(bitPattern:)))
        case (_, 1): .unsigned8(reader.bits())
        case (.integer(false), 8): .unsigned8(reader.words())
        case (.integer(true), 8): .signed8(reader.words())
        case (.integer(false), 16): .unsigned16(reader.words())
        case (.integer(true), 16): .signed16(reader.words())
        case (.integer(false), _): .unsigned32(reader.words())
        case (.integer(true), _): .signed32(reader.words())
        }
    }
}

extension Frame {
    /// The numbers of a frame that a codec delivered or ``NativeFrame`` brought in order.
    public init(_ frame: NativeFrame) throws(ImageError) {
        try self.init(native: frame.bytes, description: frame.description, byteOrder: .littleEndian, index: 0)
    }
}
