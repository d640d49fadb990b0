/// The grain of ultrasound: what many small echoes add up to, in dB around 0; fine along the beam, broad across it.
struct Speckle {
    static let size = 512
    private let levels: [Float]

    init(seed: UInt64) {
        let size = Self.size
        var random = Random(seed: seed)
        func part() -> [Float] {
            var values = (0..<size * size).map { _ in random.gaussian() }
            values = Self.blurred(values, across: 2, along: 1)
            return Self.blurred(values, across: 2, along: 1)
        }
        let real = part(), imaginary = part()
        let power = zip(real, imaginary).map { $0 * $0 + $1 * $1 }
        let mean = power.reduce(0, +) / Float(power.count)
        levels = power.map { 4.343 * logarithm(max($0 / mean, 1e-3)) }
    }

    /// Around the edges, so that the grain can be repeated without a seam.
    private static func blurred(_ source: [Float], across: Int, along: Int) -> [Float] {
        var wide = source, result = source
        for row in 0..<size {
            for column in 0..<size {
                var sum: Float = 0
                for offset in -across...across { sum += source[row * size + (column + offset) & (size - 1)] }
                wide[row * size + column] = sum
            }
        }
        for row in 0..<size {
            for column in 0..<size {
                var sum: Float = 0
                for offset in -along...along { sum += wide[((row + offset) & (size - 1)) * size + column] }
                result[row * size + column] = sum
            }
        }
        return result
    }

    /// Between the four nearest grains.
    @inline(__always) func callAsFunction(_ across: Float, _ along: Float) -> Float {
        let size = Self.size
        let x0 = across.rounded(.down), y0 = along.rounded(.down)
        let fx = across - x0, fy = along - y0
        let x = Int(x0) & (size - 1), y = Int(y0) & (size - 1), x1 = (x + 1) & (size - 1), y1 = (y + 1) & (size - 1)
        return levels.withUnsafeBufferPointer { levels in
            mix(mix(levels[y &* size &+ x], levels[y &* size &+ x1], fx), mix(levels[y1 &* size &+ x], levels[y1 &* size &+ x1], fx), fy)
        }
    }
}
