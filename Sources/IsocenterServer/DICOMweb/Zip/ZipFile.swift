import CZlib

/// A ZIP file written front to back, its entries stored as they are (PKWARE APPNOTE 6.3; ZIP64 where numbers ask for it).
///
/// An entry whose length and CRC-32 are known before has them in its header, which every reader understands; else they follow it.
struct ZipFile: Sendable {
    struct Entry: Sendable {
        var name: String
        var length: UInt64
        var crc: UInt32
        var offset: UInt64
        var isDescribedAfter: Bool
    }

    /// Date and time of the entries, as MS-DOS wrote them.
    let time: DOSTime
    private(set) var entries: [Entry] = []
    private var offset: UInt64 = 0
    private static let limit: UInt64 = 0xFFFF_FFFF

    init(time: DOSTime) { self.time = time }

    /// What stands before an entry. Its bytes have to follow.
    ///
    /// - Parameter name: ASCII.
    mutating func begin(_ name: String, length: UInt64, crc: UInt32) -> [UInt8] {
        entries.append(Entry(name: name, length: length, crc: crc, offset: offset, isDescribedAfter: false))
        let header = Self.header(name, time, length: length, crc: crc, isDescribedAfter: false)
        offset += UInt64(header.count) + length
        return header
    }

    /// What stands before an entry of which nothing is known yet.
    mutating func begin(_ name: String) -> [UInt8] {
        entries.append(Entry(name: name, length: 0, crc: 0, offset: offset, isDescribedAfter: true))
        let header = Self.header(name, time, length: 0, crc: 0, isDescribedAfter: true)
        offset += UInt64(header.count)
        return header
    }

    /// What follows an entry that was begun without its length.
    mutating func end(length: UInt64, crc: UInt32) -> [UInt8] {
        guard let last = entries.indices.last else { return [] }
        (entries[last].length, entries[last].crc) = (length, crc)
        let descriptor = Self.bytes(UInt32(0x0807_4B50), crc) + Self.bytes(length, length)
        offset += length + UInt64(descriptor.count)
        return descriptor
    }

    /// The central directory, which ends the file.
    func finish() -> [UInt8] {
        var directory: [UInt8] = []
        for entry in entries { directory += Self.central(entry, time) }
        return directory + Self.trailer(count: UInt64(entries.count), size: UInt64(directory.count), offset: offset)
    }

    /// Bytes of a file of these entries, all of known lengths.
    static func length(of entries: [(name: String, length: UInt64)]) -> UInt64 {
        var offset: UInt64 = 0, directory: UInt64 = 0
        for (name, length) in entries {
            let entry = Entry(name: name, length: length, crc: 0, offset: offset, isDescribedAfter: false)
            directory += UInt64(central(entry, DOSTime()).count)
            offset += UInt64(header(name, DOSTime(), length: length, crc: 0, isDescribedAfter: false).count) + length
        }
        return offset + directory + UInt64(trailer(count: UInt64(entries.count), size: directory, offset: offset).count)
    }

    static func crc(_ crc: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        var crc = UInt(crc), done = 0
        while done < bytes.count {
            let count = min(bytes.count - done, 1 << 30)
            crc = crc32(crc, bytes.baseAddress?.advanced(by: done).assumingMemoryBound(to: UInt8.self), UInt32(count))
            done += count
        }
        return UInt32(truncatingIfNeeded: crc)
    }

    // MARK: Records (APPNOTE §4.3)

    private static func header(_ name: String, _ time: DOSTime, length: UInt64, crc: UInt32, isDescribedAfter: Bool) -> [UInt8] {
        // Lengths that follow are of 64 bits: nobody knows how large it becomes.
        let isLarge = isDescribedAfter || length >= limit
        let extra = isLarge ? bytes(UInt16(1), UInt16(16)) + bytes(length, length) : []
        let short = isDescribedAfter ? 0 : UInt32(min(length, limit))
        return bytes(UInt32(0x0403_4B50)) + bytes(UInt16(isLarge ? 45 : 20), isDescribedAfter ? 8 : 0, UInt16(0), time.time, time.date)
            + bytes(crc, isLarge && !isDescribedAfter ? UInt32(limit) : short, isLarge && !isDescribedAfter ? UInt32(limit) : short)
            + bytes(UInt16(name.utf8.count), UInt16(extra.count)) + Array(name.utf8) + extra
    }

    private static func central(_ entry: Entry, _ time: DOSTime) -> [UInt8] {
        var large: [UInt64] = []
        if entry.length >= limit { large += [entry.length, entry.length] }
        if entry.offset >= limit { large.append(entry.offset) }
        let extra = large.isEmpty ? [] : bytes(UInt16(1), UInt16(8 * large.count)) + large.flatMap { bytes($0) }
        let isLarge = !large.isEmpty || entry.isDescribedAfter
        let length = UInt32(min(entry.length, limit))
        // Made by Unix, a regular file that all may read.
        return bytes(UInt32(0x0201_4B50)) + bytes(UInt16(3 << 8 | 45), UInt16(isLarge ? 45 : 20), entry.isDescribedAfter ? 8 : 0, UInt16(0), time.time, time.date)
            + bytes(entry.crc, length, length) + bytes(UInt16(entry.name.utf8.count), UInt16(extra.count), UInt16(0), UInt16(0), UInt16(0))
            + bytes(UInt32(0o100644) << 16, UInt32(min(entry.offset, limit))) + Array(entry.name.utf8) + extra
    }

    private static func trailer(count: UInt64, size: UInt64, offset: UInt64) -> [UInt8] {
        var out: [UInt8] = []
        if count >= 0xFFFF || size >= limit || offset >= limit {
            out += bytes(UInt32(0x0606_4B50)) + bytes(UInt64(44)) + bytes(UInt16(3 << 8 | 45), UInt16(45)) + bytes(UInt32(0), UInt32(0))
                + bytes(count, count, size, offset)
            out += bytes(UInt32(0x0706_4B50), UInt32(0)) + bytes(offset + size) + bytes(UInt32(1))
        }
        let short = UInt16(min(count, 0xFFFF))
        return out + bytes(UInt32(0x0605_4B50)) + bytes(UInt16(0), UInt16(0), short, short)
            + bytes(UInt32(min(size, limit)), UInt32(min(offset, limit))) + bytes(UInt16(0))
    }

    /// Little endian.
    private static func bytes<Word: FixedWidthInteger>(_ words: Word...) -> [UInt8] {
        var out: [UInt8] = []
        for word in words {
            for byte in 0..<Word.bitWidth / 8 { out.append(UInt8(truncatingIfNeeded: word >> Word(8 * byte))) }
        }
        return out
    }
}

/// A moment as MS-DOS wrote it: two seconds exact, from 1980 to 2107.
struct DOSTime: Sendable, Equatable {
    var date: UInt16 = 1 << 5 | 1
    var time: UInt16 = 0

    init() {}

    /// - Parameter microseconds: since 1970, UTC.
    init(microseconds: Int64) {
        let seconds = microseconds / 1_000_000
        let days = Int(seconds / 86_400), rest = Int(seconds % 86_400)
        // Days since 0000-03-01, years beginning in March.
        let shifted = days + 719_468, era = shifted / 146_097, day = shifted % 146_097
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365, ofYear = day - (365 * year + year / 4 - year / 100)
        let month = (5 * ofYear + 2) / 153, full = year + era * 400 + (month >= 10 ? 1 : 0)
        guard (1980...2107).contains(full), rest >= 0 else { return }
        date = UInt16((full - 1980) << 9 | (month < 10 ? month + 3 : month - 9) << 5 | (ofYear - (153 * month + 2) / 5 + 1))
        time = UInt16((rest / 3600) << 11 | (rest / 60 % 60) << 5 | rest % 60 / 2)
    }
}
