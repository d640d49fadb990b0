import DICOM
import DatabaseFixtures
import Testing

@testable import Archive

@Suite(.everyEngine) struct IndexTests {
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

    static let value = ByteRange(offset: 100, length: 1 << 34)
    static let layouts: [FrameTable.Layout] = [
        .native(bits: 400, unit: 1), .native(bits: 400, unit: 2), .native(bits: 27, unit: 1), .listed([]),
        // Side by side, apart, backwards, long.
        .listed([FrameLocation(range: ByteRange(offset: 100, length: 50)), FrameLocation(range: ByteRange(offset: 150, length: 50))]),
        .listed([
            FrameLocation(range: ByteRange(offset: 116, length: 1016), isFragmented: true), FrameLocation(range: ByteRange(offset: 110, length: 0)),
            FrameLocation(range: ByteRange(offset: 1138, length: 1 << 33)),
        ]),
        .stream(FrameLocation(range: ByteRange(offset: 108, length: 5), isFragmented: true)),
    ]

    @Test("Where frames lie comes back from the row as it went in", arguments: layouts)
    func pixelData(layout: FrameTable.Layout) {
        let index = PixelDataIndex(tag: .pixelData, vr: .OW, isEncapsulated: true, frames: FrameTable(value: Self.value, count: 1 << 31, layout: layout))
        #expect(PixelDataIndex(index.encoded()) == index)
    }

    @Test("What could not be told is asked for again", arguments: [.unresolved, .unclear("why")] as [FrameTable.Layout])
    func unknown(layout: FrameTable.Layout) {
        let index = PixelDataIndex(tag: .pixelData, vr: .OB, isEncapsulated: true, frames: FrameTable(value: Self.value, count: 3, layout: layout))
        #expect(PixelDataIndex(index.encoded())?.frames == FrameTable(value: Self.value, count: 0, layout: .unresolved))
    }

    @Test func aMillionNativeFramesTakeFewBytes() {
        let frames = FrameTable(value: Self.value, count: 1_000_000, layout: .native(bits: 524_288 * 8, unit: 1))
        #expect(PixelDataIndex(tag: .pixelData, vr: .OW, isEncapsulated: false, frames: frames).encoded().count < 32)
    }

    @Test("Bytes that are no such index are none", arguments: [[], [0], [1], [2, 1, 1], [1, 0x90, 0x80], [1, 1, 1, 8, 1, 1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]] as [[UInt8]])
    func damaged(bytes: [UInt8]) { #expect(PixelDataIndex(bytes) == nil) }

    @Test func aNameOfAnObjectIsItsHashAlone() {
        #expect(ObjectID(hex: String(repeating: "0a", count: 32))?.hex == String(repeating: "0a", count: 32))
        for wrong in ["", "0A", String(repeating: "0A", count: 32), "../" + String(repeating: "0", count: 61)] { #expect(ObjectID(hex: wrong) == nil) }
    }
}
