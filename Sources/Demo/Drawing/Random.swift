/// Random numbers that are the same in every run (SplitMix64).
struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    @inline(__always) mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        return z ^ z >> 31
    }

    /// 0..<1
    @inline(__always) mutating func uniform() -> Float { Float(next() >> 40) * (1 / 16_777_216) }

    @inline(__always) mutating func uniform(_ low: Float, _ high: Float) -> Float { low + (high - low) * uniform() }

    /// Mean 0, standard deviation 1: the sum of four uniform numbers, which is near enough to a normal one.
    @inline(__always) mutating func gaussian() -> Float {
        let bits = next()
        let sum = Float(bits & 0xFFFF) + Float(bits >> 16 & 0xFFFF) + Float(bits >> 32 & 0xFFFF) + Float(bits >> 48)
        return (sum * (1 / 65535) - 2) * 1.7320508
    }
}
