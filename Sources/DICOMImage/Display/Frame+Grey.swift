extension Frame {
    /// Each sample's grey.
    func grey<Level: FixedWidthInteger & UnsignedInteger>(_ transform: GreyTransform, _: Level.Type = Level.self) -> [Level] {
        switch samples {
        case .unsigned8(let samples): Self.looked(samples, transform)
        case .signed8(let samples): Self.looked(samples, transform)
        case .unsigned16(let samples): Self.looked(samples, transform)
        case .signed16(let samples): Self.looked(samples, transform)
        case .unsigned32(let samples): Self.looked(samples, transform)
        case .signed32(let samples): Self.looked(samples, transform)
        case .unsigned64(let samples): samples.map { Self.level(transform.level(Double($0))) }
        case .signed64(let samples): samples.map { Self.level(transform.level(Double($0))) }
        case .float(let samples): samples.map { Self.level(transform.level(Double($0))) }
        case .double(let samples): samples.map { Self.level(transform.level($0)) }
        }
    }

    /// By a table over the values that occur; value by value where they lie so far apart that the table would be the longer way.
    private static func looked<Sample: FixedWidthInteger, Level: FixedWidthInteger & UnsignedInteger>(
        _ samples: [Sample], _ transform: GreyTransform
    ) -> [Level] {
        let range = SampleStatistics.extent(samples)
        guard range.upperBound - range.lowerBound < 1 << 16 else { return samples.map { level(transform.level(Double($0))) } }
        let low = range.lowerBound
        let table = transform.table(over: range, Level.self)
        return [Level](unsafeUninitializedCapacity: samples.count) { target, made in
            samples.withUnsafeBufferPointer { source in
                table.withUnsafeBufferPointer { table in
                    for index in 0..<source.count { target[index] = table[Int(source[index]) &- low] }
                }
            }
            made = samples.count
        }
    }

    /// Black for what is no number.
    static func level<Level: FixedWidthInteger & UnsignedInteger>(_ level: Double) -> Level {
        level.isNaN ? 0 : Level(min(max(level, 0), 1) * Double(Level.max) + 0.5)
    }
}
