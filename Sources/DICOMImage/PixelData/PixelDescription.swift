import DICOM

/// Shape and meaning of an image's samples: the Image Pixel Module (PS3.3 §C.7.6.3), checked.
///
/// Whoever holds one may multiply its numbers: every product fits and is within ``ImageLimits``.
public struct PixelDescription: Sendable, Equatable {
    /// How a sample's bits are a number.
    public enum Number: Sendable, Equatable {
        case integer(isSigned: Bool)
        /// Float Pixel Data, Double Float Pixel Data (PS3.3 §C.7.6.24, §C.7.6.25).
        case float, double
    }

    public let rows: Int
    public let columns: Int
    public let samplesPerPixel: Int
    /// 1, 8, 16, 32 or 64.
    public let bitsAllocated: Int
    public let bitsStored: Int
    public let highBit: Int
    public let number: Number
    /// All samples of one colour, then all of the next (Planar Configuration 1).
    public let isPlanar: Bool
    public let photometricInterpretation: PhotometricInterpretation
    /// Y1 Y2 CB CR for two pixels of a row, as uncompressed YBR_FULL_422 lies (PS3.3 §C.7.6.3.1.2).
    public let sharesChroma: Bool
    public let numberOfFrames: Int

    public var pixels: Int { rows * columns }
    public var samples: Int { rows * columns * samplesPerPixel }
    public var isSigned: Bool { number == .integer(isSigned: true) }

    /// Bits of one native frame (PS3.5 §8.1.1).
    public var frameBits: Int { pixels * (sharesChroma ? 2 : samplesPerPixel) * bitsAllocated }

    /// Bytes of a ``NativeFrame``: nothing shared between pixels, single bits eight in a byte.
    public var frameBytes: Int { bitsAllocated == 1 ? (samples + 7) / 8 : samples * (bitsAllocated / 8) }

    /// The same samples, side by side pixel for pixel with a chroma for each, and what they mean there.
    public func interleaved(as photometricInterpretation: PhotometricInterpretation) -> PixelDescription {
        with(highBit: highBit, photometricInterpretation: photometricInterpretation.withFullChroma)
    }

    /// The same samples, interleaved and shifted down until nothing lies below them.
    public var aligned: PixelDescription { with(highBit: bitsStored - 1, photometricInterpretation: photometricInterpretation) }

    private func with(highBit: Int, photometricInterpretation: PhotometricInterpretation) -> PixelDescription {
        PixelDescription(
            rows: rows, columns: columns, samplesPerPixel: samplesPerPixel, bitsAllocated: bitsAllocated, bitsStored: bitsStored,
            highBit: highBit, number: number, isPlanar: false, photometricInterpretation: photometricInterpretation.withFullChroma,
            sharesChroma: false, numberOfFrames: numberOfFrames)
    }

    /// Of numbers that were checked before.
    init(
        rows: Int, columns: Int, samplesPerPixel: Int, bitsAllocated: Int, bitsStored: Int, highBit: Int, number: Number,
        isPlanar: Bool, photometricInterpretation: PhotometricInterpretation, sharesChroma: Bool, numberOfFrames: Int
    ) {
        self.rows = rows
        self.columns = columns
        self.samplesPerPixel = samplesPerPixel
        self.bitsAllocated = bitsAllocated
        self.bitsStored = bitsStored
        self.highBit = highBit
        self.number = number
        self.isPlanar = isPlanar
        self.photometricInterpretation = photometricInterpretation
        self.sharesChroma = sharesChroma
        self.numberOfFrames = numberOfFrames
    }

    /// Values that Bits Stored and Pixel Representation allow; nil for floating point, and for 64 bits without sign, which `Int` cannot hold.
    public var storedRange: ClosedRange<Int>? {
        guard case .integer(let isSigned) = number, isSigned || bitsStored < 64 else { return nil }
        return isSigned ? Int.min >> (64 - bitsStored)...Int.max >> (64 - bitsStored) : 0...Int(UInt.max >> (64 - UInt(bitsStored)))
    }

    /// - Parameter dataSet: the attributes before the pixel data are enough; floating point pixel data is known by its
    ///   element (it may be held outside), or by Bits Allocated 32 or 64 without Pixel Representation.
    /// - Throws: `missing`, `invalid`, `unsupported`, `tooLarge`, naming the attribute.
    public init(_ dataSet: DataSet) throws(ImageError) {
        rows = try Self.positive(.rows, in: dataSet)
        columns = try Self.positive(.columns, in: dataSet)
        let (pixels, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard !overflow, pixels <= ImageLimits.framePixels else {
            throw ImageError(.tooLarge, .rows, "\(rows) rows of \(columns) columns are more than \(ImageLimits.framePixels) pixels")
        }

        guard let term = dataSet.string(.photometricInterpretation) else {
            throw ImageError(.missing, .photometricInterpretation, "is needed to know what the samples mean")
        }
        guard let photometric = PhotometricInterpretation(rawValue: term) else {
            let why = Self.retired.contains(term) ? "is retired and no longer defined by the standard" : "is no term of PS3.3 §C.7.6.3.1.2"
            throw ImageError(.unsupported, .photometricInterpretation, "\(term.prefix(32)) \(why)")
        }
        photometricInterpretation = photometric
        sharesChroma = photometric.sharesChroma

        samplesPerPixel = try Self.positive(.samplesPerPixel, in: dataSet)
        guard samplesPerPixel == photometric.samplesPerPixel else {
            throw ImageError(.invalid, .samplesPerPixel, "is \(samplesPerPixel), but \(term) has \(photometric.samplesPerPixel)")
        }

        bitsAllocated = try Self.positive(.bitsAllocated, in: dataSet)
        number = try Self.number(in: dataSet, bitsAllocated: bitsAllocated)
        (bitsStored, highBit) = try Self.storedBits(in: dataSet, number, bitsAllocated: bitsAllocated)

        switch dataSet.integer(.planarConfiguration) ?? 0 {
        // Without meaning for one sample (PS3.3 §C.7.6.3.1.3), and a pair of chroma samples has no plane of its own.
        case 1: isPlanar = samplesPerPixel > 1 && !photometric.sharesChroma
        case 0: isPlanar = false
        case let other: throw ImageError(.invalid, .planarConfiguration, "is \(other), not 0 or 1")
        }

        if dataSet.string(.numberOfFrames) == nil {
            numberOfFrames = 1
        } else {
            numberOfFrames = try Self.positive(.numberOfFrames, in: dataSet)
        }

        if bitsAllocated == 1, samplesPerPixel > 1 {
            throw ImageError(.unsupported, .samplesPerPixel, "is \(samplesPerPixel) with samples of 1 bit")
        }

        // Decoded to whole bytes; at most 2^28 × 3 × 8, which cannot overflow.
        let bytes = pixels * samplesPerPixel * max(bitsAllocated / 8, 1)
        guard bytes <= ImageLimits.frameBytes else {
            throw ImageError(.tooLarge, .rows, "a frame of \(bytes) bytes is more than \(ImageLimits.frameBytes)")
        }
    }

    /// Terms of earlier editions; ARGB and CMYK had four samples a pixel.
    private static let retired: Set<String> = ["HSV", "ARGB", "CMYK"]

    private static func positive(_ tag: Tag, in dataSet: DataSet) throws(ImageError) -> Int {
        guard let number = dataSet.integer(tag) else { throw ImageError(.missing, tag, "is needed to know the shape of the pixel data") }
        guard number > 0 else { throw ImageError(.invalid, tag, "is \(number)") }
        return number
    }

    private static func number(in dataSet: DataSet, bitsAllocated: Int) throws(ImageError) -> Number {
        let isFloating = dataSet[.floatPixelData] != nil || dataSet[.doubleFloatPixelData] != nil
            || dataSet[.pixelRepresentation] == nil && dataSet[.bitsStored] == nil
        switch (isFloating, bitsAllocated) {
        case (true, 32): return .float
        case (true, 64): return .double
        case (false, 1), (false, 8), (false, 16), (false, 32), (false, 64):
            switch dataSet.integer(.pixelRepresentation) {
            case 0: return .integer(isSigned: false)
            case 1: return .integer(isSigned: true)
            case nil: throw ImageError(.missing, .pixelRepresentation, "is needed to know the sign of the samples")
            case let other?: throw ImageError(.invalid, .pixelRepresentation, "is \(other), not 0 or 1")
            }
        case (true, 1), (true, 8), (true, 16):
            throw ImageError(.missing, .pixelRepresentation, "is needed to know the sign of the samples")
        default: throw ImageError(.unsupported, .bitsAllocated, "\(bitsAllocated) is not 1, 8, 16, 32 or 64 (PS3.5 §8.1.1)")
        }
    }

    private static func storedBits(in dataSet: DataSet, _ number: Number, bitsAllocated: Int) throws(ImageError) -> (Int, Int) {
        guard case .integer = number else { return (bitsAllocated, bitsAllocated - 1) }
        let stored = try positive(.bitsStored, in: dataSet)
        guard stored <= bitsAllocated else {
            throw ImageError(.invalid, .bitsStored, "\(stored) is more than the \(bitsAllocated) of Bits Allocated")
        }
        let high = dataSet.integer(.highBit) ?? stored - 1
        guard high < bitsAllocated, high >= stored - 1 else {
            throw ImageError(.invalid, .highBit, "\(high) leaves no room for \(stored) bits in \(bitsAllocated)")
        }
        return (stored, high)
    }
}
