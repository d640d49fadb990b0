import DICOM

/// Between the libraries' rows of one component, 32 bits a sample, and the interleaved words of a ``NativeFrame``.
///
/// The low Bits Stored bits of a number are the sample's bits, and Pixel Representation says how they are read: a code
/// stream that calls a signed picture unsigned (or the other way round) carries the same bits, as devices in the field
/// show. Where it has fewer bits than Bits Stored its numbers are taken as they are.
struct J2KRows {
    let description: PixelDescription
    /// The data set's sign, and from which bit on it is extended or cleared; nil where the numbers stay as they are.
    private let reinterpretedBits: Int?
    /// Places between bit 0 and the sample's lowest bit in its word.
    private let shift: Int
    private let minimum: Int32
    private let maximum: Int32
    /// Negative numbers have no place in the data set's unsigned words.
    private let refusesNegative: Bool

    /// - Parameter component: of the code stream; its precision is at most Bits Allocated.
    init(_ description: PixelDescription, decoding component: J2KHeader.Component) {
        self.description = description
        let precision = component.precision, isSigned = component.isSigned
        let differs = isSigned != description.isSigned
        reinterpretedBits = differs && precision == description.bitsStored ? precision : nil
        refusesNegative = isSigned && differs && precision != description.bitsStored
        // A stream of more bits than Bits Stored holds whole words.
        shift = precision <= description.bitsStored ? description.highBit + 1 - description.bitsStored : 0
        minimum = isSigned ? Int32(truncatingIfNeeded: -1 << (precision - 1)) : precision == 32 ? .min : 0
        maximum = precision == 32 ? .max : Int32(truncatingIfNeeded: (1 << (isSigned ? precision - 1 : precision)) - 1)
    }

    init(encoding description: PixelDescription) {
        self.init(description, decoding: .init(precision: description.bitsStored, isSigned: description.isSigned, stepX: 1, stepY: 1))
    }

    /// Stores one row of one component; numbers outside the precision are brought to its limits.
    ///
    /// - Parameters:
    ///   - values: as many as there are columns, or fewer where they are repeated `stepX` times.
    /// - Returns: whether all numbers have a place in the data set's words.
    func store(_ values: UnsafeBufferPointer<Int32>, row: Int, channel: Int, stepX: Int, in output: UnsafeMutableRawBufferPointer) -> Bool {
        guard row >= 0, row < description.rows, channel >= 0, channel < description.samplesPerPixel,
            values.count >= (description.columns + stepX - 1) / stepX
        else { return false }
        switch description.bitsAllocated {
        case 1: return storeBits(values, row: row, stepX: stepX, in: output)
        case 8: return store(values, row, channel, stepX, output, UInt8.self)
        case 16: return store(values, row, channel, stepX, output, UInt16.self)
        default: return store(values, row, channel, stepX, output, UInt32.self)
        }
    }

    private func store<Word: FixedWidthInteger>(
        _ values: UnsafeBufferPointer<Int32>, _ row: Int, _ channel: Int, _ stepX: Int, _ output: UnsafeMutableRawBufferPointer, _: Word.Type
    ) -> Bool {
        let columns = description.columns, channels = description.samplesPerPixel
        let words = output.bindMemory(to: Word.self)
        let first = row * columns * channels + channel
        guard first + (columns - 1) * channels < words.count, let target = words.baseAddress?.advanced(by: first), let source = values.baseAddress
        else { return false }
        let minimum = minimum, maximum = maximum
        let up = Int32(truncatingIfNeeded: 32 - (reinterpretedBits ?? 32)), left = Int32(truncatingIfNeeded: shift)
        if up == 0, left == 0, stepX == 1 {
            if channels == 1 {
                for column in 0..<columns { target[column] = Word(truncatingIfNeeded: min(max(source[column], minimum), maximum)) }
            } else {
                for column in 0..<columns { target[column &* channels] = Word(truncatingIfNeeded: min(max(source[column], minimum), maximum)) }
            }
        } else {
            let isSigned = description.isSigned
            for column in 0..<columns {
                let value = min(max(source[stepX == 1 ? column : column / stepX], minimum), maximum) &<< up
                let sample = isSigned ? value &>> up : Int32(bitPattern: UInt32(bitPattern: value) &>> UInt32(bitPattern: up))
                target[column &* channels] = Word(truncatingIfNeeded: sample &<< left)
            }
        }
        guard refusesNegative else { return true }
        return values.allSatisfy { $0 >= 0 }
    }

    private func storeBits(_ values: UnsafeBufferPointer<Int32>, row: Int, stepX: Int, in output: UnsafeMutableRawBufferPointer) -> Bool {
        let first = row * description.columns
        guard (first + description.columns + 7) / 8 <= output.count else { return false }
        for column in 0..<description.columns {
            let bit = first + column, mask = UInt8(1) << UInt8(bit & 7)
            if values[column / stepX] == 0 { output[bit >> 3] &= ~mask } else { output[bit >> 3] |= mask }
        }
        return true
    }
}

extension J2KRows {
    /// The numbers of one row of one component.
    ///
    /// - Returns: false where bits outside Bits Stored hold something else than zeros or the sign: it would be lost.
    func load(row: Int, channel: Int, from samples: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Int32>) -> Bool {
        switch (description.bitsAllocated, description.isSigned) {
        case (1, _): loadBits(row: row, from: samples, into: values)
        case (8, false): load(row, channel, samples, values, UInt8.self)
        case (8, true): load(row, channel, samples, values, Int8.self)
        case (16, false): load(row, channel, samples, values, UInt16.self)
        case (16, true): load(row, channel, samples, values, Int16.self)
        case (_, false): load(row, channel, samples, values, UInt32.self)
        case (_, true): load(row, channel, samples, values, Int32.self)
        }
    }

    private func load<Word: FixedWidthInteger>(
        _ row: Int, _ channel: Int, _ samples: UnsafeRawBufferPointer, _ values: UnsafeMutableBufferPointer<Int32>, _: Word.Type
    ) -> Bool {
        let columns = description.columns, channels = description.samplesPerPixel, size = MemoryLayout<Word>.size
        let first = row * columns * channels + channel
        guard (first + (columns - 1) * channels + 1) * size <= samples.count, values.count >= columns else { return false }
        let up = Word(truncatingIfNeeded: Word.bitWidth - 1 - description.highBit), down = Word(truncatingIfNeeded: Word.bitWidth - description.bitsStored)
        let left = Word(truncatingIfNeeded: shift)
        let mask = (Word(truncatingIfNeeded: -1) &<< left) & Self.low(description.highBit + 1)
        var isWhole = true
        for column in 0..<columns {
            let word = samples.loadUnaligned(fromByteOffset: (first &+ column &* channels) &* size, as: Word.self)
            let sample = (word &<< up) &>> down
            values[column] = Int32(truncatingIfNeeded: sample)
            let again = sample &<< left
            isWhole = isWhole && (again == word || again & mask == word)
        }
        return isWhole
    }

    /// A word whose lowest bits are set.
    private static func low<Word: FixedWidthInteger>(_ bits: Int) -> Word {
        bits >= Word.bitWidth ? Word(truncatingIfNeeded: -1) : (1 &<< Word(truncatingIfNeeded: bits)) &- 1
    }

    private func loadBits(row: Int, from samples: UnsafeRawBufferPointer, into values: UnsafeMutableBufferPointer<Int32>) -> Bool {
        let first = row * description.columns
        guard (first + description.columns + 7) / 8 <= samples.count, values.count >= description.columns else { return false }
        for column in 0..<description.columns {
            let bit = first + column
            values[column] = Int32(samples[bit >> 3] >> UInt8(bit & 7)) & 1
        }
        return true
    }
}

extension J2KRows {
    static let negative = ImageError(
        .invalid, .pixelRepresentation, "is 0, but the code stream has negative numbers of fewer bits than Bits Stored")
    static let lost = ImageError(
        .unsupported, .bitsStored, "bits outside of it hold something (an overlay, a padding value) that JPEG 2000 would lose")
}
