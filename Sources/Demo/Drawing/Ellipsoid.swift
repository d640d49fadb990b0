/// An ellipsoid turned about z, then tilted about its own x axis.
struct Ellipsoid {
    let centre: Point
    let radii: Point
    private let ax: Point, ay: Point, az: Point

    /// - Parameters:
    ///   - turn: from +x towards +y, degrees.
    ///   - tilt: from +y towards +z, degrees.
    init(_ centre: Point, _ radii: Point, turn: Float = 0, tilt: Float = 0) {
        self.centre = centre
        self.radii = radii
        let a = turn * .pi / 180, b = tilt * .pi / 180
        ax = Point(cosine(a), sine(a), 0)
        ay = Point(-sine(a) * cosine(b), cosine(a) * cosine(b), sine(b))
        az = Point(sine(a) * sine(b), -cosine(a) * sine(b), cosine(b))
    }

    @inline(__always) func distance(_ p: Point) -> Float {
        let d = p - centre
        let q = Point(d.dot(ax), d.dot(ay), d.dot(az)) / radii
        let k = q.length
        return k < 1e-3 ? -radii.min() : k * (k - 1) / (q / radii).length
    }

    /// Around the whole ellipsoid; nil where the cut at `z` cannot meet it.
    func box(at z: Float) -> Section.Box? {
        let extent = (ax * radii.x * ax * radii.x + ay * radii.y * ay * radii.y + az * radii.z * az * radii.z).squareRoot()
        guard abs(z - centre.z) < extent.z + 1 else { return nil }
        return Section.Box(centre.x, centre.y, extent.x, extent.y)
    }

    func grown(_ by: Float) -> Ellipsoid { Ellipsoid(self, radii: radii + by) }

    private init(_ other: Ellipsoid, radii: Point) {
        centre = other.centre
        self.radii = radii
        (ax, ay, az) = (other.ax, other.ay, other.az)
    }
}

extension SIMD3<Float> {
    fileprivate func squareRoot() -> Point { Point(x.squareRoot(), y.squareRoot(), z.squareRoot()) }
}

extension Section {
    mutating func paint(_ shape: Ellipsoid, _ value: Float) {
        let z = z
        guard let box = shape.box(at: z) else { return }
        paint(box, value) { shape.distance(Point($0, $1, z)) }
    }

    /// The part of a shape that lies in a cut.
    mutating func paint(_ shape: Ellipsoid, within cut: Stack.Cut, _ value: Float) {
        let z = z
        guard let box = shape.box(at: z) else { return }
        paint(box, value) { max(shape.distance(Point($0, $1, z)), cut.distance($0, $1)) }
    }
}
