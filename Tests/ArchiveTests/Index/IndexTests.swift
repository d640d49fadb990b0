import DICOM
import Testing

@testable import Archive

@Suite struct IndexTests {
    @Test("Dates in a form that sorts (PS3.5 §6.2, DA)", arguments: [
        ("20240131", "20240131"), ("2024.01.31", "20240131"), ("2024", nil), ("", nil), ("2024013a", nil), ("202401311", nil),
    ] as [(String, String?)])
    func date(text: String, key: String?) { #expect(DateTimeKey.date(text) == key) }

    @Test("Times in a form that sorts (PS3.5 §6.2, TM)", arguments: [
        ("101530", "101530000000"), ("1015", "101500000000"), ("10", "100000000000"), ("101530.5", "101530500000"), ("10:15:30", "101530000000"),
        ("101530.1234567", "101530123456"), ("1", nil), ("", nil), ("10.5", nil), ("noon", nil),
    ] as [(String, String?)])
    func time(text: String, key: String?) { #expect(DateTimeKey.time(text) == key) }

    @Test("Names are folded group by group", arguments: [
        ("Doe^Jane^^^", ["doe^jane"]), ("MÜLLER^Jörg", ["muller^jorg"]), ("Yamada^Tarou=山田^太郎=", ["yamada^tarou", "山田^太郎"]), ("", []), ("^^^", []),
        ("Doe ^ Jane", ["doe^jane"]), ("Ｙａｍａｄａ", ["yamada"]),
    ])
    func names(name: String, groups: [String]) { #expect(SearchText.nameGroups(name) == groups) }

    static let frames: [[[ByteRange]]] = [
        [],
        [[ByteRange(offset: 100, length: 50)], [ByteRange(offset: 150, length: 50)]],
        // Frames of 1 bit that share a byte.
        [[ByteRange(offset: 100, length: 3)], [ByteRange(offset: 102, length: 3)]],
        [[ByteRange(offset: 116, length: 1000), ByteRange(offset: 1124, length: 6)], [ByteRange(offset: 1138, length: 1 << 33)]],
    ]

    @Test("Where frames lie comes back from the row as it went in", arguments: frames)
    func pixelData(frames: [[ByteRange]]) {
        let index = PixelDataIndex(tag: .pixelData, vr: .OW, isEncapsulated: frames.count == 2, value: ByteRange(offset: 100, length: 1 << 34), frames: frames)
        #expect(PixelDataIndex(index.encoded()) == index)
    }

    @Test func aThousandNativeFramesTakeFewBytes() {
        let frames = (0..<1000).map { [ByteRange(offset: 5000 + UInt64($0) * 524_288, length: 524_288)] }
        let index = PixelDataIndex(tag: .pixelData, vr: .OW, isEncapsulated: false, value: ByteRange(offset: 5000, length: 1000 * 524_288), frames: frames)
        #expect(index.encoded().count < 32)
        #expect(PixelDataIndex(index.encoded())?.frames == frames)
    }

    @Test("Bytes that are no such index are none", arguments: [[], [0], [1], [2, 1, 1], [1, 0x90, 0x80], [1, 1, 1, 4, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]] as [[UInt8]])
    func damaged(bytes: [UInt8]) { #expect(PixelDataIndex(bytes) == nil) }

    @Test func aNameOfAnObjectIsItsHashAlone() {
        #expect(ObjectID(hex: String(repeating: "0a", count: 32))?.hex == String(repeating: "0a", count: 32))
        for wrong in ["", "0A", String(repeating: "0A", count: 32), "../" + String(repeating: "0", count: 61)] { #expect(ObjectID(hex: wrong) == nil) }
    }
}
