/// For each pixel of a line of the target: which pixels of the source it is made of, and by which weights.
struct ResamplingTable {
    private(set) var first: [Int] = []
    private(set) var count: [Int] = []
    /// Weights of all target pixels, one after the other; those of one pixel sum to 1.
    private(set) var weights: [Float] = []

    /// Smaller: the mean over the area a target pixel covers. Larger: linear between the centres of the two nearest pixels.
    init(source: Range<Int>, target: Int) {
        let step = Double(source.count) / Double(target)
        for index in 0..<target {
            if step > 1 {
                appendArea(from: Double(index) * step, to: Double(index + 1) * step, in: source)
            } else {
                appendLinear(at: (Double(index) + 0.5) * step - 0.5, in: source)
            }
        }
    }

    private mutating func appendArea(from start: Double, to end: Double, in source: Range<Int>) {
        let low = min(Int(start), source.count - 1)
        let high = min(max(Int(end.rounded(.up)), low + 1), source.count)
        first.append(source.lowerBound + low)
        count.append(high - low)
        let covered = (low..<high).map { Float(max(min(end, Double($0 + 1)) - max(start, Double($0)), 0)) }
        let total = covered.reduce(0, +)
        weights += covered.map { total > 0 ? $0 / total : 1 / Float(covered.count) }
    }

    private mutating func appendLinear(at place: Double, in source: Range<Int>) {
        let clamped = min(max(place, 0), Double(source.count - 1))
        let low = Int(clamped)
        first.append(source.lowerBound + low)
        if low + 1 < source.count {
            count.append(2)
            weights += [Float(1 - (clamped - Double(low))), Float(clamped - Double(low))]
        } else {
            count.append(1)
            weights.append(1)
        }
    }
}

/// Brings levels to another size, line by line: first along the rows, then the columns.
enum Resampling {
    /// - Parameter stride: pixels in a row of the source.
    static func resampled<Level: FixedWidthInteger & UnsignedInteger>(
        _ levels: [Level], stride: Int, channels: Int, across: ResamplingTable, down: ResamplingTable
    ) -> [Level] {
        let width = across.first.count * channels
        var result: [Level] = []
        result.reserveCapacity(width * down.first.count)
        // Rows of the source already brought to the target's width. A row is used by at most two targets in a row, so few are kept.
        var rows: [Int: [Float]] = [:]
        var weight = 0
        var line = [Float](repeating: 0, count: width)
        for target in 0..<down.first.count {
            let source = down.first[target]..<down.first[target] + down.count[target]
            for index in line.indices { line[index] = 0 }
            for row in source {
                let values = rows[row] ?? narrowed(levels, from: row * stride * channels, channels: channels, across)
                if row >= source.upperBound - 2 { rows[row] = values }
                add(values, by: down.weights[weight], to: &line)
                weight += 1
            }
            rows = rows.filter { $0.key >= source.upperBound - 2 }
            let top = Float(Level.max)
            result.append(contentsOf: line.lazy.map { Level(min(max($0 + 0.5, 0), top)) })
        }
        return result
    }

    private static func add(_ values: [Float], by weight: Float, to line: inout [Float]) {
        values.withUnsafeBufferPointer { values in
            line.withUnsafeMutableBufferPointer { line in
                for index in 0..<line.count { line[index] += values[index] * weight }
            }
        }
    }

    private static func narrowed<Level: FixedWidthInteger & UnsignedInteger>(
        _ levels: [Level], from start: Int, channels: Int, _ across: ResamplingTable
    ) -> [Float] {
        [Float](unsafeUninitializedCapacity: across.first.count * channels) { target, made in
            levels.withUnsafeBufferPointer { levels in
                var weight = 0
                for pixel in 0..<across.first.count {
                    let first = across.first[pixel], count = across.count[pixel]
                    for channel in 0..<channels {
                        var sum: Float = 0
                        for index in 0..<count {
                            sum += Float(levels[start &+ (first &+ index) &* channels &+ channel]) * across.weights[weight &+ index]
                        }
                        target[pixel &* channels &+ channel] = sum
                    }
                    weight &+= count
                }
            }
            made = across.first.count * channels
        }
    }
}
