import Archive
import Testing

@testable import IsocenterServer

@Suite("Frames of single bits (PS3.5 §8.1.1)")
struct BitFrameTests {
    @Test("A frame begins with its own first bit, whatever byte that lies in", arguments: [
        ([0b1011_0101], 0, 8, [0b1011_0101]),
        ([0b1011_0101], 0, 5, [0b0001_0101]),
        ([0b1010_0000, 0b0000_0011], 5, 5, [0b0001_1101]),
        ([0b1100_0000, 0b1111_0001, 0b0000_0001], 6, 12, [0b1100_0111, 0b0000_0111]),
    ] as [([UInt8], Int, Int, [UInt8])])
    func aligned(_ bytes: [UInt8], _ start: Int, _ count: Int, _ expected: [UInt8]) {
        #expect(Archive.bits(of: bytes, from: start, count: count) == expected)
    }
}
