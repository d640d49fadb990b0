/// An animated GIF (GIF89a), frame by frame: what is returned is to be written before the next frame is made.
///
/// Greys are exact: the global table is the 256 greys. Colours get a table of each frame's own.
public struct GIFWriter: Sendable {
    public let width: Int
    public let height: Int
    private var isBegun = false
    /// Time since the start, exact and as it was written: hundredths of a second do not add up to a drift.
    private var exact = 0.0
    private var written = 0
    /// Frames were shorter than browsers show them.
    public private(set) var isSlowed = false
    /// A frame had more colours than a table holds.
    public private(set) var isReduced = false

    /// - Throws: `encoding` for pictures larger than GIF can say.
    public init(width: Int, height: Int) throws(ImageError) {
        guard (1...65535).contains(width), (1...65535).contains(height) else {
            throw ImageError(.encoding, nil, "GIF cannot hold \(width) × \(height) pixels")
        }
        self.width = width
        self.height = height
    }

    /// - Throws: `encoding` where the picture has another size than the first.
    public mutating func append(_ picture: Picture, milliseconds: Double) throws(ImageError) -> [UInt8] {
        guard picture.width == width, picture.height == height else {
            throw ImageError(.encoding, nil, "a frame of \(picture.width) × \(picture.height) pixels in an animation of \(width) × \(height)")
        }
        var out = isBegun ? [] : header
        isBegun = true
        out += [0x21, 0xF9, 4, 0x04] + word(delay(milliseconds)) + [0, 0]
        out += [0x2C, 0, 0, 0, 0] + word(width) + word(height)
        let levels = picture.bytes
        if picture.channels == 1 {
            out += [0]
            out += LZW.encoded(levels)
        } else {
            let table = ColourTable(levels)
            if !table.isExact { isReduced = true }
            // A local table of 2^(7+1) entries.
            out += [0x87]
            out += table.entries
            out += LZW.encoded(table.indices)
        }
        return out
    }

    /// What ends the file.
    public mutating func finish() -> [UInt8] {
        defer { isBegun = true }
        return (isBegun ? [] : header) + [0x3B]
    }

    private var header: [UInt8] {
        var out = Array("GIF89a".utf8) + word(width) + word(height) + [0xF7, 0, 0]
        for grey in 0...255 { out += [UInt8](repeating: UInt8(grey), count: 3) }
        // Netscape's extension: played without end.
        return out + [0x21, 0xFF, 11] + Array("NETSCAPE2.0".utf8) + [3, 1, 0, 0, 0]
    }

    /// Hundredths of a second. Browsers show what is shorter than two for ten: such a frame is shown for two.
    private mutating func delay(_ milliseconds: Double) -> Int {
        exact += milliseconds / 10
        let wanted = Int(exact.rounded()) - written
        let delay = min(max(wanted, 2), 65535)
        if milliseconds < 19.5 { isSlowed = true }
        written = isSlowed ? Int(exact.rounded()) : written + delay
        return delay
    }

    private func word(_ number: Int) -> [UInt8] { [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)] }
}

extension Picture {
    /// Levels of 8 bits.
    var bytes: [UInt8] {
        switch levels {
        case .eight(let levels): levels
        case .sixteen(let levels): levels.map { UInt8(truncatingIfNeeded: (UInt32($0) * 255 + 32767) / 65535) }
        }
    }
}
