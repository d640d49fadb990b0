/// How often each stored value occurs in frames: what automatic windows are made of.
///
/// Values of 8 and 16 bits are counted exactly; wider ones and floating point by at most 65,536 evenly chosen pixels a frame.
struct SampleStatistics {
    private enum Storage {
        case counted(lowest: Int, counts: [Int])
        /// Ascending.
        case chosen([Double])
    }

    private let storage: Storage

    /// - Parameter padding: values that are no part of the image.
    init(_ frame: Frame, without padding: PixelPadding?) {
        storage = switch frame.samples {
        case .unsigned8(let samples): Self.counted(samples, padding)
        case .signed8(let samples): Self.counted(samples, padding)
        case .unsigned16(let samples): Self.counted(samples, padding)
        case .signed16(let samples): Self.counted(samples, padding)
        case .unsigned32(let samples): Self.chosen(samples.count, padding) { Double(samples[$0]) }
        case .signed32(let samples): Self.chosen(samples.count, padding) { Double(samples[$0]) }
        case .unsigned64(let samples): Self.chosen(samples.count, padding) { Double(samples[$0]) }
        case .signed64(let samples): Self.chosen(samples.count, padding) { Double(samples[$0]) }
        case .float(let samples): Self.chosen(samples.count, padding) { Double(samples[$0]) }
        case .double(let samples): Self.chosen(samples.count, padding) { samples[$0] }
        }
    }

    /// Values below which the given parts of the pixels lie; nil where there is nothing but padding.
    func percentiles(_ low: Double, _ high: Double) -> (low: Double, high: Double)? {
        switch storage {
        case .counted(let lowest, let counts):
            let total = counts.reduce(0, +)
            guard total > 0 else { return nil }
            func value(at part: Double) -> Double {
                let wanted = Double(total) * part
                var seen = 0
                for (index, count) in counts.enumerated() where count > 0 {
                    seen += count
                    if Double(seen) > wanted { return Double(lowest + index) }
                }
                return Double(lowest + counts.count - 1)
            }
            return (value(at: low), value(at: high))
        case .chosen(let values):
            guard let last = values.indices.last else { return nil }
            return (values[Int(Double(last) * low)], values[Int((Double(last) * high).rounded(.up))])
        }
    }

    private static func counted<Sample: FixedWidthInteger>(_ samples: [Sample], _ padding: PixelPadding?) -> Storage {
        let range = extent(samples)
        var counts = [Int](repeating: 0, count: range.count)
        samples.withUnsafeBufferPointer { samples in
            counts.withUnsafeMutableBufferPointer { counts in
                for sample in samples { counts[Int(sample) &- range.lowerBound] &+= 1 }
            }
        }
        if let padding, padding.range.overlaps(range) {
            for value in padding.range.clamped(to: range) { counts[value - range.lowerBound] = 0 }
        }
        return .counted(lowest: range.lowerBound, counts: counts)
    }

    private static func chosen(_ count: Int, _ padding: PixelPadding?, _ value: (Int) -> Double) -> Storage {
        let step = max(1, (count + 65535) / 65536)
        let values = stride(from: 0, to: count, by: step).map(value)
        return .chosen(values.filter { $0.isFinite && padding?.contains($0) != true }.sorted())
    }

    /// Lowest and highest value; 0...0 for none.
    static func extent<Sample: FixedWidthInteger>(_ samples: [Sample]) -> ClosedRange<Int> {
        guard var low = samples.first else { return 0...0 }
        var high = low
        samples.withUnsafeBufferPointer { samples in
            for sample in samples {
                low = min(low, sample)
                high = max(high, sample)
            }
        }
        return Int(low)...Int(high)
    }
}
