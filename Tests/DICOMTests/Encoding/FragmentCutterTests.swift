import DICOM
import Testing

@Suite struct FragmentCutterTests {
    /// Fragments of 3, 0 and 9 bytes as PS3.5 §A.4 has them: FFFE,E000, a length of 4 bytes, the content.
    static let value: [UInt8] =
        [0xFE, 0xFF, 0x00, 0xE0, 3, 0, 0, 0, 1, 2, 3] + [0xFE, 0xFF, 0x00, 0xE0, 0, 0, 0, 0] + [0xFE, 0xFF, 0x00, 0xE0, 9, 0, 0, 0, 4, 5, 6, 7, 8, 9, 10, 11, 12]

    private func cut(_ value: [UInt8], pieces: Int) throws -> [UInt8] {
        var cutter = FragmentCutter(FrameLocation(range: ByteRange(offset: 100, length: UInt64(value.count)), isFragmented: true))
        var content: [UInt8] = []
        for start in stride(from: 0, to: value.count, by: pieces) { content += try cutter.content(of: Array(value[start..<min(start + pieces, value.count)])) }
        try cutter.finish()
        return content
    }

    @Test(arguments: 1...36)
    func headersGoHoweverThePiecesAre(pieces: Int) throws {
        #expect(try cut(Self.value, pieces: pieces) == Array(1...12))
    }

    @Test(arguments: 1...35)
    func whatIsCutOffIsAnErrorOrEndsWithAFragment(length: Int) throws {
        let value = Array(Self.value.prefix(length))
        if [11, 19].contains(length) {
            #expect(try cut(value, pieces: 5) == [1, 2, 3])
        } else {
            #expect(throws: ReadError.self) { try cut(value, pieces: 5) }
        }
    }

    @Test func somethingElseThanAFragment() throws {
        var value = Self.value
        value[11] = 0xFF
        let error = #expect(throws: ReadError.self) { try cut(value, pieces: 7) }
        #expect(error?.code == .unexpectedTag)
        #expect(error?.offset == 111)
    }

    @Test func oneFragmentIsTakenAsItIs() throws {
        var cutter = FragmentCutter(FrameLocation(range: ByteRange(offset: 0, length: UInt64(Self.value.count))))
        #expect(try cutter.content(of: Self.value) == Self.value)
        try cutter.finish()
    }
}
