/// A GIF as a reader sees it, written from the specification's decoding side (GIF89a, appendix F).
struct GIF {
    struct Frame {
        let delay: Int
        let rgb: [UInt8]
    }

    private(set) var width = 0, height = 0
    private(set) var frames: [Frame] = []

    init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: Array("GIF89a".utf8)), bytes.last == 0x3B else { return nil }
        func word(_ at: Int) -> Int { Int(bytes[at]) | Int(bytes[at + 1]) << 8 }
        (width, height) = (word(6), word(8))
        var at = 13
        var global: [UInt8] = []
        if bytes[10] & 0x80 != 0 {
            global = Array(bytes[13..<13 + 3 << (Int(bytes[10] & 7) + 1)])
            at += global.count
        }
        var delay = 0
        while bytes[at] != 0x3B {
            if bytes[at] == 0x21 {
                if bytes[at + 1] == 0xF9 { delay = word(at + 4) }
                at += 2
                while bytes[at] != 0 { at += Int(bytes[at]) + 1 }
                at += 1
                continue
            }
            guard bytes[at] == 0x2C else { return nil }
            let flags = bytes[at + 9]
            at += 10
            var table = global
            if flags & 0x80 != 0 {
                table = Array(bytes[at..<at + 3 << (Int(flags & 7) + 1)])
                at += table.count
            }
            let size = Int(bytes[at])
            at += 1
            var data: [UInt8] = []
            while bytes[at] != 0 {
                data += bytes[at + 1...at + Int(bytes[at])]
                at += Int(bytes[at]) + 1
            }
            at += 1
            guard let indices = Self.decoded(data, size, count: width * height) else { return nil }
            frames.append(Frame(delay: delay, rgb: indices.flatMap { table[3 * Int($0)..<3 * Int($0) + 3] }))
        }
    }

    private static func decoded(_ data: [UInt8], _ size: Int, count: Int) -> [UInt8]? {
        let clear = 1 << size
        var entries: [[UInt8]] = [], width = size + 1, bit = 0
        var previous: [UInt8]?
        var out: [UInt8] = []
        while bit + width <= data.count * 8 {
            var code = 0
            for index in 0..<width { code |= Int(data[(bit + index) / 8] >> UInt8((bit + index) % 8) & 1) << index }
            bit += width
            if code == clear {
                entries = (0..<clear).map { [UInt8($0)] } + [[], []]
                width = size + 1
                previous = nil
                continue
            }
            if code == clear + 1 { return out.count == count ? out : nil }
            let entry: [UInt8]
            if code < entries.count { entry = entries[code] } else if let previous, code == entries.count { entry = previous + [previous[0]] } else { return nil }
            out += entry
            if let previous, entries.count < 4096 { entries.append(previous + [entry[0]]) }
            if entries.count == 1 << width, width < 12 { width += 1 }
            previous = entry
        }
        return nil
    }
}
