/// At most 256 colours for a picture, and which of them each pixel has.
struct ColourTable {
    /// R, G, B of 256 entries.
    private(set) var entries: [UInt8]
    private(set) var indices: [UInt8]
    let isExact: Bool

    /// - Parameter rgb: three bytes a pixel. Exact where it has no more than 256 colours, else the nearest of those chosen.
    init(_ rgb: [UInt8]) {
        if let exact = Self.exact(rgb) {
            self = exact
        } else {
            self = Self.chosen(rgb)
        }
    }

    private init(_ colours: [(UInt8, UInt8, UInt8)], _ indices: [UInt8], isExact: Bool) {
        self.isExact = isExact
        entries = colours.flatMap { [$0.0, $0.1, $0.2] } + [UInt8](repeating: 0, count: (256 - colours.count) * 3)
        self.indices = indices
    }

    /// nil where there are more than 256 colours.
    private static func exact(_ rgb: [UInt8]) -> ColourTable? {
        var keys = [Int32](repeating: -1, count: 4096), places = [UInt8](repeating: 0, count: 4096)
        var colours: [(UInt8, UInt8, UInt8)] = []
        var indices = [UInt8](repeating: 0, count: rgb.count / 3)
        for pixel in indices.indices {
            let (r, g, b) = (rgb[pixel &* 3], rgb[pixel &* 3 &+ 1], rgb[pixel &* 3 &+ 2])
            let key = Int32(r) << 16 | Int32(g) << 8 | Int32(b)
            var slot = Int((UInt32(bitPattern: key) &* 2654435761) >> 20)
            while keys[slot] != key, keys[slot] >= 0 { slot = (slot + 1) & 4095 }
            if keys[slot] < 0 {
                guard colours.count < 256 else { return nil }
                keys[slot] = key
                places[slot] = UInt8(colours.count)
                colours.append((r, g, b))
            }
            indices[pixel] = places[slot]
        }
        return ColourTable(colours, indices, isExact: true)
    }

    private struct Bin {
        let index: Int
        let count: Int
        let sum: (Int, Int, Int)

        func channel(_ number: Int) -> Int { index >> (10 - 5 * number) & 31 }
    }

    /// Greys are what most medical colour pictures are made of: where there are many, half of the entries are theirs.
    private static func chosen(_ rgb: [UInt8]) -> ColourTable {
        let pixels = rgb.count / 3
        var counts = [Int32](repeating: 0, count: 32768)
        var sums = [SIMD4<Int>](repeating: .zero, count: 32768)
        var isGrey = [Bool](repeating: false, count: pixels)
        var greys = 0
        for pixel in 0..<pixels {
            let (r, g, b) = (rgb[pixel &* 3], rgb[pixel &* 3 &+ 1], rgb[pixel &* 3 &+ 2])
            if max(r, g, b) - min(r, g, b) <= 3 {
                isGrey[pixel] = true
                greys += 1
            }
        }
        let keepsGreys = greys > pixels / 50
        func bin(_ pixel: Int) -> Int { Int(rgb[pixel &* 3] >> 3) << 10 | Int(rgb[pixel &* 3 &+ 1] >> 3) << 5 | Int(rgb[pixel &* 3 &+ 2] >> 3) }
        for pixel in 0..<pixels where !(keepsGreys && isGrey[pixel]) {
            let index = bin(pixel)
            counts[index] += 1
            sums[index] &+= SIMD4(Int(rgb[pixel &* 3]), Int(rgb[pixel &* 3 &+ 1]), Int(rgb[pixel &* 3 &+ 2]), 0)
        }
        let bins = counts.indices.filter { counts[$0] > 0 }.map { Bin(index: $0, count: Int(counts[$0]), sum: (sums[$0].x, sums[$0].y, sums[$0].z)) }
        var colours: [(UInt8, UInt8, UInt8)] = keepsGreys ? (0..<128).map { level in let grey = UInt8(level * 255 / 127); return (grey, grey, grey) } : []
        var places = [UInt8](repeating: 0, count: 32768)
        for box in boxes(bins, count: 256 - colours.count) {
            let total = box.reduce(0) { $0 + $1.count }
            func mean(_ part: (Bin) -> Int) -> UInt8 { UInt8(clamping: box.reduce(0) { $0 + part($1) } / max(total, 1)) }
            for bin in box { places[bin.index] = UInt8(colours.count) }
            colours.append((mean(\.sum.0), mean(\.sum.1), mean(\.sum.2)))
        }
        let indices = (0..<pixels).map { pixel in
            keepsGreys && isGrey[pixel] ? UInt8((Int(rgb[pixel &* 3 &+ 1]) * 127 + 127) / 255) : places[bin(pixel)]
        }
        return ColourTable(colours, indices, isExact: false)
    }

    /// Median cut (Heckbert 1982): the box with the most pixels times the longest side is halved, again and again.
    private static func boxes(_ bins: [Bin], count: Int) -> [[Bin]] {
        guard !bins.isEmpty else { return [] }
        func extent(_ box: [Bin]) -> (channel: Int, length: Int) {
            (0..<3).map { channel in
                let values = box.map { $0.channel(channel) }
                return (channel, (values.max() ?? 0) - (values.min() ?? 0))
            }.max { $0.1 < $1.1 } ?? (0, 0)
        }
        func weight(_ box: [Bin]) -> (channel: Int, weight: Int) {
            let (channel, length) = extent(box)
            return (channel, length * box.reduce(0) { $0 + $1.count })
        }
        var boxes = [(bins, weight(bins))]
        while boxes.count < count, let widest = boxes.indices.max(by: { boxes[$0].1.weight < boxes[$1].1.weight }), boxes[widest].1.weight > 0 {
            let channel = boxes[widest].1.channel
            let box = boxes[widest].0.sorted { $0.channel(channel) < $1.channel(channel) }
            let half = box.reduce(0) { $0 + $1.count } / 2
            var seen = 0, cut = 1
            for (index, bin) in box.enumerated().dropLast() {
                seen += bin.count
                cut = index + 1
                if seen >= half { break }
            }
            let parts = (Array(box[..<cut]), Array(box[cut...]))
            boxes[widest] = (parts.0, weight(parts.0))
            boxes.append((parts.1, weight(parts.1)))
        }
        return boxes.map(\.0)
    }
}
