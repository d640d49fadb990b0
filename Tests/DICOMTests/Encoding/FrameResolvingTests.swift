import Testing

@testable import DICOM

/// Encapsulated pixel data from its first item on, as its parts say.
struct Encapsulation {
    var table: [UInt32]? = []
    var fragments: [[UInt8]]

    var bytes: [UInt8] {
        var out: [UInt8] = []
        if let table {
            out += Self.item(table.count * 4)
            for offset in table { LittleEndian.append(offset, to: &out) }
        }
        for fragment in fragments { out += Self.item(fragment.count) + fragment }
        return out
    }

    static func item(_ length: Int) -> [UInt8] {
        var out: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0]
        LittleEndian.append(UInt32(truncatingIfNeeded: length), to: &out)
        return out
    }

    /// SOI, a segment that holds what looks like a stream, a scan with stuffed bytes and a restart, EOI.
    static func jpeg(_ mark: UInt8, scan: Int = 20) -> [UInt8] {
        [0xFF, 0xD8, 0xFF, 0xE1, 0, 8, 0xFF, 0xD8, 0xFF, 0xD9, mark, mark] + [0xFF, 0xDA, 0, 4, 1, 2]
            + [UInt8](repeating: mark & 0x7F, count: scan) + [0xFF, 0x00, 0xFF, 0xD0, 0xFF, 0x7F, mark & 0x7F] + [0xFF, 0xFF, 0xD9]
    }

    /// SOC, SIZ of no use, a tile-part of a stated length that holds EOC's code, and one without.
    static func jpeg2000(_ mark: UInt8) -> [UInt8] {
        [0xFF, 0x4F, 0xFF, 0x51, 0, 4, mark, mark] + [0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 18, 0, 2, 0xFF, 0x93, mark, 0xFF, 0xD9, mark]
            + [0xFF, 0x90, 0, 10, 0, 0, 0, 0, 0, 0, 1, 2, 0xFF, 0x93, mark, 0xFF, 0x80, mark] + [0xFF, 0xD9]
    }
}

@Suite("Frames that only the pixel data tells")
struct FrameResolvingTests {
    static let jpeg = FrameTableTests.jpeg, j2k = TransferSyntax(UID("1.2.840.10008.1.2.4.90")!)
    static let a = Encapsulation.jpeg(1), b = Encapsulation.jpeg(2, scan: 300_000), c = Encapsulation.jpeg(3)
    static let d = Encapsulation.jpeg2000(4), e = Encapsulation.jpeg2000(5)

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let value: Encapsulation
        var syntax = FrameResolvingTests.jpeg
        /// nil: an error in words.
        let frames: [[UInt8]?]
    }

    static let cases: [Case] = [
        Case(testDescription: "a fragment each", value: Encapsulation(fragments: [a, b, c]), frames: [a, b, c]),
        Case(testDescription: "cut into fragments, no table", value: Encapsulation(fragments: [Array(a[..<5]), Array(a[5...]), b, Array(c[..<9]), Array(c[9...])]), frames: [a, b, c]),
        Case(testDescription: "cut after SOI", value: Encapsulation(fragments: [Array(a[..<2]), Array(a[2...]), b]), frames: [a, b]),
        Case(testDescription: "an empty fragment between", value: Encapsulation(fragments: [a, [], b]), frames: [a, b]),
        Case(testDescription: "all in one fragment", value: Encapsulation(fragments: [a + b + c]), frames: [a, b, c]),
        Case(testDescription: "two in each", value: Encapsulation(fragments: [a + [0] + b, c + a]), frames: [a, b, c, a]),
        Case(testDescription: "padding between and after", value: Encapsulation(fragments: [a + [0, 0, 0] + b + [0xFF, 0xFF] + c + [UInt8](repeating: 0, count: 100_000)]), frames: [a, b, c]),
        Case(testDescription: "JPEG 2000 in one fragment", value: Encapsulation(fragments: [d + e + d]), syntax: j2k, frames: [d, e, d]),
        Case(testDescription: "JPEG under a JPEG 2000 syntax", value: Encapsulation(fragments: [a + b]), syntax: j2k, frames: [a, b]),
        Case(testDescription: "one stream for two frames", value: Encapsulation(fragments: [a]), frames: [nil, nil]),
        Case(testDescription: "the last stream is cut", value: Encapsulation(fragments: [a + b.dropLast(5)]), frames: [nil, nil]),
        Case(testDescription: "a stream over the end of its fragment", value: Encapsulation(fragments: [a + b[..<100], b[100...] + c]), frames: [nil, nil, nil]),
        Case(testDescription: "bytes that are no stream", value: Encapsulation(fragments: [Array("\u{7F}ELF, and not a picture".utf8)]), frames: [nil, nil]),
        Case(testDescription: "no table item", value: Encapsulation(table: nil, fragments: [a, b]), frames: [a, b]),
        Case(testDescription: "a table that points nowhere", value: Encapsulation(table: [5, 9999], fragments: [Array(a[..<8]), Array(a[8...]), b]), frames: [a, b]),
        Case(testDescription: "a table for other cuts", value: Encapsulation(table: [0, 16], fragments: [Array(a[..<8]), Array(a[8...]), b]), frames: [a, b]),
        Case(testDescription: "a table of nothing but noughts", value: Encapsulation(table: [0, 0], fragments: [a + b]), frames: [a, b]),
    ]

    private func image(_ count: Int) -> DataSet { FrameTableTests.image(frames: "\(count)") }

    /// By ranged reads, as an index without fragments does; and by the reader that passes them.
    @Test("From the pixel data itself", arguments: cases)
    func resolved(_ item: Case) async throws {
        let bytes = [UInt8](repeating: 0xEE, count: 10) + item.value.bytes
        let value = ByteRange(offset: 10, length: UInt64(bytes.count - 10))
        let table = try await FrameTable.resolved(value: value, dataSet: image(item.frames.count), transferSyntax: item.syntax) { range in
            #expect(range.length <= 256 << 10)
            return Array(bytes[Int(range.offset)..<Int(range.offset + range.length)])
        }
        try check(table, bytes, item)

        var reader = DataSetReader(encoding: .explicitLittle)
        let element: [UInt8] = [0xE0, 0x7F, 0x10, 0x00, UInt8(ascii: "O"), UInt8(ascii: "B"), 0, 0, 0xFF, 0xFF, 0xFF, 0xFF]
        // Byte by byte at first: a fragment's beginning may come in pieces.
        let all = element + item.value.bytes + [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]
        for byte in all.prefix(200) { try reader.feed([byte]) }
        try reader.feed(Array(all.dropFirst(200)))
        try reader.finish()
        let location = try #require(reader.pixelData)
        let ingested = FrameTable(image(item.frames.count), location, transferSyntax: item.syntax)
        if ingested.layout != .unresolved { try check(ingested, all, item) }
    }

    private func check(_ table: FrameTable, _ bytes: [UInt8], _ item: Case) throws {
        for (index, frame) in item.frames.enumerated() {
            guard let frame else {
                let error = try #require(throws: ReadError.self) { try table.location(of: index) }
                #expect(error.message.contains("frame \(index + 1)"))
                continue
            }
            let location = try table.location(of: index)
            let read = Array(bytes[Int(location.range.offset)..<Int(location.range.offset + location.range.length)])
            #expect(try location.content(of: read) == frame)
        }
    }

    @Test("A million fragments")
    func many() async throws {
        let count = 1_000_000
        let bytes = Encapsulation(fragments: [[UInt8]](repeating: [0xFF, 0xD8, 0xFF, 0xE0], count: count)).bytes
        var reads = 0
        let value = ByteRange(offset: 0, length: UInt64(bytes.count))
        let table = try await FrameTable.resolved(value: value, dataSet: image(count), transferSyntax: Self.jpeg) { range in
            reads += 1
            return Array(bytes[Int(range.offset)..<Int(range.offset + range.length)])
        }
        #expect(try table.location(of: count - 1).range == ByteRange(offset: UInt64(bytes.count - 4), length: 4))
        #expect(reads < 3100)
    }

    @Test("Video is one stream")
    func video() async throws {
        let value = Encapsulation(fragments: [[0, 0, 1, 0xB3], [1, 2]])
        let syntax = TransferSyntax(UID("1.2.840.10008.1.2.4.102")!)
        let table = try await FrameTable.resolved(value: ByteRange(offset: 0, length: UInt64(value.bytes.count)), dataSet: image(2), transferSyntax: syntax) { range in
            Array(value.bytes[Int(range.offset)..<Int(range.offset + range.length)])
        }
        #expect(table.layout == .stream(FrameLocation(range: ByteRange(offset: 8, length: 22), isFragmented: true)))
        #expect(throws: ReadError(.framesUnclear, offset: 0, "")) { try table.location(of: 0) }
    }

    @Test("Which syntaxes are video", arguments: [("100", true), ("108", true), ("100.1", true), ("108.1", true), ("110", false), ("10", false), ("112", false), ("50", false), ("109", false)])
    func videos(suffix: String, isVideo: Bool) { #expect(TransferSyntax(UID("1.2.840.10008.1.2.4.\(suffix)")!).isVideo == isVideo) }
}
