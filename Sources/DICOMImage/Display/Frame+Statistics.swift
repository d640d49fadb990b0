extension Frame {
    /// Stored values below which the given parts of the pixels lie; (0, 0) where nothing but padding is there.
    func percentiles(_ low: Double, _ high: Double, without padding: PixelPadding?) -> (Double, Double) {
        switch samples {
        case .unsigned8(let samples): Self.counted(samples, low, high, padding)
        case .signed8(let samples): Self.counted(samples, low, high, padding)
        case .unsigned16(let samples): Self.counted(samples, low, high, padding)
        case .signed16(let samples): Self.counted(samples, low, high, padding)
        case .unsigned32(let samples): Self.sampled(samples.count, low, high) { Double(samples[$0]) }
        case .signed32(let samples): Self.sampled(samples.count, low, high) { Double(samples[$0]) }
        case .unsigned64(let samples): Self.sampled(samples.count, low, high) { Double(samples[$0]) }
        case .signed64(let samples): Self.sampled(samples.count, low, high) { Double(samples[$0]) }
        case .float(let samples): Self.sampled(samples.count, low, high) { Double(samples[$0]) }
        case .double(let samples): Self.sampled(samples.count, low, high) { samples[$0] }
        }
    }

    /// Exact, by counting every value.
    private static func counted<Sample: FixedWidthInteger>(_ samples: [Sample], _ low: Double, _ high: Double, _ padding: PixelPadding?) -> (Double, Double) {
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
        let total = counts.reduce(0, +)
        func value(at part: Double) -> Double {
            let wanted = Double(total) * part
            var seen = 0
            for (index, count) in counts.enumerated() where count > 0 {
                seen += count
                if Double(seen) > wanted { return Double(range.lowerBound + index) }
            }
            return Double(range.upperBound)
        }
        return total == 0 ? (0, 0) : (value(at: low), value(at: high))
    }

    /// Of at most 65,536 evenly chosen values.
    private static func sampled(_ count: Int, _ low: Double, _ high: Double, _ value: (Int) -> Double) -> (Double, Double) {
        let step = max(1, count / 65536)
        let sorted = stride(from: 0, to: count, by: step).map(value).filter(\.isFinite).sorted()
        guard let last = sorted.indices.last else { return (0, 0) }
        return (sorted[Int(Double(last) * low)], sorted[Int((Double(last) * high).rounded(.up))])
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
