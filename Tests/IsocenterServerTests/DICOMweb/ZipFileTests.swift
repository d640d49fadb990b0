import Testing

@testable import IsocenterServer

/// PKWARE APPNOTE 6.3; that readers understand it is tested with unzip and others in PeerTests.
struct ZipFileTests {
    @Test("The length of a file is known before it is written", arguments: [0, 1, 2, 1000, 65_534, 65_535, 70_000])
    func length(number: Int) {
        let entries = (0..<number).map { ("F\($0)", $0 % 3) }
        var zip = ZipFile(time: DOSTime()), count = 0
        for (name, length) in entries { count += zip.begin(name, length: UInt64(length), crc: 1).count + length }
        count += zip.finish().count
        #expect(UInt64(count) == ZipFile.length(of: entries.map { ($0.0, UInt64($0.1)) }))
    }

    @Test("Numbers above 32 bits are in extra fields") func large() {
        var zip = ZipFile(time: DOSTime())
        let first = zip.begin("A", length: 5 << 30, crc: 7)
        #expect(Array(first[18..<26]) == [UInt8](repeating: 0xFF, count: 8))
        #expect(Array(first.suffix(20)) == [1, 0, 16, 0] + [0, 0, 0, 0x40, 1, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0, 0])
        let second = zip.begin("B", length: 1, crc: 7), end = zip.finish()
        #expect(second.count == 31)
        // Offset of the second entry, and the 64-bit end record.
        let offset = (UInt64(5) << 30) + UInt64(first.count)
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: offset >> (8 * $0)) }
        #expect(end.indices.dropLast(8).contains { end[$0..<$0 + 8].elementsEqual(bytes) })
        #expect(end.suffix(22 + 20).prefix(4).elementsEqual([0x50, 0x4B, 6, 7]))
        #expect(ZipFile.length(of: [("A", 5 << 30), ("B", 1)]) == offset + UInt64(second.count) + 1 + UInt64(end.count))
    }

    /// CRC-32 of "123456789" is the check value of ISO 3309 lists.
    @Test func crc() {
        #expect(Array("123456789".utf8).withUnsafeBytes { ZipFile.crc(0, $0) } == 0xCBF4_3926)
    }

    @Test(arguments: [
        (0, 1 << 5 | 1, 0), (1_700_000_000, (2023 - 1980) << 9 | 11 << 5 | 14, 22 << 11 | 13 << 5 | 10),
        (951_782_400, (2000 - 1980) << 9 | 2 << 5 | 29, 0), (1_735_689_599, (2024 - 1980) << 9 | 12 << 5 | 31, 23 << 11 | 59 << 5 | 29),
    ])
    func dosTime(seconds: Int, date: Int, time: Int) {
        let found = DOSTime(microseconds: Int64(seconds) * 1_000_000)
        #expect(Int(found.date) == date && Int(found.time) == time)
    }
}
