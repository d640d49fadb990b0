import DICOM

/// Red, green and blue of PALETTE COLOR, 8 bits each (PS3.3 §C.7.6.3.1.5, §C.7.6.3.1.6, §C.7.9.2).
struct Palette: Sendable {
    private let red: LookupTable, green: LookupTable, blue: LookupTable
    private let shift: Int

    init(_ dataSet: DataSet, isSigned: Bool) throws(ImageError) {
        func table(_ descriptor: Tag, _ data: Tag, _ segmented: Tag) throws(ImageError) -> LookupTable {
            try LookupTable(descriptor: descriptor, data: data, segmented: segmented, in: dataSet, isSigned: isSigned)
        }
        red = try table(.redPaletteColorLookupTableDescriptor, .redPaletteColorLookupTableData, .segmentedRedPaletteColorLookupTableData)
        green = try table(.greenPaletteColorLookupTableDescriptor, .greenPaletteColorLookupTableData, .segmentedGreenPaletteColorLookupTableData)
        blue = try table(.bluePaletteColorLookupTableDescriptor, .bluePaletteColorLookupTableData, .segmentedBluePaletteColorLookupTableData)
        // Some writers say 16 bits and write 8: all entries in the low byte would be a black picture.
        let highest = [red, green, blue].flatMap(\.entries).max() ?? 0
        shift = red.bits > 8 && highest > 0xFF ? red.bits - 8 : 0
    }

    /// R, G, B of each pixel.
    func colours(of frame: Frame) throws(ImageError) -> [UInt8] {
        switch frame.samples {
        case .unsigned8(let samples): looked(samples)
        case .signed8(let samples): looked(samples)
        case .unsigned16(let samples): looked(samples)
        case .signed16(let samples): looked(samples)
        default: throw ImageError(.unsupported, .bitsAllocated, "\(frame.description.bitsAllocated) bits in a palette image")
        }
    }

    private func looked<Sample: FixedWidthInteger>(_ samples: [Sample]) -> [UInt8] {
        let range = Frame.extent(samples)
        let low = range.lowerBound
        let table = range.flatMap { value in
            [red, green, blue].map { UInt8(truncatingIfNeeded: $0(value) >> UInt16(shift)) }
        }
        return [UInt8](unsafeUninitializedCapacity: samples.count * 3) { target, made in
            table.withUnsafeBufferPointer { table in
                for index in 0..<samples.count {
                    let entry = (Int(samples[index]) &- low) &* 3
                    target[index &* 3] = table[entry]
                    target[index &* 3 &+ 1] = table[entry &+ 1]
                    target[index &* 3 &+ 2] = table[entry &+ 2]
                }
            }
            made = samples.count * 3
        }
    }
}
