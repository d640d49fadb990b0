import DICOM
import DICOMImage
import Testing

@Suite("Overlays")
struct OverlayTests {
    /// Bits as they are drawn: `#` is set; packed as Overlay Data is, the first pixel lowest.
    private func packed(_ drawing: String) -> [UInt8] {
        let bits = drawing.filter { $0 == "#" || $0 == "." }.map { $0 == "#" }
        return stride(from: 0, to: bits.count, by: 8).map { start in
            (0..<min(8, bits.count - start)).reduce(UInt8(0)) { $0 | (bits[start + $1] ? 1 << UInt8($1) : 0) }
        }
    }

    private func overlay(_ group: UInt16 = 0x6000, rows: Int, columns: Int, origin: (Int, Int) = (1, 1), type: String = "G", _ drawing: String) -> [DataElement] {
        [
            Image.us(Tag(group, 0x0010), rows), Image.us(Tag(group, 0x0011), columns), Image.cs(Tag(group, 0x0040), type),
            Image.ss(Tag(group, 0x0050), origin.0, origin.1), Image.us(Tag(group, 0x0100), 1), Image.us(Tag(group, 0x0102), 0),
            DataElement(Tag(group, 0x3000), .OW, bytes: packed(drawing)),
        ]
    }

    private func image(_ changes: [DataElement]) -> DataSet {
        var header = Image.header(rows: 3, columns: 4, Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256))
        for change in changes { header.set(change) }
        return header
    }

    /// What is drawn on black, as text.
    private func drawn(_ header: DataSet, stored: [Int] = .init(repeating: 0, count: 12), frameIndex: Int = 0, _ overlays: RenderOptions.Overlays = .graphics)
        throws -> (text: String, facts: PictureFacts)
    {
        let description = try PixelDescription(header), bytes = Image.words(stored)
        let frame = try Frame(native: bytes, description: description, byteOrder: .littleEndian, index: 0)
        let rendering = try Render.rendering(
            of: frame, dataSet: header, frameIndex: frameIndex, options: RenderOptions(format: .png, overlays: overlays),
            stored: StoredPixels(bytes: bytes, description: description, byteOrder: .littleEndian))
        guard case .eight(let levels) = rendering.picture.levels else { return ("", rendering.facts) }
        let rows = (0..<3).map { row in String(levels[row * 4..<row * 4 + 4].map { $0 == 255 ? "#" : "." }) }
        return (rows.joined(separator: " "), rendering.facts)
    }

    @Test("Each bit in its place, wherever the plane begins", arguments: [
        ((1, 1), ".... .##. ...."), ((2, 2), ".... .... ..##"), ((0, 0), "##.. .... ...."), ((-1, 1), ".... .... ...."), ((1, -1), ".... #... ...."),
        ((3, 4), ".... .... ...."), ((9, 9), ".... .... ...."),
    ] as [((Int, Int), String)])
    func place(origin: (Int, Int), expected: String) throws {
        #expect(try drawn(image(overlay(rows: 2, columns: 3, origin: origin, "... .##"))).text == expected)
    }

    @Test("White on dark, black on bright")
    func contrast() throws {
        let header = image(overlay(rows: 1, columns: 4, "####"))
        let frame = try Frame(
            native: Image.words([0, 100, 200, 255] + .init(repeating: 7, count: 8)), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let picture = try Render.picture(of: frame, dataSet: header, frameIndex: 0)
        guard case .eight(let levels) = picture.levels else { return }
        #expect(levels == [255, 255, 0, 0] + .init(repeating: 7, count: 8))
    }

    @Test("Regions of interest are values, drawn only where asked for; none where none is wanted", arguments: [
        (RenderOptions.Overlays.none, ".... .... ....", []), (.graphics, "#... .... ....", [0x6000]), (.all, "##.. .... ....", [0x6000, 0x601E]),
    ] as [(RenderOptions.Overlays, String, [UInt16])])
    func kinds(which: RenderOptions.Overlays, expected: String, groups: [UInt16]) throws {
        let header = image(overlay(rows: 1, columns: 2, "#.") + overlay(0x601E, rows: 1, columns: 2, type: "R", ".#"))
        let (text, facts) = try drawn(header, which)
        #expect(text == expected)
        #expect(facts.overlaysDrawn == groups)
        #expect(Set(facts.overlaysDrawn + facts.overlaysNotDrawn) == [0x6000, 0x601E])
        #expect(Overlay.all(in: header, frameIndex: 0).overlays.map(\.kind) == [.graphics, .region])
    }

    /// Two planes of 3 × 3 bits, the second beginning within a byte (PS3.3 §C.9.2, PS3.5 §8.2).
    @Test("Each frame has the plane that is meant for it", arguments: [
        (0, ".... .... ...."), (1, "#... .#.. ..#."), (2, "###. .... ...."), (3, ".... .... ...."),
    ])
    func frames(index: Int, expected: String) throws {
        let planes = overlay(rows: 3, columns: 3, "#...#...# ###......") + [DataElement(Tag(0x6000, 0x0015), .IS, "2"), Image.us(Tag(0x6000, 0x0051), 2)]
        #expect(try drawn(image(planes), frameIndex: index).text == expected)
    }

    @Test("A plane that names no frame lies above all, one that names its frame above that alone", arguments: [(nil, 4, true), (5, 4, true), (5, 3, false)] as [(Int?, Int, Bool)])
    func singlePlane(origin: Int?, index: Int, isThere: Bool) throws {
        let plane = overlay(rows: 1, columns: 1, "#") + (origin.map { [Image.us(Tag(0x6000, 0x0051), $0)] } ?? [])
        #expect(Overlay.all(in: image(plane), frameIndex: index).overlays.isEmpty != isThere)
    }

    @Test("In bits above the samples, which they do not disturb")
    func embedded() throws {
        let header = image([
            Image.us(.bitsStored, 12), Image.us(.highBit, 11), Image.us(Tag(0x6002, 0x0010), 3), Image.us(Tag(0x6002, 0x0011), 4), Image.cs(Tag(0x6002, 0x0040), "G"),
            Image.ss(Tag(0x6002, 0x0050), 1, 1), Image.us(Tag(0x6002, 0x0100), 16), Image.us(Tag(0x6002, 0x0102), 14),
        ])
        let stored = [0, 0x4000, 0, 0, 0x8000, 0, 0x4000, 0, 0, 0, 0, 0xFFFF]
        let (text, facts) = try drawn(header, stored: stored)
        // The last pixel is at the top of the window: its overlay is black there.
        #expect(text == ".#.. ..#. ....")
        #expect(facts.overlaysDrawn == [0x6002])
        #expect(try drawn(header, stored: stored, .none).text == ".... .... ...#")
        #expect(Overlay.all(in: header, frameIndex: 0).failures.map(\.group) == [0x6002])
    }

    @Test("Bits of big endian words", arguments: [(16, ByteOrder.bigEndian, [0, 0, 0x40, 0, 0, 0, 0x40, 0]), (8, .bigEndianWords, [0x40, 0, 0, 0x40])] as [(Int, ByteOrder, [UInt8])])
    func bigEndian(bits: Int, order: ByteOrder, bytes: [UInt8]) throws {
        var header = Image.header(rows: 1, columns: 4, Image.us(.bitsAllocated, bits), Image.us(.bitsStored, 4), Image.us(.highBit, 3))
        for element in [Image.us(Tag(0x6000, 0x0010), 1), Image.us(Tag(0x6000, 0x0011), 4), Image.us(Tag(0x6000, 0x0100), bits), Image.us(Tag(0x6000, 0x0102), bits - 2)] { header.set(element) }
        let stored = StoredPixels(bytes: bytes, description: try PixelDescription(header), byteOrder: order)
        let overlay = try #require(Overlay.all(in: header, frameIndex: 0, stored: stored).overlays.first)
        #expect((0..<4).map { overlay.isSet(row: 0, column: $0) } == (bits == 16 ? [false, true, false, true] : [false, true, true, false]))
    }

    @Test("One that cannot be shown is told, and does not hinder the picture", arguments: [
        [Image.us(Tag(0x6000, 0x0010), 3), Image.us(Tag(0x6000, 0x0011), 4)],
        [Image.us(Tag(0x6000, 0x0010), 0), Image.us(Tag(0x6000, 0x0011), 4)],
        [Image.us(Tag(0x6000, 0x0010), 3), Image.us(Tag(0x6000, 0x0011), 6), DataElement(Tag(0x6000, 0x3000), .OW, bytes: [1, 2])],
        [Image.us(Tag(0x6000, 0x0010), 65535), Image.us(Tag(0x6000, 0x0011), 65535), DataElement(Tag(0x6000, 0x3000), .OW, bytes: [1, 2])],
        [Image.us(Tag(0x6000, 0x0010), 1), Image.us(Tag(0x6000, 0x0011), 1), DataElement(Tag(0x6000, 0x3000), .OW, bytes: [1, 0]), DataElement(Tag(0x6000, 0x0050), .IS, "9999999999", "1")],
        [Image.us(Tag(0x6000, 0x0010), 3), Image.us(Tag(0x6000, 0x0011), 4), Image.us(Tag(0x6000, 0x0100), 16), Image.us(Tag(0x6000, 0x0102), 3)],
    ])
    func broken(elements: [DataElement]) throws {
        let (text, facts) = try drawn(image(elements))
        #expect(text == ".... .... ....")
        #expect(facts.overlaysNotDrawn == [0x6000])
        #expect(facts.notes.count == 1)
    }
}
