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
        // Three frames of three bytes: the second begins in the middle of a word, and shares both its words.
        let frames: [[UInt8]] = [[2, 1, 4, 3], [4, 3, 6, 5], [8, 7, 0, 9]]
        for (index, bytes) in frames.enumerated() {
            let first = UInt8(index * 3 + 1)
            #expect(try frame(byteHeader(columns: 3), bytes, .bigEndianWords, index: index) == .unsigned8([first, first + 1, first + 2]))
        }
        #expect(throws: ImageError(.truncated, .pixelData, "")) { try frame(byteHeader(columns: 3), [2, 1, 4], .bigEndianWords, index: 0) }
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

    @Test("Single bits packed in big endian words")
    func bitsInWords() throws {
        let header = Image.header(rows: 3, columns: 4, Image.us(.bitsAllocated, 1), Image.us(.bitsStored, 1), Image.us(.highBit, 0))
        // Little endian: F0 0F A5 | 5A; 12 bits a frame: the second begins at bit 12 of the first word.
        let words: [UInt8] = [0x0F, 0xF0, 0x5A, 0xA5]
        #expect(try frame(header, words, .bigEndianWords, index: 1) == frame(header, [0x0F, 0xA5, 0x5A], index: 1))
    }

    @Test("64 bits, with and without sign")
    func wide() throws {
        let header = Image.header(rows: 1, columns: 2, Image.us(.bitsAllocated, 64), Image.us(.bitsStored, 63), Image.us(.highBit, 62))
        let bytes: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0, 0, 0, 0, 0, 0, 0x40]
        #expect(try frame(header, bytes) == .unsigned64([.max >> 1, 1 << 62 | 1]))
        var signed = header
        signed.set(Image.us(.pixelRepresentation, 1))
        #expect(try frame(signed, bytes) == .signed64([-1, Int64.min >> 1 | 1]))
        #expect(try PixelDescription(signed).storedRange == Int.min >> 1...Int.max >> 1)
        #expect(try frame(header, Array(bytes.reversed()), .bigEndian) == .unsigned64([1 << 62 | 1, .max >> 1]))
    }

    @Test("A frame in the form codecs take keeps the bits around its samples; aligned, it holds nothing else")
    func ordered() throws {
        let header = Image.header(Image.us(.bitsStored, 12), Image.us(.highBit, 13), Image.us(.pixelRepresentation, 1))
        let description = try PixelDescription(header)
        let frame = try NativeFrame(stored: [0xC0, 0x07, 0x20, 0x03, 0x1F, 0xFC, 0x40, 0x00], description: description, byteOrder: .bigEndian, index: 0)
        #expect(frame.bytes == [0x07, 0xC0, 0x03, 0x20, 0xFC, 0x1F, 0x00, 0x40])
        let aligned = try frame.aligned()
        #expect(aligned.description.highBit == 11)
        #expect(aligned.bytes == Image.words([1, -2048, 2047, 0]))
    }

    @Test("YBR_FULL_422 of 16 bits; YBR_PARTIAL_420 is not defined uncompressed")
    func chroma() throws {
        let header = Image.header(rows: 1, columns: 2, Image.us(.samplesPerPixel, 3), Image.cs(.photometricInterpretation, "YBR_FULL_422"))
        #expect(try frame(header, Image.words([1, 2, 300, 400])) == .unsigned16([1, 300, 400, 2, 300, 400]))
        let ordered = try NativeFrame(stored: Image.words([1, 2, 300, 400]), description: PixelDescription(header), byteOrder: .littleEndian, index: 0)
        #expect(ordered.bytes == Image.words([1, 300, 400, 2, 300, 400]))
        #expect(ordered.description.photometricInterpretation == .ybrFull)
        let partial = Image.header(Image.us(.samplesPerPixel, 3), Image.cs(.photometricInterpretation, "YBR_PARTIAL_420"))
        #expect(throws: ImageError(.unsupported, .photometricInterpretation, "")) { try frame(partial, [UInt8](repeating: 0, count: 24)) }
    }

    @Test("Missing bytes are told", arguments: [0, 1, 7])
    func truncated(count: Int) {
        #expect(throws: ImageError(.truncated, .pixelData, "")) { try frame(Image.header(), [UInt8](repeating: 0, count: count)) }
    }
}
