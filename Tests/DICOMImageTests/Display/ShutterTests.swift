import DICOM
import DICOMImage
import Testing

@Suite("Shutters")
struct ShutterTests {
    private static let rectangle = [
        Image.cs(.shape, "RECTANGULAR"), DataElement(.left, .IS, "2"), DataElement(.right, .IS, "4"), DataElement(.upper, .IS, "2"), DataElement(.lower, .IS, "3"),
    ]
    private static let circle = [Image.cs(.shape, "CIRCULAR"), DataElement(.center, .IS, "3", "3"), DataElement(.radius, .IS, "2")]
    private static func polygon(_ numbers: String...) -> [DataElement] {
        [Image.cs(.shape, "POLYGONAL"), DataElement(tag: .vertices, vr: .IS, value: .bytes(ArraySlice(numbers.joined(separator: "\\").utf8)))]
    }

    private func mask(_ elements: [DataElement], aspectRatio: Double = 1) throws -> [String] {
        let shutter = try #require(Shutter(from: DataSet(elements)))
        let mask = shutter.mask(rows: 5, columns: 5, aspectRatio: aspectRatio)
        return (0..<5).map { row in String(mask[row * 5..<row * 5 + 5].map { $0 ? "o" : "." }) }
    }

    @Test("Rectangle: the edges are seen")
    func rectangular() throws {
        #expect(try mask(Self.rectangle) == [".....", ".ooo.", ".ooo.", ".....", "....."])
    }

    @Test("Circle: its radius counts widths of a pixel")
    func circular() throws {
        #expect(try mask(Self.circle) == ["..o..", ".ooo.", "ooooo", ".ooo.", "..o.."])
        #expect(try mask(Self.circle, aspectRatio: 2) == [".....", "..o..", "ooooo", "..o..", "....."])
    }

    @Test("Polygon: vertices are row and column; edges are seen; the even-odd rule")
    func polygonal() throws {
        #expect(try mask(Self.polygon("1", "1", "1", "5", "5", "1")) == ["ooooo", "oooo.", "ooo..", "oo...", "o...."])
        #expect(try mask(Self.polygon("2", "2", "2", "4", "4", "4", "4", "2")) == [".....", ".ooo.", ".ooo.", ".ooo.", "....."])
        #expect(try mask(Self.polygon("-9", "3", "3", "99", "99", "3", "3", "-9")) == ["ooooo", "ooooo", "ooooo", "ooooo", "ooooo"])
    }

    @Test("Several: what all of them show")
    func combined() throws {
        let both = [DataElement(.shape, .CS, "RECTANGULAR", "CIRCULAR")] + Self.rectangle.dropFirst() + Self.circle.dropFirst()
        #expect(try mask(both) == [".....", ".ooo.", ".ooo.", ".....", "....."].map { $0 })
        let small = [DataElement(.shape, .CS, "RECTANGULAR", "CIRCULAR")] + Self.rectangle.dropFirst() + [DataElement(.center, .IS, "2", "2"), DataElement(.radius, .IS, "1")]
        #expect(try mask(small) == [".....", ".oo..", ".o...", ".....", "....."])
    }

    @Test("What is not whole is no shutter", arguments: [
        [], [Image.cs(.shape, "CIRCULAR")], [Image.cs(.shape, "ROUND")], polygon("1", "1", "2"), Array(rectangle.dropLast()),
        [Image.cs(.shape, "BITMAP"), Image.us(.overlayGroup, 0x5000)],
    ])
    func broken(elements: [DataElement]) {
        #expect(Shutter(from: DataSet(elements)) == nil)
    }

    @Test("Numbers beyond every image hide or show, and harm nobody")
    func extremes() throws {
        let far = "9223372036854775807", near = "-9223372036854775807"
        #expect(try mask(Self.polygon(near, near, near, far, far, far, far, near)) == .init(repeating: "ooooo", count: 5))
        #expect(try mask([Image.cs(.shape, "CIRCULAR"), DataElement(.center, .IS, far, far), DataElement(.radius, .IS, "1")]) == .init(repeating: ".....", count: 5))
    }

    /// A white image of 5 × 5, PS3.3 §C.7.6.11.
    private func levels(_ elements: [DataElement], options: RenderOptions = RenderOptions(format: .png)) throws -> [UInt8] {
        var header = Image.header(rows: 5, columns: 5, Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256))
        for element in elements { header.set(element) }
        let frame = try Frame(native: Image.words(.init(repeating: 255, count: 25)), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        guard case .eight(let levels) = try Render.picture(of: frame, dataSet: header, frameIndex: 0, options: options).levels else { return [] }
        return levels
    }

    @Test("Hidden is black, or of the presentation value the image names", arguments: [([], 0), ([Image.us(.value, 32896)], 128), ([Image.us(.lab, 65535, 32896, 32896)], 255)] as [([DataElement], UInt8)])
    func presentationValue(elements: [DataElement], hidden: UInt8) throws {
        let levels = try levels(Self.rectangle + elements)
        #expect(levels[0] == hidden)
        #expect(levels[6] == 255)
        #expect(try self.levels(Self.rectangle + elements, options: RenderOptions(format: .png, isShuttered: false))[0] == 255)
    }

    @Test("A bitmap hides where its overlay is set, and is no drawing")
    func bitmap() throws {
        let bits = [
            Image.cs(.shape, "BITMAP"), Image.us(.overlayGroup, 0x6002), Image.us(Tag(0x6002, 0x0010), 1), Image.us(Tag(0x6002, 0x0011), 2), Image.cs(Tag(0x6002, 0x0040), "G"),
            Image.ss(Tag(0x6002, 0x0050), 1, 1), DataElement(Tag(0x6002, 0x3000), .OW, bytes: [2, 0]),
        ]
        #expect(try levels(bits)[0..<3] == [255, 0, 255])
    }

    @Test("A frame's own shutter comes before the image's")
    func frames() throws {
        let own = DataSet([DataElement(Tag(0x0018, 0x9472), items: [DataSet(Self.rectangle)])])
        var header = DataSet(Self.circle)
        #expect(Shutter(header, frameIndex: 0)?.shapes == [.circular(row: 3, column: 3, radius: 2)])
        header.set(DataElement(.perFrameFunctionalGroupsSequence, items: [own]))
        #expect(Shutter(header, frameIndex: 0)?.shapes == [.rectangular(left: 2, right: 4, upper: 2, lower: 3)])
    }
}

extension Tag {
    fileprivate static let shape = Tag(0x0018, 0x1600), left = Tag(0x0018, 0x1602), right = Tag(0x0018, 0x1604), upper = Tag(0x0018, 0x1606), lower = Tag(0x0018, 0x1608)
    fileprivate static let center = Tag(0x0018, 0x1610), radius = Tag(0x0018, 0x1612), vertices = Tag(0x0018, 0x1620)
    fileprivate static let value = Tag(0x0018, 0x1622), overlayGroup = Tag(0x0018, 0x1623), lab = Tag(0x0018, 0x1624)
}
