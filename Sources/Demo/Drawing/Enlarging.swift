/// Brings an image to more pixels along a smooth curve (Catmull-Rom) through its own.
enum Enlarging {
    static func enlarged(_ values: [Float], width: Int, height: Int, to newWidth: Int, _ newHeight: Int) -> [Float] {
        let wide = lines(values, lines: height, count: width, lineStep: width, step: 1, to: newWidth, newLineStep: newWidth, newStep: 1)
        return lines(wide, lines: newWidth, count: height, lineStep: 1, step: newWidth, to: newHeight, newLineStep: 1, newStep: newWidth)
    }

    private static func lines(
        _ source: [Float], lines: Int, count: Int, lineStep: Int, step: Int, to target: Int, newLineStep: Int, newStep: Int
    ) -> [Float] {
        let taps = (0..<target).map { index -> (Int, Float) in
            let place = (Float(index) + 0.5) * Float(count) / Float(target) - 0.5
            return (Int(place.rounded(.down)), place - place.rounded(.down))
        }
        return [Float](unsafeUninitializedCapacity: lines * target) { result, made in
            source.withUnsafeBufferPointer { source in
                for line in 0..<lines {
                    let start = line &* lineStep
                    for index in 0..<target {
                        let (base, t) = taps[index]
                        func at(_ offset: Int) -> Float { source[start &+ min(max(base &+ offset, 0), count &- 1) &* step] }
                        let p0 = at(-1), p1 = at(0), p2 = at(1), p3 = at(2)
                        let a = 2 * p1, b = (p2 - p0) * t, c = (2 * p0 - 5 * p1 + 4 * p2 - p3) * (t * t), d = (3 * p1 - p0 - 3 * p2 + p3) * (t * t * t)
                        result[line &* newLineStep &+ index &* newStep] = (a + b + c + d) * 0.5
                    }
                }
            }
            made = lines * target
        }
    }
}
