/// Blurs of images and the noise made of them.
enum Smoothing {
    /// Mean over `2 × radius + 1` pixels along rows and columns, `passes` times: with three nearly a Gaussian.
    static func blurred(_ values: [Float], width: Int, height: Int, radius: Int, passes: Int = 1) -> [Float] {
        var values = values
        for _ in 0..<passes {
            values = boxed(values, lines: height, count: width, lineStep: width, step: 1, radius)
            values = boxed(values, lines: width, count: height, lineStep: 1, step: width, radius)
        }
        return values
    }

    private static func boxed(_ source: [Float], lines: Int, count: Int, lineStep: Int, step: Int, _ radius: Int) -> [Float] {
        let weight = 1 / Float(2 * radius + 1)
        return [Float](unsafeUninitializedCapacity: source.count) { target, made in
            source.withUnsafeBufferPointer { source in
                for line in 0..<lines {
                    let start = line &* lineStep
                    var sum: Float = 0
                    for index in -radius...radius { sum += source[start &+ min(max(index, 0), count &- 1) &* step] }
                    for index in 0..<count {
                        target[start &+ index &* step] = sum * weight
                        sum += source[start &+ min(index &+ radius &+ 1, count &- 1) &* step]
                        sum -= source[start &+ max(index &- radius, 0) &* step]
                    }
                }
            }
            made = source.count
        }
    }

    /// The noise of a reconstruction: grains of two or three pixels, no slow swings. Standard deviation about 1.
    static func grain(width: Int, height: Int, seed: UInt64) -> [Float] {
        var random = Random(seed: seed)
        let white = [Float](unsafeUninitializedCapacity: width * height) { target, made in
            for index in 0..<width * height { target[index] = random.gaussian() }
            made = width * height
        }
        let fine = blurred(white, width: width, height: height, radius: 1), slow = blurred(fine, width: width, height: height, radius: 2)
        return [Float](unsafeUninitializedCapacity: white.count) { target, made in
            for index in 0..<white.count { target[index] = (fine[index] - 0.8 * slow[index]) * 3.6 }
            made = white.count
        }
    }
}
