/// For each pixel of a line of the target: which pixels of the source it is made of, and by which weights.
struct ResamplingTable {
    private(set) var first: [Int] = []
    private(set) var count: [Int] = []
    /// Weights of all target pixels, one after the other; those of one pixel sum to 1.
    private(set) var weights: [Float] = []

    /// Smaller: the mean over the area a target pixel covers. Larger: linear between the centres of the two nearest pixels.
    init(source: Range<Int>, target: Int) {
        first.reserveCapacity(target)
        count.reserveCapacity(target)
        weights.reserveCapacity(max(2 * target, source.count + target))
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
        let begin = weights.count
        var total: Float = 0
        for pixel in low..<high {
            let covered = Float(max(min(end, Double(pixel + 1)) - max(start, Double(pixel)), 0))
            weights.append(covered)
            total += covered
        }
        for index in begin..<weights.count { weights[index] = total > 0 ? weights[index] / total : 1 / Float(high - low) }
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

/// Brings levels to another size. First down the columns, whole rows at once, then across the one row that came out:
/// the strides of the first pass are what processors are quick at, and it leaves the least for the second.
enum Resampling {
    /// - Parameter stride: pixels in a row of the source.
    static func resampled<Level: FixedWidthInteger & UnsignedInteger>(
        _ levels: [Level], stride: Int, channels: Int, across: ResamplingTable, down: ResamplingTable
    ) -> [Level] {
        let width = across.first.count * channels, height = down.first.count
        var line = [Float](repeating: 0, count: stride * channels)
        return [Level](unsafeUninitializedCapacity: width * height) { target, made in
            levels.withUnsafeBufferPointer { levels in
                line.withUnsafeMutableBufferPointer { line in
                    var weight = 0
                    for row in 0..<height {
                        for index in 0..<down.count[row] {
                            let source = levels.baseAddress.map { $0 + (down.first[row] + index) * line.count }
                            add(source, by: down.weights[weight], to: line, isFirst: index == 0)
                            weight += 1
                        }
                        narrow(line, to: target, at: row * width, channels: channels, across)
                    }
                }
            }
            made = width * height
        }
    }

    private static func add<Level: FixedWidthInteger & UnsignedInteger>(
        _ source: UnsafePointer<Level>?, by weight: Float, to line: UnsafeMutableBufferPointer<Float>, isFirst: Bool
    ) {
        guard let source else { return }
        if isFirst {
            for index in 0..<line.count { line[index] = Float(source[index]) * weight }
        } else {
            for index in 0..<line.count { line[index] += Float(source[index]) * weight }
        }
    }

    private static func narrow<Level: FixedWidthInteger & UnsignedInteger>(
        _ line: UnsafeMutableBufferPointer<Float>, to target: UnsafeMutableBufferPointer<Level>, at start: Int, channels: Int, _ across: ResamplingTable
    ) {
        let top = Float(Level.max)
        across.weights.withUnsafeBufferPointer { weights in
            var weight = 0, out = start
            for pixel in 0..<across.first.count {
                let first = across.first[pixel] &* channels, count = across.count[pixel]
                for channel in 0..<channels {
                    var sum: Float = 0.5
                    for index in 0..<count { sum += line[first &+ index &* channels &+ channel] * weights[weight &+ index] }
                    target[out] = Level(min(max(sum, 0), top))
                    out &+= 1
                }
                weight &+= count
            }
        }
    }
}
