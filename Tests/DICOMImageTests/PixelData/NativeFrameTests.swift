import DICOM
import DICOMImage
import Testing

@Suite("Native frames")
struct NativeFrameTests {
    private func frame(_ header: DataSet, _ bytes: [UInt8], _ order: ByteOrder = .littleEndian, index: Int = 0) throws -> Frame.Samples {
        try Frame(native: bytes, description: PixelDescription(header), byteOrder: order, index: index).samples
    }

    @Test("12 bits with a sign; an overlay in the bits above does not show")
    func overlayBits() throws {
        let header = Image.header(Image.us(.bitsStored, 12), Image.us(.highBit, 11), Image.us(.pixelRepresentation, 1))
        #expect(try frame(header, Image.words([0x8FFF, 0xF7FF, 0x1800, 0x4001])) == .signed16([-1, 2047, -2048, 1]))
    }

    @Test("Samples at the upper end of their word come down")
    func highBit() throws {
        let header = Image.header(Image.us(.bitsStored, 12), Image.us(.highBit, 15))
        #expect(try frame(header, Image.words([0xFFF0, 0x0010, 0x800F, 0])) == .unsigned16([4095, 1, 2048, 0]))
    }

    @Test("Big endian words")
    func bigEndian() throws {
        #expect(try frame(Image.header(), [1, 2, 3, 4, 5, 6, 7, 8], .bigEndian) == .unsigned16([0x0102, 0x0304, 0x0506, 0x0708]))
    }

    static let bytes = [Image.us(.bitsAllocated, 8), Image.us(.bitsStored, 8), Image.us(.highBit, 7)]

    private func byteHeader(rows: Int = 1, columns: Int, _ changes: DataElement...) -> DataSet {
        var header = Image.header(rows: rows, columns: columns)
        for change in Self.bytes + changes { header.set(change) }
        return header
    }

    @Test("Bytes in big endian words have changed places")
    func bytesInWords() throws {
        #expect(try frame(byteHeader(columns: 4), [2, 1, 4, 3], .bigEndianWords) == .unsigned8([1, 2, 3, 4]))
        #expect(throws: ImageError(.unsupported, .pixelData, "")) { try frame(byteHeader(columns: 3), [2, 1, 4, 3], .bigEndianWords, index: 1) }
    }

    @Test("Planes of colour become pixels of colour")
    func planar() throws {
        let header = byteHeader(columns: 2, Image.us(.samplesPerPixel, 3), Image.cs(.photometricInterpretation, "RGB"), Image.us(.planarConfiguration, 1))
        #expect(try frame(header, [1, 2, 3, 4, 5, 6]) == .unsigned8([1, 3, 5, 2, 4, 6]))
    }

    @Test("Two pixels share their chroma")
    func subsampled() throws {
        let header = byteHeader(columns: 2, Image.us(.samplesPerPixel, 3), Image.cs(.photometricInterpretation, "YBR_FULL_422"))
        #expect(try frame(header, [10, 20, 100, 200]) == .unsigned8([10, 100, 200, 20, 100, 200]))
    }

    @Test("Frames of 1 bit begin where the one before ended")
    func bits() throws {
        let header = Image.header(rows: 1, columns: 3, Image.us(.bitsAllocated, 1), Image.us(.bitsStored, 1), Image.us(.highBit, 0))
        // Lowest bit first: 101 011 100 0.
        let packed: [UInt8] = [0b0111_0101, 0b0000_0000]
        #expect(try frame(header, packed, index: 0) == .unsigned8([1, 0, 1]))
        #expect(try frame(header, packed, index: 1) == .unsigned8([0, 1, 1]))
        #expect(try frame(header, packed, index: 2) == .unsigned8([1, 0, 0]))
    }

    @Test("Missing bytes are told", arguments: [0, 1, 7])
    func truncated(count: Int) {
        #expect(throws: ImageError(.truncated, .pixelData, "")) { try frame(Image.header(), [UInt8](repeating: 0, count: count)) }
    }
}
