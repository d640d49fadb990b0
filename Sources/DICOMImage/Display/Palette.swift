import DICOM

/// Red, green and blue of PALETTE COLOR, and of supplemental palettes (PS3.3 §C.7.6.3.1.5, §C.7.6.3.1.6, §C.7.9.2).
struct Palette: Sendable {
    private let red: LookupTable, green: LookupTable, blue: LookupTable
    /// Some writers say 16 bits and write 8: all entries in the low byte would be a black picture.
    let hasBytesInWords: Bool

    /// First stored value that has a colour of its own.
    var first: Int { red.first }

    init(_ dataSet: DataSet, isSigned: Bool) throws(ImageError) {
        func table(_ descriptor: Tag, _ data: Tag, _ segmented: Tag) throws(ImageError) -> LookupTable {
            try LookupTable(descriptor: descriptor, data: data, segmented: segmented, in: dataSet, isSigned: isSigned)
        }
        red = try table(.redPaletteColorLookupTableDescriptor, .redPaletteColorLookupTableData, .segmentedRedPaletteColorLookupTableData)
        green = try table(.greenPaletteColorLookupTableDescriptor, .greenPaletteColorLookupTableData, .segmentedGreenPaletteColorLookupTableData)
        blue = try table(.bluePaletteColorLookupTableDescriptor, .bluePaletteColorLookupTableData, .segmentedBluePaletteColorLookupTableData)
        hasBytesInWords = red.bits > 8 && ![red, green, blue].contains { $0.entries.contains { $0 > 0xFF } }
    }

    /// The supplemental palette of a grey image whose frame is to be seen in colour (PS3.3 §C.7.6.19, §C.8.16.2.1.1.1).
    ///
    /// - Returns: nil where Pixel Presentation of the frame, or of the image, is not COLOR.
    static func supplemental(_ dataSet: DataSet, frameIndex: Int, isSigned: Bool) throws(ImageError) -> Palette? {
        let groups = FunctionalGroups(dataSet, frameIndex: frameIndex)
        let own = Tag.frameTypeSequences.lazy.compactMap { groups[$0]?.string(.pixelPresentation) }.first
        guard dataSet[.redPaletteColorLookupTableDescriptor] != nil, (own ?? dataSet.string(.pixelPresentation)) == "COLOR" else { return nil }
        return try Palette(dataSet, isSigned: isSigned)
    }

    // MARK: Colours

    /// R, G, B of each pixel.
    ///
    /// Entries of 16 bits give their upper byte to pictures of 8 (half of the writers repeat the byte in both halves, the others
    /// shift it up: both mean it), entries of 8 bits are repeated in both halves for pictures of 16.
    ///
    /// - Parameter grey: for the stored values below the first one of a supplemental palette.
    func colours<Level: FixedWidthInteger & UnsignedInteger>(
        of frame: Frame, below grey: GreyTransform? = nil, _: Level.Type = Level.self
    ) throws(ImageError) -> [Level] {
        switch frame.samples {
        case .unsigned8(let samples): looked(samples, grey)
        case .signed8(let samples): looked(samples, grey)
        case .unsigned16(let samples): looked(samples, grey)
        case .signed16(let samples): looked(samples, grey)
        default: throw ImageError(.unsupported, .bitsAllocated, "\(frame.description.bitsAllocated) bits in a palette image")
        }
    }

    private func level<Level: FixedWidthInteger & UnsignedInteger>(_ entry: UInt16, _ table: LookupTable) -> Level {
        let bits = hasBytesInWords ? 8 : table.bits
        if bits >= Level.bitWidth { return Level(truncatingIfNeeded: entry >> UInt16(bits - Level.bitWidth)) }
        let top = (1 << bits) - 1
        return Level((Int(entry) * Int(Level.max) + top / 2) / top)
    }

    private func looked<Sample: FixedWidthInteger, Level: FixedWidthInteger & UnsignedInteger>(_ samples: [Sample], _ grey: GreyTransform?) -> [Level] {
        let range = SampleStatistics.extent(samples)
        let low = range.lowerBound
        var table: [Level] = []
        table.reserveCapacity(range.count * 3)
        for value in range { table += [level(red(value), red), level(green(value), green), level(blue(value), blue)] }
        if let grey, low < first {
            for (index, level) in grey.table(over: low...min(range.upperBound, first - 1), Level.self).enumerated() {
                for channel in 0..<3 { table[3 * index + channel] = level }
            }
        }
        return [Level](unsafeUninitializedCapacity: samples.count * 3) { target, made in
            samples.withUnsafeBufferPointer { samples in
                table.withUnsafeBufferPointer { table in
                    for index in 0..<samples.count {
                        let entry = (Int(samples[index]) &- low) &* 3
                        target[index &* 3] = table[entry]
                        target[index &* 3 &+ 1] = table[entry &+ 1]
                        target[index &* 3 &+ 2] = table[entry &+ 2]
                    }
                }
            }
            made = samples.count * 3
        }
    }
}
