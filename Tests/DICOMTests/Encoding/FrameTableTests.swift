import Testing

@testable import DICOM

@Suite("Where frames lie")
struct FrameTableTests {
    static func image(frames: String? = nil, rows: Int = 4, columns: Int = 4, bits: Int = 8, samples: Int = 1, photometric: String = "MONOCHROME2", _ more: DataElement...) -> DataSet {
        var dataSet = DataSet([
            DataElement(.rows, .US, integers: [rows]), DataElement(.columns, .US, integers: [columns]), DataElement(.bitsAllocated, .US, integers: [bits]),
            DataElement(.samplesPerPixel, .US, integers: [samples]), DataElement(.photometricInterpretation, .CS, photometric),
        ] + more)
        if let frames { dataSet.set(DataElement(.numberOfFrames, .IS, frames)) }
        return dataSet
    }

    static func native(_ length: UInt64) -> PixelDataLocation {
        PixelDataLocation(tag: .pixelData, vr: .OW, value: ByteRange(offset: 1000, length: length), isEncapsulated: false)
    }

    static func table(_ dataSet: DataSet, _ location: PixelDataLocation, _ syntax: TransferSyntax = .explicitVRLittleEndian) -> FrameTable {
        FrameTable(dataSet, location, transferSyntax: syntax)
    }

    /// Places of the frames until one cannot be had.
    static func places(_ table: FrameTable, limit: Int = 100) -> [[UInt64]] {
        var result: [[UInt64]] = []
        while result.count < limit, let frame = try? table.location(of: result.count) { result.append([frame.range.offset, frame.range.length]) }
        return result
    }

    @Test("Native", arguments: [
        (image(), 16, [[1000, 16]]), (image(frames: "3"), 48, [[1000, 16], [1016, 16], [1032, 16]]), (image(frames: "2", bits: 16), 64, [[1000, 32], [1032, 32]]),
        (image(frames: "1", samples: 3, photometric: "RGB"), 48, [[1000, 48]]), (image(frames: "1", samples: 3, photometric: "YBR_FULL_422"), 32, [[1000, 32]]),
        // Bits: the second frame begins in the middle of a byte.
        (image(frames: "2", rows: 3, columns: 4, bits: 1), 4, [[1000, 2], [1001, 2]]),
        // Padding after the last frame; too short for the second, which alone is missing; nonsense.
        (image(frames: "1", rows: 3, columns: 5), 16, [[1000, 15]]), (image(frames: "2"), 31, [[1000, 16]]), (image(frames: "0"), 16, []), (image(frames: "-1"), 16, []), (image(frames: "x"), 16, []),
        (image(rows: 0), 16, []), (image(bits: 0), 16, []), (image(samples: 9), 16, []), (image(frames: "2147483647", rows: 65535, columns: 65535, bits: 64), 16, []), (DataSet(), 16, []),
        (DataSet(image().elements.map { $0.tag == .rows ? DataElement(.rows, .SV, integers: [.max]) : $0 }), 16, []),
    ] as [(DataSet, UInt64, [[UInt64]])])
    func nativeFrames(dataSet: DataSet, length: UInt64, places: [[UInt64]]) {
        #expect(Self.places(Self.table(dataSet, Self.native(length))) == places)
    }

    @Test("Native frames that share a big endian word")
    func words() {
        let table = Self.table(Self.image(frames: "3", rows: 1, columns: 3), Self.native(10), .explicitVRBigEndian)
        #expect(Self.places(table) == [[1000, 4], [1002, 4], [1006, 4]])
    }

    @Test("A frame that is not there is named", arguments: [(1, ReadError.Code.truncated, "frame 2"), (2, .noSuchFrame, "frame 3"), (-1, .noSuchFrame, "frame 0"), (.max, .noSuchFrame, "frames 1 to 2")])
    func named(index: Int, code: ReadError.Code, words: String) throws {
        let error = try #require(throws: ReadError.self) { try Self.table(Self.image(frames: "2"), Self.native(31)).location(of: index) }
        #expect(error.code == code)
        #expect(error.path == [.pixelData])
        #expect(error.message.contains(words))
    }

    // MARK: Encapsulated

    static let jpeg = TransferSyntax(UID("1.2.840.10008.1.2.4.50")!), rle = TransferSyntax(UID("1.2.840.10008.1.2.5")!)

    /// Fragments behind an empty or filled basic offset table, contents of the given lengths; J: begins a JPEG stream, -: goes on.
    static func encapsulated(_ lengths: [UInt64], table: [UInt32] = [], starts: String = "") -> PixelDataLocation {
        var offset: UInt64 = 1008 + UInt64(table.count) * 4
        let fragments = lengths.map { length in
            defer { offset += 8 + length }
            return ByteRange(offset: offset + 8, length: length)
        }
        return PixelDataLocation(
            tag: .pixelData, vr: .OB, value: ByteRange(offset: 1000, length: offset - 1000), isEncapsulated: true, basicOffsetTable: table, fragments: fragments,
            starts: starts.map { $0 == "J" ? .jpeg : nil })
    }

    static func extended(_ offsets: [Int]) -> DataElement { DataElement(.extendedOffsetTable, .OV, integers: offsets) }

    @Test("Encapsulated: numbers of fragments a frame", arguments: [
        (image(), encapsulated([4]), [1]), (image(), encapsulated([4, 6, 8]), [3]), (image(frames: "3"), encapsulated([4, 6, 8]), [1, 1, 1]),
        // By the basic offset table; by the extended one; with neither there is no telling.
        (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 26]), [2, 1]), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 12]), [1, 2]),
        (image(frames: "2", extended([0, 26])), encapsulated([4, 6, 8]), [2, 1]), (image(frames: "2"), encapsulated([4, 6, 8]), []),
        // Tables that do not fit: into a fragment, not from the first, too many entries, descending, twice the same, beyond the end.
        (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 13]), []), (image(frames: "2"), encapsulated([4, 6, 8], table: [12, 26]), []), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 12, 26]), []),
        (image(frames: "2"), encapsulated([4, 6, 8], table: [26, 0]), []), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 0]), []), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, .max]), []),
        (image(frames: "2", extended([0, Int.max])), encapsulated([4, 6, 8]), []), (image(frames: "2", extended([0, -1])), encapsulated([4, 6, 8]), []), (image(frames: "2", extended([0, Int.min])), encapsulated([4, 6, 8]), []),
        // Where the streams show how frames begin, no table is needed, and a table that says otherwise is not believed.
        (image(frames: "2"), encapsulated([4, 6, 8], starts: "J-J"), [2, 1]), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 12], starts: "J-J"), [2, 1]),
        (image(frames: "2"), encapsulated([0, 6, 8, 9], starts: "-J-J"), [3, 1]), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 12], starts: "J--"), []),
        // More streams than frames: a table that begins each frame with one decides.
        (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 26], starts: "JJJ"), [2, 1]), (image(frames: "2"), encapsulated([4, 6, 8], starts: "JJJ"), []),
        // Right tables of both kinds for files that were cut: what is here is certain.
        (image(frames: "4"), encapsulated([4, 6], table: [0, 12, 26, 40]), [1, 1]), (image(frames: "4", extended([0, 12, 26, 40])), encapsulated([4, 6]), [1, 1]),
        (image(frames: "4"), encapsulated([4, 6], table: [0, 12, 20, 40]), []), (image(frames: "5"), encapsulated([4]), []), (image(), encapsulated([]), []),
    ] as [(DataSet, PixelDataLocation, [Int])])
    func encapsulatedFrames(dataSet: DataSet, location: PixelDataLocation, counts: [Int]) throws {
        let places = Self.places(Self.table(dataSet, location, Self.jpeg))
        var next = 0
        let expected = counts.map { count -> [UInt64] in
            let fragments = location.fragments[next..<next + count]
            next += count
            let start = fragments.first!.offset - (count > 1 ? 8 : 0)
            return [start, fragments.last!.offset + fragments.last!.length - start]
        }
        #expect(places == expected)
    }

    @Test("A frame is its fragments without what lies between them")
    func content() throws {
        let frame = FrameLocation(range: ByteRange(offset: 0, length: 22), isFragmented: true)
        let item: [UInt8] = [0xFE, 0xFF, 0x00, 0xE0]
        #expect(try frame.content(of: item + [2, 0, 0, 0, 1, 2] + item + [4, 0, 0, 0, 3, 4, 5, 6]) == [1, 2, 3, 4, 5, 6])
        #expect(throws: ReadError(.lengthExceedsParent, offset: 0, "")) { try frame.content(of: item + [255, 0, 0, 0, 1, 2]) }
        #expect(throws: ReadError(.unexpectedTag, offset: 0, "")) { try frame.content(of: [0, 0, 0, 0, 2, 0, 0, 0, 1, 2]) }
        #expect(throws: ReadError(.truncated, offset: 0, "")) { try frame.content(of: item + [2, 0, 0, 0, 1, 2] + item) }
    }
}
