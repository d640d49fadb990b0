import DICOM

@testable import DICOMImage

/// Class E: offset tables, fragments and code streams that are not what they should be.
struct HostileEncapsulation {
    static let frames = 3
    private var images: [HostileImage] = []

    static func all() throws -> [HostileImage] {
        var made = HostileEncapsulation()
        for name in ["jpeg", "jpegls", "j2k", "rle"] {
            try made.tables(name)
            try made.manyInOne(name)
        }
        for name in ["jpegls", "rle"] {
            try made.extendedTables(name)
            try made.fragments(name)
        }
        for name in ["jpeg", "jpeg-extended", "jpeg-lossless", "jpegls", "j2k", "htj2k", "rle", "jxl"] { try made.foreign(name) }
        try made.million()
        return made.images
    }

    // MARK: Parts

    private static func header(frames: Int = frames, _ changes: DataElement...) -> DataSet {
        var header = Image.header(
            rows: 16, columns: 16, Image.us(.bitsAllocated, 8), Image.us(.bitsStored, 8), Image.us(.highBit, 7), DataElement(.numberOfFrames, .IS, "\(frames)"))
        for change in changes { header.set(change) }
        return header
    }

    /// Three frames as this syntax writes them.
    private static func streams(_ name: String) throws -> [[UInt8]] {
        let description = try PixelDescription(header())
        return try (0..<frames).map { frame in
            let samples = try NativeFrame(description: description, bytes: (0..<256).map { UInt8(truncatingIfNeeded: $0 &* (frame + 3) ^ $0 >> 3) })
            return try DirectFrameCoding().encode(samples, .named(name), EncodingParameters()).bytes
        }
    }

    private static func number(_ number: UInt64, bytes: Int) -> [UInt8] { (0..<bytes).map { UInt8(truncatingIfNeeded: number >> UInt64(8 * $0)) } }
    private static func item(_ content: [UInt8], length: Int? = nil) -> [UInt8] { [0xFE, 0xFF, 0x00, 0xE0] + number(UInt64(length ?? content.count), bytes: 4) + content }
    private static let delimiter: [UInt8] = [0xFE, 0xFF, 0xDD, 0xE0, 0, 0, 0, 0]

    private mutating func add(_ name: String, _ syntax: String, _ value: [UInt8], header: DataSet = header()) throws {
        images.append(try HostileImage("\(syntax): \(name)", header, encapsulated: value, as: .named(syntax)))
    }

    // MARK: Tables

    private mutating func tables(_ syntax: String) throws {
        let streams = try Self.streams(syntax)
        // Each frame in two fragments, so that the table is needed.
        let halves = streams.flatMap { [Array($0[..<($0.count / 2)]), Array($0[($0.count / 2)...])] }
        let starts = [0, 16 + streams[0].count, 32 + streams[0].count + streams[1].count].map(UInt64.init)
        let cases: [(String, [UInt64])] = [
            ("right table", starts), ("no table", []), ("unsorted table", [starts[1], starts[0], starts[2]]), ("descending table", starts.reversed()), ("overlapping table", [0, 0, starts[2]]),
            ("table beyond the end", [0, starts[1], 1 << 20]), ("table of FFFFFFFFH", [0, .max, .max]), ("too short a table", Array(starts.dropLast())), ("too long a table", starts + [starts[2] + 8]),
            ("table into fragments", [0, starts[1] + 3, starts[2] + 1]), ("table of noughts", [0, 0, 0]), ("table that begins late", starts.map { $0 + 8 }),
        ]
        for (name, table) in cases {
            try add(name, syntax, Self.item(table.flatMap { Self.number($0, bytes: 4) }) + halves.flatMap { Self.item($0) } + Self.delimiter)
        }
        try add("table of five bytes", syntax, Self.item([0, 0, 0, 0, 1]) + halves.flatMap { Self.item($0) } + Self.delimiter)
    }

    private mutating func extendedTables(_ syntax: String) throws {
        let streams = try Self.streams(syntax)
        let halves = streams.flatMap { [Array($0[..<($0.count / 2)]), Array($0[($0.count / 2)...])] }
        let starts = [0, 16 + streams[0].count, 32 + streams[0].count + streams[1].count].map(UInt64.init)
        let cases: [(String, [UInt64])] = [
            ("right", starts), ("2^63", [0, 1 << 63, starts[2]]), ("2^63 - 1", [0, 1 << 63 - 1, starts[2]]), ("2^64 - 1", [0, .max, .max]), ("unsorted", [starts[2], 0, starts[1]]), ("short", [0]),
            ("long", starts + [1 << 40]), ("into a fragment", [0, 5, 9]),
        ]
        for (name, table) in cases {
            let extended = DataElement(.extendedOffsetTable, .OV, bytes: table.flatMap { Self.number($0, bytes: 8) })
            try add("extended table \(name)", syntax, Self.item([]) + halves.flatMap { Self.item($0) } + Self.delimiter, header: Self.header(extended))
        }
    }

    // MARK: Fragments

    private mutating func fragments(_ syntax: String) throws {
        let streams = try Self.streams(syntax)
        let whole = streams.flatMap { Self.item($0) }, empty = Self.item([])
        let cases: [(String, [UInt8])] = [
            ("whole", empty + whole + Self.delimiter), ("zero fragments", empty + Self.delimiter), ("nothing at all", []), ("only a delimiter", Self.delimiter),
            ("an empty frame", empty + Self.item(streams[0]) + empty + Self.item(streams[2]) + Self.delimiter), ("an empty fragment too many", empty + Self.item(streams[0]) + empty + whole.dropFirst(8 + streams[0].count) + Self.delimiter),
            ("odd lengths", empty + streams.flatMap { Self.item($0 + [0]) } + Self.delimiter), ("over the end", empty + whole + Self.item([1, 2], length: 1000)),
            ("no delimiter", empty + whole), ("delimiter with length", empty + whole + [0xFE, 0xFF, 0xDD, 0xE0, 4, 0, 0, 0]), ("no table item", whole + Self.delimiter),
            ("another tag between", empty + Self.item(streams[0]) + [0x10, 0, 0x10, 0, 4, 0, 0, 0, 1, 2, 3, 4] + Self.delimiter), ("undefined item length", empty + Self.item(streams[0], length: 0xFFFF_FFFF) + Self.delimiter),
            ("cut in a fragment", Array((empty + whole).dropLast(5))), ("cut in an item header", empty + whole + [0xFE, 0xFF, 0x00]), ("a frame too few", empty + Self.item(streams[0]) + Self.item(streams[1]) + Self.delimiter),
            ("a frame too many", empty + whole + Self.item(streams[0]) + Self.delimiter), ("byte by byte", empty + streams[0].flatMap { Self.item([$0]) } + Self.delimiter),
            ("a table of 20 MB", Self.item([UInt8](repeating: 0, count: 20 << 20)) + whole + Self.delimiter),
        ]
        for (name, value) in cases { try add(name, syntax, value) }
    }

    private mutating func manyInOne(_ syntax: String) throws {
        let streams = try Self.streams(syntax)
        try add("all in one fragment", syntax, Self.item([]) + Self.item(streams.flatMap { $0 }) + Self.delimiter)
        try add("the last one cut", syntax, Self.item([]) + Self.item(streams[0] + streams[1] + streams[2].dropLast(9)) + Self.delimiter)
    }

    private mutating func million() throws {
        let count = 1_000_000
        var value = Self.item([])
        value.reserveCapacity(10 * count)
        for _ in 0..<count { value += [0xFE, 0xFF, 0x00, 0xE0, 2, 0, 0, 0, 1, 2] }
        try add("a million fragments for three frames", "jpegls", value + Self.delimiter)
        try add("a million fragments for a million frames", "jpegls", value + Self.delimiter, header: Self.header(frames: count))
    }

    // MARK: Something else

    private mutating func foreign(_ syntax: String) throws {
        let contents: [(String, [UInt8])] = [
            ("a JPEG stream", try Self.streams("jpeg")[0]), ("a JPEG 2000 stream", try Self.streams("j2k")[0]), ("PNG", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]),
            ("ELF", [0x7F, 0x45, 0x4C, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 56)), ("noughts", [UInt8](repeating: 0, count: 300)), ("FFH", [UInt8](repeating: 0xFF, count: 300)),
        ]
        for (name, content) in contents { try add(name, syntax, Self.item([]) + Self.item(content) + Self.delimiter, header: Self.header(frames: 1)) }
    }
}
