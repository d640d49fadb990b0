extension PixelDescription {
    /// From numbers that crossed a border between processes: held to the same rules as those of a data set.
    ///
    /// - Throws: `invalid` or `tooLarge`, naming the attribute.
    package init(
        checking rows: Int, columns: Int, bitsAllocated: Int, bitsStored: Int, highBit: Int, number: Number, isPlanar: Bool,
        photometricInterpretation: PhotometricInterpretation, sharesChroma: Bool = false, numberOfFrames: Int
    ) throws(ImageError) {
        guard rows > 0, columns > 0 else { throw ImageError(.invalid, rows > 0 ? .columns : .rows, "is not positive") }
        let (pixels, overflow) = rows.multipliedReportingOverflow(by: columns)
        guard !overflow, pixels <= ImageLimits.framePixels else { throw ImageError(.tooLarge, .rows, "\(rows) rows of \(columns) columns") }
        let allocations = switch number {
        case .integer: [1, 8, 16, 32, 64]
        case .float: [32]
        case .double: [64]
        }
        guard allocations.contains(bitsAllocated) else { throw ImageError(.invalid, .bitsAllocated, "is \(bitsAllocated)") }
        guard (1...bitsAllocated).contains(bitsStored) else { throw ImageError(.invalid, .bitsStored, "is \(bitsStored)") }
        guard (bitsStored - 1..<bitsAllocated).contains(highBit) else { throw ImageError(.invalid, .highBit, "is \(highBit)") }
        guard !sharesChroma || photometricInterpretation.samplesPerPixel == 3 && !isPlanar else {
            throw ImageError(.invalid, .photometricInterpretation, "\(photometricInterpretation.rawValue) shares no chroma so")
        }
        guard numberOfFrames > 0 else { throw ImageError(.invalid, .numberOfFrames, "is \(numberOfFrames)") }
        let samplesPerPixel = photometricInterpretation.samplesPerPixel
        guard pixels * samplesPerPixel * max(bitsAllocated / 8, 1) <= ImageLimits.frameBytes else {
            throw ImageError(.tooLarge, .rows, "a frame of \(rows) rows of \(columns) columns")
        }
        self.init(
            rows: rows, columns: columns, samplesPerPixel: samplesPerPixel, bitsAllocated: bitsAllocated, bitsStored: bitsStored, highBit: highBit,
            number: number, isPlanar: isPlanar, photometricInterpretation: photometricInterpretation, sharesChroma: sharesChroma,
            numberOfFrames: numberOfFrames)
    }
}
