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

    @Test("Native", arguments: [
        (image(), 16, [[1000, 16]]), (image(frames: "3"), 48, [[1000, 16], [1016, 16], [1032, 16]]), (image(frames: "2", bits: 16), 64, [[1000, 32], [1032, 32]]),
        (image(frames: "1", samples: 3, photometric: "RGB"), 48, [[1000, 48]]), (image(frames: "1", samples: 3, photometric: "YBR_FULL_422"), 32, [[1000, 32]]),
        // Bits: the second frame begins in the middle of a byte.
        (image(frames: "2", rows: 3, columns: 4, bits: 1), 4, [[1000, 2], [1001, 2]]),
        // Padding after the last frame; too short; nonsense.
        (image(frames: "1", rows: 3, columns: 5), 16, [[1000, 15]]), (image(frames: "2"), 31, []), (image(frames: "0"), 16, []), (image(frames: "-1"), 16, []), (image(frames: "x"), 16, []),
        (image(rows: 0), 16, []), (image(bits: 0), 16, []), (image(samples: 9), 16, []), (image(frames: "2147483647", rows: 65535, columns: 65535, bits: 64), 16, []), (DataSet(), 16, []),
    ] as [(DataSet, UInt64, [[UInt64]])])
    func nativeFrames(dataSet: DataSet, length: UInt64, ranges: [[UInt64]]) {
        #expect(FrameTable.frames(of: dataSet, at: Self.native(length)) == ranges.map { [ByteRange(offset: $0[0], length: $0[1])] })
    }

    /// Fragments behind an empty or filled basic offset table, contents of the given lengths.
    static func encapsulated(_ lengths: [UInt64], table: [UInt32] = []) -> PixelDataLocation {
        var offset: UInt64 = 1008 + UInt64(table.count) * 4
        let fragments = lengths.map { length in
            defer { offset += 8 + length }
            return ByteRange(offset: offset + 8, length: length)
        }
        return PixelDataLocation(tag: .pixelData, vr: .OB, value: ByteRange(offset: 1000, length: offset - 1000), isEncapsulated: true, basicOffsetTable: table, fragments: fragments)
    }

    static func extended(_ offsets: [Int]) -> DataElement { DataElement(.extendedOffsetTable, .OV, integers: offsets) }

    @Test("Encapsulated: numbers of fragments a frame", arguments: [
        (image(), encapsulated([4]), [1]), (image(), encapsulated([4, 6, 8]), [3]), (image(frames: "3"), encapsulated([4, 6, 8]), [1, 1, 1]),
        // By the basic offset table; by the extended one; with neither there is no telling.
        (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 26]), [2, 1]), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 12]), [1, 2]),
        (image(frames: "2", extended([0, 26])), encapsulated([4, 6, 8]), [2, 1]), (image(frames: "2"), encapsulated([4, 6, 8]), []),
        // Tables that do not fit: into a fragment, not from the first, too many entries, descending, beyond the end.
        (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 13]), []), (image(frames: "2"), encapsulated([4, 6, 8], table: [12, 26]), []), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, 12, 26]), []),
        (image(frames: "2"), encapsulated([4, 6, 8], table: [26, 0]), []), (image(frames: "2"), encapsulated([4, 6, 8], table: [0, .max]), []), (image(frames: "2", extended([0, Int.max])), encapsulated([4, 6, 8]), []),
        (image(frames: "5"), encapsulated([4]), []), (image(), encapsulated([]), []),
    ] as [(DataSet, PixelDataLocation, [Int])])
    func encapsulatedFrames(dataSet: DataSet, location: PixelDataLocation, counts: [Int]) {
        let frames = FrameTable.frames(of: dataSet, at: location)
        #expect(frames.map(\.count) == counts)
        // Together they are all the fragments, in order.
        if !counts.isEmpty { #expect(frames.flatMap { $0 } == location.fragments) }
    }

    @Test("No pixel data, no frames") func none() { #expect(FrameTable.frames(of: Self.image(), at: nil).isEmpty) }
}
