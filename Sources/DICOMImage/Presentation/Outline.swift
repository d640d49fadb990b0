/// Shapes as the lines a pen follows.
enum Outline {
    /// Through every point, smooth between them (Catmull and Rom): the standard leaves the way open (PS3.3 §C.10.5.1.2).
    static func curve(through points: [Point]) -> [Point] {
        guard points.count > 2 else { return points }
        let isClosed = points.first == points.last
        func point(_ index: Int) -> Point {
            let last = points.count - 1
            if index < 0 { return isClosed ? points[last - 1] : points[0] }
            if index > last { return isClosed ? points[1] : points[last] }
            return points[index]
        }
        var result = [points[0]]
        for index in 0..<points.count - 1 {
            let (a, b, c, d) = (point(index - 1), point(index), point(index + 1), point(index + 2))
            // However far apart: no more points than a large picture has along its edges.
            let steps = min(self.steps(abs(c.x - b.x) + abs(c.y - b.y)), max((1 << 18) / points.count, 1))
            for step in 1...steps {
                let t = Double(step) / Double(steps)
                func blend(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
                    0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t * t + (3 * b - a - 3 * c + d) * t * t * t)
                }
                result.append(Point(blend(a.x, b.x, c.x, d.x), blend(a.y, b.y, c.y, d.y)))
            }
        }
        return result
    }

    /// - Parameters:
    ///   - u, v: from the centre to the ends of the two half axes.
    static func ellipse(centre: Point, _ u: Point, _ v: Point) -> [Point] {
        let steps = self.steps(4 * (abs(u.x) + abs(u.y) + abs(v.x) + abs(v.y)))
        return (0...steps).map { step in
            let angle = 2 * Double.pi * Double(step % steps) / Double(steps)
            let (c, s) = (cosine(angle), sine(angle))
            return Point(centre.x + u.x * c + v.x * s, centre.y + u.y * c + v.y * s)
        }
    }

    /// Pieces of a curve about so many pixels long.
    private static func steps(_ length: Double) -> Int { Int(min(max(length / 3, 8), 512)) }

    /// Cut into dashes and gaps of equal length.
    static func dashes(_ points: [Point], length: Double) -> [[Point]] {
        var result: [[Point]] = []
        var dash: [Point] = []
        var left = length, isGap = false
        for index in points.indices.dropFirst() {
            var from = points[index - 1]
            let to = points[index]
            if !isGap, dash.isEmpty { dash = [from] }
            while result.count < GraphicObject.Limits.points {
                let dx = to.x - from.x, dy = to.y - from.y, distance = (dx * dx + dy * dy).squareRoot()
                guard distance > left else {
                    left -= distance
                    if !isGap { dash.append(to) }
                    break
                }
                from = Point(from.x + dx * left / distance, from.y + dy * left / distance)
                if isGap { dash = [from] } else { result.append(dash + [from]) }
                isGap.toggle()
                left = length
            }
        }
        return !isGap && dash.count > 1 ? result + [dash] : result
    }
}
