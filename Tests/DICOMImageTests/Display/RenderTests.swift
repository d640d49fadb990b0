import CTurboJPEG
import CZlib
import DICOM
import DICOMImage
import Testing

@Suite("Pictures")
struct RenderTests {
    private static let ramp = Image.header(rows: 16, columns: 32, Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256))
    private static let samples = Image.words((0..<16 * 32).map { $0 / 2 })

    private func render(_ options: RenderOptions) throws -> [UInt8] {
        try Render.image(dataSet: Self.ramp, frame: Self.samples, byteOrder: .littleEndian, frameIndex: 0, options: options)
    }

    private func size(_ options: RenderOptions, _ header: DataSet = ramp) throws -> [Int] {
        let frame = try Frame(native: Self.samples, description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let picture = try Render.picture(of: frame, dataSet: header, frameIndex: 0, options: options)
        return [picture.width, picture.height]
    }

    /// Chunks of a PNG file by type.
    private func chunks(_ png: [UInt8]) -> [String: [UInt8]] {
        var result: [String: [UInt8]] = [:]
        var at = 8
        while at + 12 <= png.count {
            let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            let body = Array(png[at + 4..<at + 8 + length])
            #expect(UInt32(truncatingIfNeeded: crc32(0, body, uInt(body.count))) == png[at + 8 + length..<at + 12 + length].reduce(0) { $0 << 8 | UInt32($1) })
            result[String(decoding: body.prefix(4), as: UTF8.self)] = Array(body.dropFirst(4))
            at += 12 + length
        }
        return result
    }

    @Test("PNG holds every level", arguments: [(RenderOptions.Format.png, 8), (.png16, 16)])
    func png(format: RenderOptions.Format, depth: Int) throws {
        let png = try render(RenderOptions(format: format))
        #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
        let chunks = chunks(png)
        #expect(chunks["IHDR"] == [0, 0, 0, 32, 0, 0, 0, 16, UInt8(depth), 0, 0, 0, 0])
        let rowBytes = 32 * depth / 8
        var rows = [UInt8](repeating: 0, count: 16 * (rowBytes + 1)), count = uLong(rows.count)
        let data = try #require(chunks["IDAT"])
        #expect(uncompress(&rows, &count, data, uLong(data.count)) == Z_OK)
        #expect(count == uLong(rows.count))
        // The filter taken back: each byte is the difference to the one above.
        var above = [UInt8](repeating: 0, count: rowBytes)
        for row in 0..<16 {
            let line = rows[row * (rowBytes + 1)..<(row + 1) * (rowBytes + 1)]
            #expect(line.first == 2)
            above = zip(line.dropFirst(), above).map { $0 &+ $1 }
            let first = depth == 8 ? Int(above[0]) : Int(above[0]) << 8 | Int(above[1])
            #expect(first == row * 16 * (depth == 8 ? 1 : 257))
        }
    }

    @Test("JPEG is read again as nearly the same")
    func jpeg() throws {
        let jpeg = try render(RenderOptions(format: .jpeg(quality: 95)))
        let decoder = try #require(tjInitDecompress())
        defer { tjDestroy(decoder) }
        var width: Int32 = 0, height: Int32 = 0, sampling: Int32 = 0, colours: Int32 = 0
        #expect(tjDecompressHeader3(decoder, jpeg, UInt(jpeg.count), &width, &height, &sampling, &colours) == 0)
        #expect([width, height, sampling] == [32, 16, Int32(TJSAMP_GRAY.rawValue)])
        var levels = [UInt8](repeating: 0, count: 32 * 16)
        #expect(tjDecompress2(decoder, jpeg, UInt(jpeg.count), &levels, 0, 0, 0, Int32(TJPF_GRAY.rawValue), 0) == 0)
        for (index, level) in levels.enumerated() { #expect(abs(Int(level) - index / 2) <= 4) }
    }

    @Test("As large as fits, with square pixels", arguments: [
        ([], 64, 64, [64, 32]), ([], 8, 64, [8, 4]), ([], 1000, 20, [40, 20]),
        ([Image.ds(.pixelSpacing, 2, 1)], 64, 64, [64, 64]),
        ([Image.ds(.imagerPixelSpacing, 1, 2)], 64, 64, [64, 16]),
        ([DataElement(.pixelAspectRatio, .IS, "4", "1")], 64, 64, [32, 64]),
        ([Image.ds(.pixelSpacing, 0, 0)], 64, 64, [64, 32]),
    ] as [([DataElement], Int, Int, [Int])])
    func viewport(changes: [DataElement], width: Int, height: Int, expected: [Int]) throws {
        var header = Self.ramp
        for change in changes { header.set(change) }
        #expect(try size(RenderOptions(viewport: .init(width: width, height: height)), header) == expected)
    }

    @Test("Without a viewport: columns × rows as stored")
    func native() throws {
        var header = Self.ramp
        header.set(Image.ds(.pixelSpacing, 2, 1))
        #expect(try size(RenderOptions(), header) == [32, 16])
    }

    private func resized(_ stored: [Int], columns: Int, to width: Int, _ height: Int, source: PixelRectangle? = nil) throws -> [UInt8] {
        let header = Image.header(rows: stored.count / columns, columns: columns, Image.ds(.windowCenter, 128), Image.ds(.windowWidth, 256))
        let frame = try Frame(native: Image.words(stored), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        let options = RenderOptions(viewport: .init(width: width, height: height, source: source))
        guard case .eight(let levels) = try Render.picture(of: frame, dataSet: header, frameIndex: 0, options: options).levels else { return [] }
        return levels
    }

    @Test("Smaller is the mean of an area, larger is linear between centres")
    func resampling() throws {
        #expect(try resized([0, 200, 200, 0, 100, 100, 50, 250], columns: 4, to: 2, 1) == [100, 125])
        #expect(try resized([0, 90, 180, 0, 90, 180, 0, 90, 180], columns: 3, to: 2, 2) == [30, 150, 30, 150])
        #expect(try resized([0, 100], columns: 2, to: 4, 2) == [0, 25, 75, 100, 0, 25, 75, 100])
        #expect(try resized([1, 2, 3, 4], columns: 2, to: 1, 1, source: PixelRectangle(x: 1, y: 1, width: 1, height: 1)) == [4])
    }

    @Test("What does not lie in the image, or is too large, is refused", arguments: [
        RenderOptions.Viewport(width: 0, height: 5), .init(width: 1 << 16, height: 1 << 16),
        .init(width: 5, height: 5, source: PixelRectangle(x: 30, y: 0, width: 3, height: 1)),
        .init(width: 5, height: 5, source: PixelRectangle(x: 1, y: 0, width: .max, height: 1)),
    ])
    func refused(viewport: RenderOptions.Viewport) {
        #expect(throws: ImageError.self) { try render(RenderOptions(viewport: viewport)) }
    }
}
