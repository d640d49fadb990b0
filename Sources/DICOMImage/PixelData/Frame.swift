/// Samples of one frame as numbers, before any lookup table or colour conversion.
public struct Frame: Sendable, Equatable {
    /// rows × columns × samples per pixel, a pixel's samples side by side whatever Planar Configuration was.
    ///
    /// Aligned to bit 0 and extended by their sign: what lay above High Bit is gone. Samples of 1 bit are 0 or 1.
    /// The chroma of YBR_FULL_422 is repeated for both pixels: the samples are those of YBR_FULL, and so is the description.
    public enum Samples: Sendable, Equatable {
        case unsigned8([UInt8]), signed8([Int8])
        case unsigned16([UInt16]), signed16([Int16])
        case unsigned32([UInt32]), signed32([Int32])
        case unsigned64([UInt64]), signed64([Int64])
        case float([Float]), double([Double])
    }

    public let description: PixelDescription
    public let samples: Samples
}

extension Frame {
    /// A frame of uncompressed pixel data.
    ///
    /// - Parameters:
    ///   - bytes: those of the value field that hold the frame; with what it shares with its neighbours.
    ///   - index: of the frame, from 0: tells at which bit it begins.
    /// - Throws: `truncated` where bytes are missing, `unsupported`.
    public init(native bytes: [UInt8], description: PixelDescription, byteOrder: ByteOrder, index: Int) throws(ImageError) {
        self.init(description, try NativeSamples.stored(bytes, description, byteOrder, index: index))
    }

    private init(_ description: PixelDescription, _ reader: NativeSamples) {
        self.description = description.interleaved(as: description.photometricInterpretation)
        samples = switch (description.number, description.bitsAllocated) {
        case (.float, _): .float(reader.storedWords(UInt32.self).map(Float.init(bitPattern:)))
        case (.double, _): .double(reader.storedWords(UInt64.self).map(Double.init(bitPattern:)))
        case (_, 1): .unsigned8(reader.bits())
        case (.integer(false), 8): .unsigned8(reader.words())
        case (.integer(true), 8): .signed8(reader.words())
        case (.integer(false), 16): .unsigned16(reader.words())
        case (.integer(true), 16): .signed16(reader.words())
        case (.integer(false), 32): .unsigned32(reader.words())
        case (.integer(true), 32): .signed32(reader.words())
        case (.integer(false), _): .unsigned64(reader.words())
        case (.integer(true), _): .signed64(reader.words())
        }
    }
}

extension Frame {
    /// The numbers of a frame that a codec delivered or ``NativeFrame`` brought in order.
    public init(_ frame: NativeFrame) throws(ImageError) {
        self.init(frame.description, try NativeSamples(frame.bytes, frame.description, .littleEndian, index: 0))
    }
}
