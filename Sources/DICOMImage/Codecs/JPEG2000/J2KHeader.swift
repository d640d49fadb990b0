import DICOM

/// What the main header of a JPEG 2000 code stream says (ISO/IEC 15444-1 Annex A), read before a library sees it.
struct J2KHeader {
    struct Component: Equatable {
        /// Bits of a sample, 1 to 38.
        var precision: Int
        var isSigned: Bool
        /// Columns and rows of the reference grid for one sample: 2 where chroma is subsampled.
        var stepX: Int
        var stepY: Int
    }

    /// COD or COC: how samples became packets.
    struct Coding {
        var decompositions: Int
        /// Binary logarithms of precinct width and height, lowest resolution first.
        var precincts: [(x: Int, y: Int)]
        /// 5-3 wavelet: exact; else 9-7.
        var isReversible: Bool
        /// Of code blocks: 40H where all are high-throughput ones (ISO/IEC 15444-15), and do nothing else unusual.
        var style: UInt8
    }

    /// Of the reference grid, from the image's upper left corner.
    var width = 0, height = 0
    /// Where the image begins on the grid.
    var originX = 0, originY = 0
    var tileWidth = 0, tileHeight = 0, tileOriginX = 0, tileOriginY = 0
    var components: [Component] = []
    var layers = 1
    /// Markers around packets (SOP, EPH).
    var marksPackets = false
    /// RCT or ICT over the first three components: the samples are RGB once it is undone.
    var hasComponentTransform = false
    var coding = Coding(decompositions: 0, precincts: [], isReversible: true, style: 0)
    var codingOfComponents: [Coding] = []
    /// Sqcd and the bytes behind it.
    private(set) var quantisation: (style: UInt8, length: Int) = (0, 0)
    /// Marker segments that change what COD and QCD say, or where packet headers are.
    private(set) var hasExceptions = false
    /// Offset of the first tile-part.
    var end = 0

    var tilesAcross: Int { (originX + width - tileOriginX + tileWidth - 1) / tileWidth }
    var tilesDown: Int { (originY + height - tileOriginY + tileHeight - 1) / tileHeight }

    /// - Throws: `invalid`, `truncated`, `tooLarge`.
    init(_ bytes: J2KBytes) throws(ImageError) {
        guard try bytes.uint16(0) == J2KMarker.soc, try bytes.uint16(2) == J2KMarker.siz else {
            throw ImageError(.invalid, .pixelData, "is no JPEG 2000 code stream: begins with \(bytes.beginning)")
        }
        var offset = 2
        var hasCoding = false
        while true {
            let marker = try bytes.uint16(offset)
            if marker == J2KMarker.sot { break }
            guard marker >= 0xFF01, marker != J2KMarker.sod, marker != J2KMarker.eoc else {
                throw ImageError(.invalid, .pixelData, "the code stream has \(String(marker, radix: 16)) instead of a marker at byte \(offset)")
            }
            let length = Int(try bytes.uint16(offset + 2))
            guard length >= 2, offset + 2 + length <= bytes.count else {
                throw ImageError(.truncated, .pixelData, "a marker segment at byte \(offset) exceeds the code stream's \(bytes.count)")
            }
            switch marker {
            case J2KMarker.siz: try readSize(bytes, at: offset + 4, length: length - 2)
            case J2KMarker.cod:
                try readCoding(bytes, at: offset + 4, end: offset + 2 + length)
                hasCoding = true
            case J2KMarker.coc:
                let wide = components.count < 257 ? 1 : 2
                let hasPrecincts = try bytes.uint8(offset + 4 + wide) & 1 != 0
                codingOfComponents.append(try Coding(bytes, at: offset + 5 + wide, end: offset + 2 + length, hasPrecincts: hasPrecincts))
                hasExceptions = true
            case J2KMarker.qcd where length > 2: quantisation = (try bytes.uint8(offset + 4), length - 3)
            case J2KMarker.cap, J2KMarker.com, J2KMarker.tlm: break
            default: hasExceptions = true
            }
            offset += 2 + length
        }
        guard hasCoding else { throw ImageError(.invalid, .pixelData, "the code stream does not say how it is coded (COD)") }
        end = offset
    }

    private mutating func readSize(_ bytes: J2KBytes, at offset: Int, length: Int) throws(ImageError) {
        guard components.isEmpty, length >= 36 else { throw ImageError(.invalid, .pixelData, "the code stream has a wrong size segment (SIZ)") }
        let right = Int(try bytes.uint32(offset + 2)), bottom = Int(try bytes.uint32(offset + 6))
        originX = Int(try bytes.uint32(offset + 10))
        originY = Int(try bytes.uint32(offset + 14))
        tileWidth = Int(try bytes.uint32(offset + 18))
        tileHeight = Int(try bytes.uint32(offset + 22))
        tileOriginX = Int(try bytes.uint32(offset + 26))
        tileOriginY = Int(try bytes.uint32(offset + 30))
        (width, height) = (right - originX, bottom - originY)
        guard width > 0, height > 0, tileWidth > 0, tileHeight > 0, tileOriginX <= originX, tileOriginY <= originY,
            tileOriginX + tileWidth > originX, tileOriginY + tileHeight > originY
        else { throw ImageError(.invalid, .pixelData, "the code stream's image and tile sizes contradict each other (SIZ)") }

        let count = Int(try bytes.uint16(offset + 34))
        guard count > 0, count <= 16384, length == 36 + 3 * count else {
            throw ImageError(.invalid, .samplesPerPixel, "the code stream says that it has \(count) components")
        }
        for index in 0..<count {
            let depth = try bytes.uint8(offset + 36 + 3 * index)
            let component = Component(
                precision: Int(depth & 0x7F) + 1, isSigned: depth & 0x80 != 0,
                stepX: Int(try bytes.uint8(offset + 37 + 3 * index)), stepY: Int(try bytes.uint8(offset + 38 + 3 * index)))
            guard component.precision <= 38, component.stepX > 0, component.stepY > 0 else {
                throw ImageError(.invalid, .pixelData, "component \(index) of the code stream has a wrong precision or subsampling")
            }
            components.append(component)
        }
    }

    private mutating func readCoding(_ bytes: J2KBytes, at offset: Int, end: Int) throws(ImageError) {
        let style = try bytes.uint8(offset)
        marksPackets = style & 6 != 0
        layers = Int(try bytes.uint16(offset + 2))
        guard layers > 0, try bytes.uint8(offset + 1) <= 4 else { throw ImageError(.invalid, .pixelData, "the code stream's progression is unknown (COD)") }
        let transform = try bytes.uint8(offset + 4)
        hasComponentTransform = transform == 1
        // Those of part 2 (ISO/IEC 15444-2) leave what the label says, not RGB.
        if transform > 1 { hasExceptions = true }
        coding = try Coding(bytes, at: offset + 5, end: end, hasPrecincts: style & 1 != 0)
    }
}

extension J2KHeader.Coding {
    /// SPcod or SPcoc (ISO/IEC 15444-1 Table A.15).
    init(_ bytes: J2KBytes, at offset: Int, end: Int, hasPrecincts: Bool) throws(ImageError) {
        let decompositions = Int(try bytes.uint8(offset))
        guard decompositions <= 32 else { throw ImageError(.invalid, .pixelData, "the code stream says \(decompositions) decompositions; 32 are possible") }
        guard end - offset >= 5 + (hasPrecincts ? decompositions + 1 : 0) else {
            throw ImageError(.invalid, .pixelData, "the code stream's coding style ends too early")
        }
        self.decompositions = decompositions
        style = try bytes.uint8(offset + 3)
        isReversible = try bytes.uint8(offset + 4) == 1
        precincts = []
        for resolution in 0...decompositions {
            let size = hasPrecincts ? try bytes.uint8(offset + 5 + resolution) : 0xFF
            precincts.append((Int(size & 15), Int(size >> 4)))
        }
    }
}

extension J2KHeader {
    /// High-throughput code blocks and nothing that OpenJPH leaves out, passes over or gets wrong: version 0.9 does where
    /// a side of one sample is split again.
    var suitsOpenJPH: Bool {
        let bands = 3 * coding.decompositions + 1
        let quantised = coding.isReversible ? (style: 0, length: bands) : (style: 2, length: 2 * bands)
        let isOneTile = originX == 0 && originY == 0 && tileOriginX == 0 && tileOriginY == 0 && tilesAcross == 1 && tilesDown == 1
        return isOneTile && min(width, height) >> coding.decompositions >= 1 && coding.style == 0x40 && layers == 1 && !marksPackets && !hasExceptions
            && Int(quantisation.style & 31) == quantised.style && quantisation.length == quantised.length
            && components.allSatisfy { $0.precision <= 16 && $0.stepX == 1 && $0.stepY == 1 }
    }
}
