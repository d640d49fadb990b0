import CFreeType
import CFriBidi

/// Text to letters, by FreeType; in the order they are seen, Arabic letters joined, by FriBidi.
///
/// Scripts whose letters change places or shapes beyond that (Devanagari, Khmer …) are set letter by letter.
struct Typesetter: ~Copyable {
    private let library: FT_Library?
    private var faces: [FT_Face] = []
    /// Letters that no installed font has: drawn as a box.
    private(set) var missing: Set<Unicode.Scalar> = []

    init(fonts: [String] = FontFiles.installed) {
        var library: FT_Library?
        self.library = FT_Init_FreeType(&library) == 0 ? library : nil
        for path in fonts {
            var face: FT_Face?
            if let library, FT_New_Face(library, path, 0, &face) == 0, let face { faces.append(face) }
        }
    }

    deinit { FT_Done_FreeType(library) }

    /// nil where letters can be set; else why not.
    var complaint: String? { faces.isEmpty ? "no font is installed to write text with (fonts-dejavu-core has one)" : nil }

    /// A line of letters, to be drawn on a base line.
    struct Line {
        struct Letter {
            /// Of the bitmap's top left corner, from the start of the base line.
            let x: Int, y: Int
            let width: Int, height: Int
            let coverage: [UInt8]
        }

        fileprivate(set) var letters: [Letter] = []
        fileprivate(set) var width = 0
    }

    /// - Parameter size: pixels from one base line to the next, about.
    mutating func line(_ text: String, size: Int) -> Line {
        var line = Line()
        for scalar in Self.visual(text) {
            let face = faces.first { FT_Get_Char_Index($0, FT_ULong(scalar.value)) != 0 }
            if face == nil { missing.insert(scalar) }
            if let face = face ?? faces.first { append(scalar, face, size: size, to: &line) }
        }
        return line
    }

    private func append(_ scalar: Unicode.Scalar, _ face: FT_Face, size: Int, to line: inout Line) {
        guard FT_Set_Pixel_Sizes(face, 0, FT_UInt(size)) == 0,
            FT_Load_Char(face, FT_ULong(scalar.value), FT_Int32(FT_LOAD_RENDER)) == 0, let slot = face.pointee.glyph
        else { return }
        let bitmap = slot.pointee.bitmap
        let width = Int(bitmap.width), height = Int(bitmap.rows), pitch = Int(bitmap.pitch)
        if let buffer = bitmap.buffer, bitmap.pixel_mode == UInt8(FT_PIXEL_MODE_GRAY.rawValue), pitch >= width {
            let coverage = (0..<height).flatMap { row in UnsafeBufferPointer(start: buffer + row * pitch, count: width) }
            line.letters.append(Line.Letter(
                x: line.width + Int(slot.pointee.bitmap_left), y: -Int(slot.pointee.bitmap_top), width: width, height: height, coverage: coverage))
        }
        line.width += (Int(slot.pointee.advance.x) + 32) >> 6
    }

    /// The scalars from left to right; what has no letter of its own is left out.
    static func visual(_ text: String) -> [Unicode.Scalar] {
        var logical = text.unicodeScalars.prefix(1024).map(\.value)
        var visual = logical
        // Only what is written from right to left needs another order.
        if logical.contains(where: { (0x0590...0x08FF).contains($0) || (0xFB1D...0xFEFC).contains($0) }) {
            var base = FRIBIDI_PAR_ON
            let count = FriBidiStrIndex(logical.count)
            if fribidi_log2vis(&logical, count, &base, &visual, nil, nil, nil) == 0 { visual = logical }
        }
        return visual.compactMap(Unicode.Scalar.init).filter { !$0.properties.isDefaultIgnorableCodePoint && $0.value >= 32 && $0.value != 127 }
    }
}

extension Paper {
    /// Lines one below the other, readable on any ground: with an edge of the opposite tone.
    ///
    /// - Parameters:
    ///   - x, y: of the top left corner.
    ///   - indent: of each line.
    mutating func write(_ lines: [Typesetter.Line], x: Int, y: Int, size: Int, indent: [Int], _ ink: Ink) {
        let width = lines.indices.map { indent[$0] + lines[$0].width }.max() ?? 0
        let corners = [Point(Double(x), Double(y)), Point(Double(x + width), Double(y + lines.count * TextSize.leading(size)))]
        guard var coverage = Coverage(around: corners, margin: Double(size), width: self.width, height: self.height) else { return }
        for (number, line) in lines.enumerated() {
            let baseline = y + number * TextSize.leading(size) + TextSize.ascent(size)
            for letter in line.letters {
                for row in 0..<letter.height {
                    for column in 0..<letter.width {
                        let value = letter.coverage[row * letter.width + column]
                        if value > 0 { coverage.cover(x + indent[number] + letter.x + column, baseline + letter.y + row, value) }
                    }
                }
            }
        }
        paint(coverage.widened(), ink.luminance > 0.5 ? .black : .white)
        paint(coverage, ink)
    }
}

/// How large letters are, in pixels.
enum TextSize {
    /// For a picture: small enough for a block in each corner.
    static func of(width: Int, height: Int) -> Int { min(max(min(width, height) / 36, 10), 64) }
    static func leading(_ size: Int) -> Int { size * 6 / 5 }
    static func ascent(_ size: Int) -> Int { size * 19 / 20 }
}
