import DICOM

/// The marker segment that tells where tile-parts begin (TLM, ISO/IEC 15444-1 §A.7.1), which PS3.5 §10.18 asks for in
/// HTJ2K RPCL so that a reader can ask for the low resolutions alone.
enum TilePartLengths {
    /// - Parameter codestream: complete, with lengths in its tile-parts.
    static func inserted(into codestream: [UInt8]) throws(ImageError) -> [UInt8] {
        var tiles: [(tile: UInt16, length: UInt32)] = []
        var header = 0
        var failure: ImageError?
        codestream.withUnsafeBytes { raw in
            do throws(ImageError) {
                let bytes = J2KBytes(raw)
                header = try J2KHeader(bytes).end
                var offset = header
                while try bytes.uint16(offset) == J2KMarker.sot {
                    let length = try bytes.uint32(offset + 6)
                    guard length >= 14 else { throw ImageError(.encoding, .pixelData, "a tile-part without length") }
                    tiles.append((try bytes.uint16(offset + 4), length))
                    offset += Int(length)
                }
            } catch { failure = error }
        }
        if let failure { throw failure }
        // 16 bits of length: as many as one segment holds; one frame is one tile here.
        guard tiles.count <= 10_000 else { throw ImageError(.unsupported, .pixelData, "\(tiles.count) tile-parts in one segment") }

        // Ztlm 0; Stlm: tile numbers of 16 bits, lengths of 32.
        var segment = bigEndian(J2KMarker.tlm) + bigEndian(UInt16(4 + 6 * tiles.count)) + [0, 0x60]
        for (tile, length) in tiles { segment += bigEndian(tile) + bigEndian(length) }
        return codestream[..<header] + segment + codestream[header...]
    }

    private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] { withUnsafeBytes(of: number.bigEndian) { [UInt8]($0) } }
}
