import DICOM

extension J2KHeader {
    /// Everything a library would believe, checked before it allocates.
    ///
    /// The frame is the data set's: a code stream of another shape is another picture. Its numbers of tiles and packets
    /// must fit in the bytes that are there: an empty packet needs a byte, a tile-part twelve.
    func check(_ description: PixelDescription, _ bytes: J2KBytes) throws(ImageError) -> J2KTileParts.Whole {
        guard case .integer = description.number else {
            throw ImageError(.unsupported, .pixelRepresentation, "JPEG 2000 holds integers, not floating point numbers")
        }
        guard height == description.rows else {
            throw ImageError(.invalid, .rows, "is \(description.rows), but the code stream has \(height) rows of \(width) columns")
        }
        guard width == description.columns else {
            throw ImageError(.invalid, .columns, "is \(description.columns), but the code stream has \(width) columns")
        }
        guard components.count == description.samplesPerPixel else {
            throw ImageError(.invalid, .samplesPerPixel, "is \(description.samplesPerPixel), but the code stream has \(components.count) components")
        }
        for component in components {
            guard component.precision <= description.bitsAllocated, component.precision <= 32 else {
                throw ImageError(.invalid, .bitsAllocated, "is \(description.bitsAllocated), but the code stream's samples have \(component.precision) bits")
            }
            guard component.precision == components[0].precision, component.isSigned == components[0].isSigned else {
                throw ImageError(.unsupported, .bitsStored, "the code stream's components differ in precision or sign")
            }
        }
        try checkSubsampling()
        guard !hasComponentTransform || components.count >= 3 else {
            throw ImageError(.invalid, .samplesPerPixel, "the code stream transforms three components, but has \(components.count)")
        }
        for coding in [coding] + codingOfComponents { try check(coding, layers: layers, width: width, height: height, bytes) }
        return try J2KTileParts(self, bytes).check()
    }

    private func checkSubsampling() throws(ImageError) {
        let isSubsampled = components.contains { $0.stepX != 1 || $0.stepY != 1 }
        guard isSubsampled else { return }
        guard originX == 0, originY == 0, !hasComponentTransform, components[0].stepX == 1, components[0].stepY == 1,
            components.allSatisfy({ $0.stepX <= 4 && $0.stepY <= 4 })
        else { throw ImageError(.unsupported, .pixelData, "components subsampled in this way are not put together") }
    }

    /// - Parameters:
    ///   - width, height: of the image, or of the tile that is coded so.
    func check(_ coding: Coding, layers: Int, width: Int, height: Int, _ bytes: J2KBytes) throws(ImageError) {
        var packets = 0.0
        for (resolution, precinct) in coding.precincts.enumerated() {
            let reduced = coding.decompositions - resolution
            func pieces(_ length: Int, _ log: Int) -> Double {
                let scaled = (length + (1 << reduced) - 1) >> reduced
                return Double((scaled + (1 << log) - 1) >> log)
            }
            packets += pieces(width, precinct.x) * pieces(height, precinct.y)
        }
        packets *= Double(layers)
        guard packets <= Double(bytes.count) else {
            throw ImageError(.tooLarge, .pixelData, "the code stream claims \(Int(packets)) packets in \(bytes.count) bytes")
        }
    }
}
