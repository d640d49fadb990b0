import DICOM
import DICOMImage
import Testing

@Suite("Image Pixel Module")
struct PixelDescriptionTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: DataElement
        let code: ImageError.Code
        var tag: Tag?
    }

    static let cases: [Case] = [
        Case(testDescription: "no rows", change: Image.us(.rows, 0), code: .invalid),
        Case(testDescription: "more than 2^28 pixels", change: DataElement(.rows, .UL, integers: [1 << 28]), code: .tooLarge),
        Case(testDescription: "no number of columns", change: DataElement(.columns, .US, integers: []), code: .missing),
        Case(testDescription: "17 of 16 bits", change: Image.us(.bitsStored, 17), code: .invalid),
        Case(testDescription: "a bit beyond the word", change: Image.us(.highBit, 40), code: .invalid),
        Case(testDescription: "no room below the high bit", change: Image.us(.highBit, 7), code: .invalid),
        Case(testDescription: "24 bits", change: Image.us(.bitsAllocated, 24), code: .unsupported),
        Case(testDescription: "sign 7", change: Image.us(.pixelRepresentation, 7), code: .invalid),
        Case(testDescription: "two samples of grey", change: Image.us(.samplesPerPixel, 2), code: .invalid),
        Case(testDescription: "unknown colours", change: Image.cs(.photometricInterpretation, "FOO"), code: .unsupported),
        Case(testDescription: "no frames", change: DataElement(.numberOfFrames, .IS, "0"), code: .invalid),
        Case(testDescription: "frames in words", change: DataElement(.numberOfFrames, .IS, "many"), code: .missing),
    ]

    @Test("Nonsense is refused, and the attribute named", arguments: cases)
    func refused(_ item: Case) {
        #expect(throws: ImageError(item.code, item.change.tag, "")) { try PixelDescription(Image.header(item.change)) }
    }

    @Test("The range of stored values follows Bits Stored and sign", arguments: [(12, 0, 0...4095), (12, 1, -2048...2047), (16, 1, -32768...32767)])
    func range(stored: Int, sign: Int, range: ClosedRange<Int>) throws {
        let header = Image.header(Image.us(.bitsStored, stored), Image.us(.highBit, stored - 1), Image.us(.pixelRepresentation, sign))
        #expect(try PixelDescription(header).storedRange == range)
    }
}
