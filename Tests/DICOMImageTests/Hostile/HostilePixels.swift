import DICOM

@testable import DICOMImage

/// Class D: attributes of images that are nonsense or contradict each other or the pixel data.
enum HostilePixels {
    static func all() throws -> [HostileImage] {
        try sizes() + frames() + bits() + samples() + photometrics() + amounts() + tables() + palettes() + overlays() + windows() + spacings()
    }

    private static let pixels = DataElement(.pixelData, .OW, bytes: [UInt8](repeating: 0x5A, count: 32))

    private static func image(_ name: String, _ changes: DataElement..., without: Tag? = nil, pixels: DataElement? = pixels) throws -> HostileImage {
        var header = Image.header(rows: 4, columns: 4)
        for change in changes { header.set(change) }
        if let without { header[without] = nil }
        return try HostileImage(name, header, pixels)
    }

    private static func sizes() throws -> [HostileImage] {
        try [("Rows", Tag.rows), ("Columns", .columns)].flatMap { name, tag in
            let values: [(String, DataElement)] = [
                ("0", Image.us(tag, 0)), ("1", Image.us(tag, 1)), ("65535", Image.us(tag, 65535)), ("70000 in UL", DataElement(tag, .UL, integers: [70000])),
                ("2^31 in UL", DataElement(tag, .UL, integers: [1 << 31])), ("2^62 in SV", DataElement(tag, .SV, integers: [1 << 62])), ("twice", Image.us(tag, 4, 4)),
                ("empty", DataElement(tag, .US, integers: [])), ("-1 in SS", Image.ss(tag, -1)), ("a word", DataElement(tag, .IS, "four")),
            ]
            return try values.map { try image("\(name) \($0)", $1) } + [try image("no \(name)", without: tag)]
        }
    }

    private static func frames() throws -> [HostileImage] {
        try ["0", "-1", "2147483647", "1e9", "", "2", "abc", "1\\2", "99999999999999999999", "16777217", "1.5"].map {
            try image("\($0) frames", DataElement(.numberOfFrames, .IS, $0))
        }
    }

    private static func bits() throws -> [HostileImage] {
        let allocated = try (0...65).map { bits in
            try image("\(bits) bits allocated", Image.us(.bitsAllocated, bits), Image.us(.bitsStored, bits), Image.us(.highBit, max(0, bits - 1)), pixels: DataElement(.pixelData, .OW, bytes: [UInt8](repeating: 7, count: 130)))
        }
        let stored = try [0, 1, 8, 15, 16, 17, 40, 65535].flatMap { stored in
            try [0, 7, 14, 15, 16, 255].map { high in try image("\(stored) bits stored below \(high)", Image.us(.bitsStored, stored), Image.us(.highBit, high)) }
        }
        let signs = try [2, 7, 65535].map { try image("sign \($0)", Image.us(.pixelRepresentation, $0)) }
        return allocated + stored + signs + [try image("no sign", without: .pixelRepresentation), try image("no bits", without: .bitsStored)]
    }

    private static func samples() throws -> [HostileImage] {
        let samples = try [0, 2, 3, 4, 5, 65535].flatMap { samples in
            try ["MONOCHROME2", "RGB", "PALETTE COLOR"].map { try image("\(samples) samples of \($0)", Image.us(.samplesPerPixel, samples), Image.cs(.photometricInterpretation, $0)) }
        }
        let planes = try [1, 2, 65535].flatMap { planar in
            try [("YBR_FULL_422", 3), ("RGB", 3), ("MONOCHROME2", 1), ("PALETTE COLOR", 1)].map { term, samples in
                try image("planes \(planar) of \(term)", Image.us(.planarConfiguration, planar), Image.cs(.photometricInterpretation, term), Image.us(.samplesPerPixel, samples), Image.us(.bitsAllocated, 8), Image.us(.bitsStored, 8), Image.us(.highBit, 7))
            }
        }
        return samples + planes
    }

    private static func photometrics() throws -> [HostileImage] {
        let terms = PhotometricInterpretation.allCases.map(\.rawValue) + ["", "FOO", "ARGB", "CMYK", "HSV", "RGB\\RGB"]
        return try terms.flatMap { term in
            try [1, 3].map { try image("\(term) of \($0)", Image.cs(.photometricInterpretation, term), Image.us(.samplesPerPixel, $0)) }
        } + [try image("no photometric interpretation", without: .photometricInterpretation)]
    }

    private static func amounts() throws -> [HostileImage] {
        try [8, 16, 32].flatMap { bits in
            let whole = 16 * bits / 8
            return try [0, 1, 2, whole - 2, whole - 1, whole * 2, whole + 1].map { count in
                try image("\(count) of \(whole) bytes", Image.us(.bitsAllocated, bits), Image.us(.bitsStored, bits), Image.us(.highBit, bits - 1), pixels: DataElement(tag: .pixelData, vr: .OW, value: .bytes([UInt8](repeating: 1, count: count)[...])))
            } + [try image("no pixel data of \(bits) bits", pixels: nil)]
        }
    }

    private static func table(_ entries: Int, _ first: Int, _ bits: Int, _ count: Int) -> DataElement {
        DataElement(.voilutSequence, items: [DataSet([Image.us(.lutDescriptor, entries, first, bits), DataElement(.lutData, .OW, bytes: [UInt8](repeating: 9, count: count))])])
    }

    private static func tables() throws -> [HostileImage] {
        let voi = try [0, 1, 65535].flatMap { entries in
            try [0, 1, 7, 8, 12, 16, 17, 65535].map { bits in try image("VOI table of \(entries) entries of \(bits) bits", table(entries, 65535, bits, 20)) }
        }
        let modality = try [0, 3, 256].flatMap { entries in
            try [0, 8, 16, 33].map { bits in
                try image("modality table of \(entries) entries of \(bits) bits", DataElement(.modalityLUTSequence, items: [DataSet([Image.us(.lutDescriptor, entries, 0, bits), DataElement(.lutData, .OW, bytes: [1, 2, 3, 4, 5, 6])])]))
            }
        }
        let broken = try [DataSet(), DataSet([Image.us(.lutDescriptor, 4)]), DataSet([Image.us(.lutDescriptor, 4, 0, 16)])].map {
            try image("a table of \($0.elements.count) attributes", DataElement(.voilutSequence, items: [$0]))
        }
        return voi + modality + broken + [try image("a sequence without table", DataElement(.voilutSequence, items: []))]
    }

    private static func palettes() throws -> [HostileImage] {
        let descriptors: [Tag] = [.redPaletteColorLookupTableDescriptor, .greenPaletteColorLookupTableDescriptor, .bluePaletteColorLookupTableDescriptor]
        let data: [Tag] = [.redPaletteColorLookupTableData, .greenPaletteColorLookupTableData, .bluePaletteColorLookupTableData]
        func palette(_ name: String, _ numbers: [Int], _ count: Int, segmented: Bool = false) throws -> HostileImage {
            var header = Image.header(rows: 4, columns: 4, Image.cs(.photometricInterpretation, "PALETTE COLOR"), Image.us(.bitsAllocated, 8), Image.us(.bitsStored, 8), Image.us(.highBit, 7))
            for (descriptor, table) in zip(descriptors, data) {
                header.set(DataElement(descriptor, .US, integers: numbers))
                header.set(DataElement(segmented ? Tag(0x0028, table.element + 0x20) : table, .OW, bytes: [UInt8](repeating: 2, count: count)))
            }
            return try HostileImage("palette: \(name)", header, DataElement(.pixelData, .OB, bytes: [UInt8](0..<16).map { $0 &* 16 }))
        }
        return [
            try palette("index beyond", [4, 0, 8], 4), try palette("no entries", [0, 0, 16], 4), try palette("first above all", [16, 65535, 8], 16), try palette("0 bits", [16, 0, 0], 16),
            try palette("33 bits", [16, 0, 33], 16), try palette("two numbers", [16, 0], 16), try palette("no data", [16, 0, 8], 0), try palette("odd data", [16, 0, 16], 15),
            try palette("segments of nonsense", [16, 0, 16], 16, segmented: true), try palette("segments of nothing", [16, 0, 16], 0, segmented: true), try palette("segments without end", [65535, 0, 16], 6, segmented: true),
            try image("palette: none", Image.cs(.photometricInterpretation, "PALETTE COLOR")),
        ]
    }

    private static func overlays() throws -> [HostileImage] {
        try (0..<16).map { index in
            let group = UInt16(0x6000 + 2 * index)
            let size = [0, 4, 65535][index % 3]
            return try image(
                "overlay \(String(group, radix: 16)) of \(size)", Image.us(Tag(group, 0x0010), size), Image.us(Tag(group, 0x0011), size), Image.cs(Tag(group, 0x0040), index % 2 == 0 ? "G" : "X"),
                DataElement(Tag(group, 0x0050), .SS, integers: [index % 4 == 0 ? -32768 : 32767, 1]), Image.us(Tag(group, 0x0100), index % 5), Image.us(Tag(group, 0x0102), 20 * index),
                DataElement(index % 2 == 0 ? Tag(group, 0x3000) : Tag(group, 0x0022), index % 2 == 0 ? .OW : .LO, bytes: [1, 2]))
        }
    }

    private static func windows() throws -> [HostileImage] {
        try ["LINEAR", "LINEAR_EXACT", "SIGMOID", "FOO"].flatMap { function in
            try [("40", "0"), ("40", "-1"), ("40", "NaN"), ("1e999", "400"), ("", "400"), ("40\\50", "400"), ("40", "1e308"), ("-1e308", "1e-308")].map { center, width in
                try image("window \(center), \(width) \(function)", DataElement(.windowCenter, .DS, center), DataElement(.windowWidth, .DS, width), Image.cs(.voilutFunction, function))
            }
        } + ["0", "NaN", "1e308", "", "-1e-320", "1\\2"].map { try image("slope \($0)", DataElement(.rescaleSlope, .DS, $0), DataElement(.rescaleIntercept, .DS, "1e308")) }
    }

    private static func spacings() throws -> [HostileImage] {
        try ["0\\0", "-1\\-1", "x\\y", "1", "1e-300\\1e300", "NaN\\1"].map { try image("spacing \($0)", DataElement(.pixelSpacing, .DS, $0)) }
            + ["0\\1", "1\\0", "-3\\2", "2147483647\\1"].map { try image("aspect \($0)", DataElement(.pixelAspectRatio, .IS, $0)) }
    }
}
