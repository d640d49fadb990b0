/// A shape along z whose cuts are rounded ellipses: a body, a lung cavity, a muscle.
struct Stack {
    struct Cut {
        var z: Float, x: Float, y: Float, radiusX: Float, radiusY: Float
        /// 0 is an ellipse, 1 nearly a rectangle.
        var squareness: Float

        init(_ z: Float, _ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, _ squareness: Float = 0) {
            self.z = z
            self.x = x
            self.y = y
            self.radiusX = radiusX
            self.radiusY = radiusY
            self.squareness = squareness
        }

        /// Radial distance to the outline, negative inside.
        @inline(__always) func distance(_ px: Float, _ py: Float) -> Float {
            let ax = px - x, ay = py - y
            let u = ax / radiusX, v = ay / radiusY
            let u2 = u * u, v2 = v * v
            let f = mix(u2 + v2, (u2 * u2 + v2 * v2).squareRoot(), squareness).squareRoot()
            return f < 1e-3 ? -min(radiusX, radiusY) : (ax * ax + ay * ay).squareRoot() * (1 - 1 / f)
        }

        var box: Section.Box { Section.Box(x, y, radiusX, radiusY) }

        func grown(_ by: Float) -> Cut { Cut(z, x, y, max(radiusX + by, 0.1), max(radiusY + by, 0.1), squareness) }
    }

    /// By falling or rising z.
    let cuts: [Cut]

    init(_ cuts: [Cut]) { self.cuts = cuts.sorted { $0.z < $1.z } }

    /// nil above and below it. Between the given cuts the outline is a smooth curve (Catmull-Rom).
    func cut(at z: Float) -> Cut? {
        guard let first = cuts.first, let last = cuts.last, z >= first.z, z <= last.z else { return nil }
        let upper = min(cuts.firstIndex { $0.z > z } ?? cuts.count - 1, cuts.count - 1)
        let lower = max(upper - 1, 0)
        let a = cuts[max(lower - 1, 0)], b = cuts[lower], c = cuts[upper], d = cuts[min(upper + 1, cuts.count - 1)]
        let t = c.z > b.z ? (z - b.z) / (c.z - b.z) : 0
        func curve(_ key: KeyPath<Cut, Float>) -> Float {
            let p0 = a[keyPath: key], p1 = b[keyPath: key], p2 = c[keyPath: key], p3 = d[keyPath: key]
            let m1 = a.z < b.z ? (p2 - p0) / (c.z - a.z) : (p2 - p1) / (c.z - b.z)
            let m2 = d.z > c.z ? (p3 - p1) / (d.z - b.z) : (p2 - p1) / (c.z - b.z)
            let h = c.z - b.z, t2 = t * t, t3 = t2 * t
            return (2 * t3 - 3 * t2 + 1) * p1 + (t3 - 2 * t2 + t) * h * m1 + (3 * t2 - 2 * t3) * p2 + (t3 - t2) * h * m2
        }
        return Cut(z, curve(\.x), curve(\.y), max(curve(\.radiusX), 0.1), max(curve(\.radiusY), 0.1), clamp(curve(\.squareness)))
    }
}
