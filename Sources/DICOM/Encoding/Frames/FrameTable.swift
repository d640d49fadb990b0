/// Where each frame of an image lies in its encoded data set.
///
/// What is certain is said, and the rest refused in words: a guess would show one frame's pixels as another's.
public struct FrameTable: Sendable, Equatable {
    public enum Layout: Sendable, Equatable {
        /// Each frame begins at the bit where the one before ended (PS3.5 §8.1.1); `unit`: bytes that change places together.
        case native(bits: UInt64, unit: UInt64)
        /// One after the other; fewer than ``FrameTable/count`` where the last ones are missing.
        case listed([FrameLocation])
        /// A video: its frames are not apart.
        case stream(FrameLocation)
        /// Only the code streams tell: see ``FrameTable/resolved(value:dataSet:transferSyntax:read:)``.
        case unresolved
        /// It cannot be told, and why.
        case unclear(String)
    }

    /// The value field, from the first byte of the data set.
    public var value: ByteRange
    /// As Number of Frames says (1 where it is absent); 0 where it says nonsense.
    public var count: Int
    public var layout: Layout

    public init(value: ByteRange, count: Int, layout: Layout) {
        self.value = value
        self.count = count
        self.layout = layout
    }

    public init(_ dataSet: DataSet, _ location: PixelDataLocation, transferSyntax: TransferSyntax) {
        value = location.value
        guard let count = Self.numberOfFrames(dataSet) else {
            self.count = 0
            let stated = dataSet.string(.numberOfFrames) ?? ""
            layout = .unclear("Number of Frames \(Tag.numberOfFrames) is \(stated.prefix(20).debugDescription)")
            return
        }
        self.count = count
        layout = location.isEncapsulated
            ? Self.encapsulated(count, location, Self.extendedOffsets(dataSet), transferSyntax)
            : Self.native(dataSet, location, transferSyntax)
    }

    /// 1 where the attribute is absent or empty (PS3.3 §C.7.6.6 is for multi-frame images only); nil where it is no positive number.
    static func numberOfFrames(_ dataSet: DataSet) -> Int? {
        guard let text = dataSet.string(.numberOfFrames), !text.isEmpty else { return 1 }
        guard let number = dataSet.integer(.numberOfFrames), number > 0 else { return nil }
        return number
    }

    /// - Parameter index: from 0; messages count from 1 as DICOM does.
    /// - Throws: `noSuchFrame`, `truncated`, `framesUnclear`, each naming the frame.
    public func location(of index: Int) throws(ReadError) -> FrameLocation {
        func error(_ code: ReadError.Code, _ message: String) -> ReadError { self.error(code, index, message) }
        if case .unclear(let why) = layout { throw error(.framesUnclear, why) }
        try check(index)
        switch layout {
        case .native(let bits, let unit):
            let (start, overflow) = UInt64(index).multipliedReportingOverflow(by: bits)
            let (end, overflowEnd) = start.addingReportingOverflow(bits)
            // The unit is 1 or 2 bytes; a product that does not fit ends far beyond any value.
            let last = overflow || overflowEnd ? UInt64.max : end / 8 + (end % 8 > 0 ? 1 : 0)
            guard last <= value.length else {
                throw error(.truncated, "needs \(bits) bits from byte \(overflow ? .max : start / 8) on, the value has \(value.length) bytes")
            }
            let from = start / 8 / unit * unit
            let to = min((last + unit - 1) / unit * unit, value.length)
            return FrameLocation(range: ByteRange(offset: value.offset + from, length: to - from))
        case .listed(let frames):
            guard frames.indices.contains(index) else {
                throw error(.truncated, "is missing: \(frames.count) of \(count) frames are there")
            }
            guard frames[index].range.length > 0 else { throw error(.truncated, "is empty") }
            return frames[index]
        case .stream:
            throw error(.framesUnclear, "all frames are one video stream")
        case .unresolved, .unclear:
            throw error(.framesUnclear, "only the code streams tell where frames begin")
        }
    }

    /// - Parameter index: from 0.
    /// - Throws: `noSuchFrame` where Number of Frames is not above it.
    public func check(_ index: Int) throws(ReadError) {
        guard index >= 0, index < count else { throw error(.noSuchFrame, index, "there are frames 1 to \(count)") }
    }

    private func error(_ code: ReadError.Code, _ index: Int, _ message: String) -> ReadError {
        ReadError(code, path: [.pixelData], offset: value.offset, "frame \(index < .max ? index + 1 : index): \(message)")
    }

    // MARK: Native

    private static func native(_ dataSet: DataSet, _ location: PixelDataLocation, _ transferSyntax: TransferSyntax) -> Layout {
        guard let bits = bitsPerFrame(dataSet) else {
            return .unclear("Rows, Columns, Samples per Pixel and Bits Allocated do not tell how long a frame is")
        }
        // Bytes packed in big endian words: their pairs have changed places (PS3.5 §8.1.1).
        let isPaired = transferSyntax.hasBigEndianPixels && location.vr == .OW && (dataSet.integer(.bitsAllocated) ?? 0) <= 8
        return .native(bits: bits, unit: isPaired ? 2 : 1)
    }

    /// Bits of one native frame (PS3.5 §8.1.1); nil where an attribute is missing or nonsense.
    public static func bitsPerFrame(_ dataSet: DataSet) -> UInt64? {
        guard let rows = dataSet.integer(.rows), let columns = dataSet.integer(.columns),
            let bitsAllocated = dataSet.integer(.bitsAllocated), rows > 0, columns > 0, (1...64).contains(bitsAllocated)
        else { return nil }
        let samples = dataSet.integer(.samplesPerPixel) ?? 1
        guard (1...4).contains(samples) else { return nil }
        // PS3.3 §C.7.6.3.1.2: two chroma pairs are shared by two pixels.
        let isSubsampled = samples == 3 && dataSet.string(.photometricInterpretation).map { $0 == "YBR_FULL_422" || $0 == "YBR_PARTIAL_422" } == true
        let (pixels, overflow) = UInt64(rows).multipliedReportingOverflow(by: UInt64(columns))
        let (bits, overflowBits) = pixels.multipliedReportingOverflow(by: UInt64((isSubsampled ? 2 : samples) * bitsAllocated))
        return overflow || overflowBits ? nil : bits
    }
}

extension TransferSyntax {
    /// Explicit VR Big Endian, and GE's private syntax whose pixel data alone is.
    public var hasBigEndianPixels: Bool { encoding.isBigEndian || uid.text == "1.2.840.113619.5.2" }
}
