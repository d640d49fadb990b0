/// Shape of the samples a codec makes or takes: rows × columns × samples in words of `bitsAllocated`, little endian, the
/// samples of a pixel side by side, single bits eight in a byte with the first one lowest (PS3.5 §8.1.1).
///
/// Whoever holds one may multiply its numbers: every product fits an `Int`, 32 bits wide in a browser.
public struct FrameLayout: Equatable, Sendable {
    public let rows: Int
    public let columns: Int
    public let samples: Int
    /// 1, 8, 16, 32 or 64.
    public let bitsAllocated: Int

    public var pixels: Int { rows * columns }
    /// Bytes of the whole frame.
    public var bytes: Int { bitsAllocated == 1 ? (pixels * samples + 7) / 8 : pixels * samples * (bitsAllocated / 8) }

    /// - Throws: `unsupported` for numbers no frame has.
    public init(rows: Int, columns: Int, samples: Int, bitsAllocated: Int) throws(CodecError) {
        guard rows > 0, columns > 0, rows <= 0xFFFF, columns <= 0xFFFF else {
            throw CodecError(.unsupported, "rows and columns must be 1 to 65535", at: 0)
        }
        guard samples > 0, samples <= 15 else { throw CodecError(.unsupported, "samples of a pixel must be 1 to 15", at: 0) }
        switch bitsAllocated {
        case 1, 8, 16, 32, 64: break
        default: throw CodecError(.unsupported, "bits allocated must be 1, 8, 16, 32 or 64", at: 0)
        }
        let (pixels, tooMany) = rows.multipliedReportingOverflow(by: columns)
        let (_, tooLarge) = pixels.multipliedReportingOverflow(by: samples * max(bitsAllocated / 8, 1))
        guard !tooMany, !tooLarge else { throw CodecError(.unsupported, "the frame is too large", at: 0) }
        self.rows = rows
        self.columns = columns
        self.samples = samples
        self.bitsAllocated = bitsAllocated
    }
}
