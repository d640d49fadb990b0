/// A piece of a vessel, a rib, a bowel: from one point to another, thicker or thinner on the way.
struct Tube {
    let start: Point
    let end: Point
    let startRadius: Float
    let endRadius: Float
    /// Height over width of its cut: 2 is a band standing upright.
    let stretch: Float
    private let low: Float, high: Float
    private let direction: Point
    private let inverseLength: Float

    init(_ start: Point, _ end: Point, _ startRadius: Float, _ endRadius: Float, stretch: Float = 1) {
        self.start = start
        self.end = end
        self.startRadius = startRadius
        self.endRadius = endRadius
        self.stretch = stretch
        let reach = max(startRadius, endRadius) * stretch + 1
        low = min(start.z, end.z) - reach
        high = max(start.z, end.z) + reach
        var direction = end - start
        direction.z /= stretch
        self.direction = direction
        inverseLength = 1 / max(direction.dot(direction), 1e-6)
    }

    func meets(_ z: Float) -> Bool { z >= low && z <= high }

    @inline(__always) func distance(_ p: Point) -> Float {
        var d = p - start
        d.z /= stretch
        let t = clamp(d.dot(direction) * inverseLength)
        return (d - direction * t).length - mix(startRadius, endRadius, t)
    }

    /// y of the middle line beside a place.
    @inline(__always) func axisY(_ p: Point) -> Float {
        var d = p - start
        d.z /= stretch
        return start.y + (end.y - start.y) * clamp(d.dot(direction) * inverseLength)
    }

    var box: Section.Box {
        let reach = max(startRadius, endRadius) + 1
        return Section.Box((start.x + end.x) / 2, (start.y + end.y) / 2, abs(end.x - start.x) / 2 + reach, abs(end.y - start.y) / 2 + reach)
    }

    func thinner(_ by: Float) -> Tube { Tube(start, end, max(startRadius - by, 0.05), max(endRadius - by, 0.05), stretch: stretch) }

    /// Through points with radii, along a smooth curve.
    static func chain(_ points: [(Point, Float)], stretch: Float = 1, pieces: Int = 6) -> [Tube] {
        guard points.count > 1 else { return [] }
        var result: [Tube] = []
        var last = points[0]
        for index in 0..<points.count - 1 {
            let p0 = points[max(index - 1, 0)].0, p1 = points[index].0, p2 = points[index + 1].0, p3 = points[min(index + 2, points.count - 1)].0
            for piece in 1...pieces {
                let t = Float(piece) / Float(pieces)
                let a = 2 * p1, b = (p2 - p0) * t, c = (2 * p0 - 5 * p1 + 4 * p2 - p3) * (t * t), d = (3 * p1 - p0 - 3 * p2 + p3) * (t * t * t)
                let next = ((a + b + c + d) * 0.5, mix(points[index].1, points[index + 1].1, t))
                result.append(Tube(last.0, next.0, last.1, next.1, stretch: stretch))
                last = next
            }
        }
        return result
    }
}

extension Section {
    mutating func paint(_ tubes: [Tube], _ value: Float, thinner: Float = 0) {
        let z = z
        for tube in tubes where tube.meets(z) {
            paint(tube.box, value) { tube.distance(Point($0, $1, z)) + thinner }
        }
    }
}
