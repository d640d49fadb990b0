import DICOM

/// What a code stream says of itself, before a library is allowed to believe it.
struct CodeStreamShape {
    /// As it is named to people.
    let codec: String
    let rows: Int
    let columns: Int
    let components: Int
    /// Bits of a sample.
    let precision: Int

    /// - Throws: `invalid` where it is not the frame of the data set, `unsupported` where samples are not integers of 8, 16 or 32 bits.
    func check(against description: PixelDescription) throws(ImageError) {
        guard description.isCodable else {
            throw ImageError(.unsupported, .pixelData, "\(codec) holds integers of 8 to 32 bits allocated, not \(description.bitsAllocated) bits as described")
        }
        guard rows == description.rows, columns == description.columns else {
            throw ImageError(
                .invalid, .pixelData,
                "\(codec): the code stream has \(rows) rows of \(columns) columns, the data set \(description.rows) of \(description.columns)")
        }
        guard components == description.samplesPerPixel else {
            throw ImageError(
                .invalid, .pixelData,
                "\(codec): the code stream has \(components) components, the data set \(description.samplesPerPixel) samples per pixel")
        }
        guard precision <= description.bitsAllocated else {
            throw ImageError(
                .invalid, .pixelData,
                "\(codec): the code stream has samples of \(precision) bits, the data set's words only \(description.bitsAllocated)")
        }
    }
}

extension PixelDescription {
    /// Integers in words that libraries know: not single bits, not 64.
    var isCodable: Bool {
        guard case .integer = number else { return false }
        return 8...32 ~= bitsAllocated
    }
}
