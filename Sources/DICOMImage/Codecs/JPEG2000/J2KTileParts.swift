import DICOM

/// Walks the tile-parts of a code stream (ISO/IEC 15444-1 §A.4): are all of them here, and whole?
///
/// Libraries show what there is. A picture whose last bytes are missing is blurred, and looks like a finding.
struct J2KTileParts {
    private let header: J2KHeader
    private let bytes: J2KBytes

    init(_ header: J2KHeader, _ bytes: J2KBytes) {
        self.header = header
        self.bytes = bytes
    }

    /// A code stream that is complete.
    struct Whole {
        /// The tile-parts' headers change nothing of what the main header says.
        var isPlain = true
        /// EOC follows the last tile-part. Some devices leave it out; OpenJPEG 2.5 ends the process then.
        var isEnded = false
        /// Behind the last tile-part.
        var end: Int
    }

    /// - Throws: `truncated` where a tile or a part of one is missing; `invalid`.
    func check() throws(ImageError) -> Whole {
        let (tiles, overflow) = header.tilesAcross.multipliedReportingOverflow(by: header.tilesDown)
        guard !overflow, tiles <= bytes.count / 12, tiles <= 65535 else {
            throw ImageError(.tooLarge, .pixelData, "the code stream claims \(overflow ? Int.max : tiles) tiles in \(bytes.count) bytes")
        }
        var parts = [(seen: Int, of: Int)](repeating: (0, 0), count: tiles)
        var whole = Whole(end: header.end)
        var offset = header.end
        while offset + 2 <= bytes.count {
            let marker = try bytes.uint16(offset)
            if marker == J2KMarker.eoc {
                whole.isEnded = true
                break
            }
            guard marker == J2KMarker.sot else { throw truncated("neither a tile-part nor the end follows at byte \(offset)") }
            let tile = Int(try bytes.uint16(offset + 4)), length = Int(try bytes.uint32(offset + 6)), of = Int(try bytes.uint8(offset + 11))
            guard tile < tiles else { throw ImageError(.invalid, .pixelData, "tile \(tile) of \(tiles) in the code stream") }
            parts[tile].seen += 1
            parts[tile].of = max(parts[tile].of, of)
            if length == 0 {
                guard try endsWithEOC() else { throw truncated("its last tile-part has no end") }
                whole.isEnded = true
                if try !checkHeader(from: offset + 12, to: bytes.count) { whole.isPlain = false }
                break
            }
            guard length >= 14, length <= bytes.count - offset else {
                throw truncated("tile \(tile) has \(length) bytes from byte \(offset) on, \(bytes.count - offset) are here")
            }
            if try !checkHeader(from: offset + 12, to: offset + length) { whole.isPlain = false }
            offset += length
        }
        whole.end = offset
        for (tile, part) in parts.enumerated() {
            guard part.seen > 0 else { throw truncated("tile \(tile) of \(tiles) is missing") }
            guard whole.isEnded || part.seen >= part.of else { throw truncated("tile \(tile) has \(part.of) parts, \(part.seen) are here") }
        }
        return whole
    }

    /// Marker segments of a tile-part: they may change the coding style of their tile.
    private func checkHeader(from start: Int, to limit: Int) throws(ImageError) -> Bool {
        var offset = start, isPlain = true
        while true {
            let marker = try bytes.uint16(offset)
            if marker == J2KMarker.sod { return isPlain }
            let length = Int(try bytes.uint16(offset + 2))
            guard marker >= 0xFF01, length >= 2, offset + 2 + length <= limit - 2 else {
                throw ImageError(.invalid, .pixelData, "a tile-part has \(String(marker, radix: 16)) instead of a marker at byte \(offset)")
            }
            let end = offset + 2 + length
            if marker != J2KMarker.plt, marker != J2KMarker.com { isPlain = false }
            if marker == J2KMarker.cod || marker == J2KMarker.coc {
                let wide = header.components.count < 257 ? 1 : 2
                let style = marker == J2KMarker.cod ? offset + 4 : offset + 4 + wide
                let coding = try J2KHeader.Coding(
                    bytes, at: marker == J2KMarker.cod ? style + 5 : style + 1, end: end, hasPrecincts: try bytes.uint8(style) & 1 != 0)
                let layers = marker == J2KMarker.cod ? Int(try bytes.uint16(style + 2)) : header.layers
                try header.check(coding, layers: layers, width: min(header.tileWidth, header.width), height: min(header.tileHeight, header.height), bytes)
            }
            offset = end
        }
    }

    private func endsWithEOC() throws(ImageError) -> Bool {
        var end = bytes.count
        // Fragments are filled up to an even length.
        while end > 2, try bytes.uint8(end - 1) == 0 { end -= 1 }
        return end >= 2 ? try bytes.uint16(end - 2) == J2KMarker.eoc : false
    }

    private func truncated(_ what: String) -> ImageError { ImageError(.truncated, .pixelData, "the code stream is not complete: \(what)") }
}
