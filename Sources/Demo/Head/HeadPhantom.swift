/// A head as a function from place to tissue. The origin lies in the middle of the brain.
struct HeadPhantom: Sendable {
    // MARK: Outlines

    private let cranium = Ellipsoid(Point(0, 4, 12), Point(80, 101, 78))
    private let face = Ellipsoid(Point(0, -48, -52), Point(56, 50, 58))
    private let jaw = Ellipsoid(Point(0, -54, -92), Point(44, 44, 27))
    private let nose = Tube(Point(0, -94, -22), Point(0, -107, -50), 6, 11)
    private let neck = Tube(Point(0, 26, -70), Point(0, 44, -190), 52, 58)

    let cranialCavity = Ellipsoid(Point(0, 3, 12), Point(68, 88, 65))
    let posteriorFossa = Ellipsoid(Point(0, 46, -34), Point(54, 38, 32))
    let cerebrum = Ellipsoid(Point(0, 2, 13), Point(65.5, 85.5, 62))
    let temporalLobe = Ellipsoid(Point(38, -8, -23), Point(27, 42, 21), turn: -8)
    let cerebellum = Ellipsoid(Point(0, 49, -38), Point(51, 34, 28))
    let stem = [Tube(Point(0, 8, -4), Point(0, 15, -26), 13, 14.5), Tube(Point(0, 15, -26), Point(0, 26, -56), 14, 7.5), Tube(Point(0, 26, -56), Point(0, 42, -190), 6, 6)]

    // MARK: Inside the brain; |x| stands for both sides

    let lateralVentricle = Tube.chain([(Point(9, -36, 8), 3.5), (Point(10, -18, 17), 5.5), (Point(10, 8, 22), 5), (Point(15, 26, 19), 5.5), (Point(24, 36, 8), 7), (Point(25, 58, 6), 2.5)], pieces: 3)
        + Tube.chain([(Point(24, 36, 8), 5), (Point(33, 22, -8), 3.2), (Point(32, -6, -19), 2)], pieces: 3)
    let thirdVentricle = Ellipsoid(Point(0, 4, -2), Point(2.2, 14, 10))
    let fourthVentricle = Ellipsoid(Point(0, 32, -31), Point(7, 4.5, 10))
    let aqueduct = Tube(Point(0, 17, -8), Point(0, 28, -24), 1.2, 1.5)
    let callosum = Tube.chain([(Point(0, -30, 6), 3), (Point(0, -42, 14), 5), (Point(0, -28, 27), 3.6), (Point(0, 6, 32), 3.4), (Point(0, 32, 27), 4), (Point(0, 42, 19), 5.5), (Point(0, 36, 13), 3)], pieces: 4)
    let caudate = Tube.chain([(Point(15, -26, 4), 6.5), (Point(18, -10, 17), 4.5), (Point(20, 16, 22), 2.2)], pieces: 3)
    let putamen = Ellipsoid(Point(28, -5, 2), Point(5.5, 19, 11), turn: -9)
    let pallidum = Ellipsoid(Point(21, -2, -1), Point(4.5, 11, 7), turn: -14)
    let thalamus = Ellipsoid(Point(11, 14, 4), Point(8, 14, 9), turn: 14)

    /// The white matter lesion: on the left, in front of and above the ventricle; and three spots beside it.
    static let lesion = Point(30, -26, 26)
    let lesions: [Ellipsoid] = [
        Ellipsoid(HeadPhantom.lesion, Point(8, 10, 8), turn: 30), Ellipsoid(Point(24, 18, 32), Point(3, 4.5, 3)), Ellipsoid(Point(-23, 2, 34), Point(2.6, 4, 2.6)),
        Ellipsoid(Point(-27, 30, 26), Point(3.5, 3, 3)),
    ]

    // MARK: Face and neck

    private let eye = Ellipsoid(Point(31, -80, -24), Point(12, 12.3, 12))
    private let lens = Ellipsoid(Point(31, -88.5, -24), Point(4.6, 2.2, 4.6))
    private let orbit = Ellipsoid(Point(29, -66, -24), Point(18, 28, 17), turn: -14)
    private let orbitTubes = [Tube(Point(31, -68, -24), Point(12, -30, -20), 2.3, 2.3), Tube(Point(43, -72, -24), Point(18, -34, -22), 2, 1.6), Tube(Point(19, -72, -24), Point(14, -34, -22), 2, 1.6)]
    private let sinuses = [
        Ellipsoid(Point(27, -68, -54), Point(14, 17, 15)), Ellipsoid(Point(10, -94, 4), Point(11, 4, 9)), Ellipsoid(Point(7, -40, -36), Point(8, 13, 10)),
        Ellipsoid(Point(9, -66, -30), Point(5, 20, 8)),
    ]
    private let nasalCavity = Ellipsoid(Point(0, -72, -52), Point(14, 30, 16))
    private let pharynx = Tube.chain([(Point(0, -36, -52), 8), (Point(0, -14, -66), 8), (Point(0, -8, -100), 6), (Point(0, -6, -190), 8)], pieces: 3)
    private let tongue = Ellipsoid(Point(0, -56, -86), Point(25, 33, 17), tilt: -10)
    private let mandible = Tube.chain([(Point(46, -18, -66), 5), (Point(43, -34, -94), 6), (Point(24, -76, -104), 6), (Point(0, -90, -103), 6.5)], pieces: 4)

    @inline(__always) private func smoothUnion(_ a: Float, _ b: Float, _ k: Float) -> Float {
        let h = max(k - abs(a - b), 0)
        return min(a, b) - h * h / (4 * k)
    }

    /// Distance to the skin, negative inside.
    @inline(__always) func outline(_ p: Point) -> Float {
        var d = smoothUnion(cranium.distance(p), face.distance(p), 16)
        guard p.z < 10 else { return d }
        d = smoothUnion(d, jaw.distance(p), 14)
        d = smoothUnion(d, nose.distance(p), 9)
        return smoothUnion(d, neck.distance(p), 22)
    }

    /// Height of the skull's base: over the eyes, beside the sella for the temporal lobes, and down the clivus.
    @inline(__always) private func floor(_ q: Point) -> Float {
        let clivus = mix(-21, -60, smoothstep(-22, 14, q.y))
        let temporal = mix(-20, -46, smoothstep(-58, -42, q.y))
        return min(mix(clivus, min(clivus, temporal), smoothstep(16, 24, q.x)), -20)
    }

    func tissue(_ p: Point) -> Tissue {
        let skin = outline(p)
        if skin > 0 { return .air }
        let q = Point(abs(p.x), p.y, p.z)
        let cavity = max(smoothUnion(cranialCavity.distance(p), posteriorFossa.distance(p), 10), floor(q) - p.z)
        if cavity < 0 { return intracranial(p, q, cavity) }
        let cord = stem[2].distance(p)
        if p.z < -50, cord < 5 { return cord < 0 ? .brainstem : .fluid }
        if q.z < 12, q.y < 0, let found = facial(p, q, skin) { return found }
        if skin > -2 { return .skin }
        if cavity < 7.5, p.z > -58 {
            // Two tables with marrow between, thinner at the temples.
            let temple = smoothstep(58, 74, q.x) * 1.2
            return cavity > 2 + temple * 0.6 && cavity < 5 - temple * 0.6 ? .marrow : .bone
        }
        if p.z < -56, let found = cervical(p) { return found }
        if skin > -5.5 - 3 * Noise.value(p * 0.05, seed: 60) || p.z > -10 { return .fat }
        // Bellies of muscle, longer than wide, with planes of fat between them.
        return abs(Noise.turned(p * Point(0.075, 0.075, 0.03), seed: 61)) < 0.07 ? .fat : .muscle
    }

    private func facial(_ p: Point, _ q: Point, _ skin: Float) -> Tissue? {
        if eye.distance(q) < 0 { return lens.distance(q) < 0 ? .lens : eye.distance(q) > -1.3 ? .muscle : .vitreous }
        if orbit.distance(q) < 0, skin < -2 {
            for tube in orbitTubes where tube.distance(q) < 0 { return .muscle }
            return .fat
        }
        for sinus in sinuses {
            let d = sinus.distance(q)
            if d < 0 { return d > -1.2 ? .mucosa : .air }
        }
        let nasal = nasalCavity.distance(p)
        if nasal < 0 {
            // Septum and turbinates.
            return nasal > -1.5 || q.x < 1.3 || abs(q.x - 7.5) < 2.6 && sine(p.z * 0.55) > -0.2 ? .mucosa : .air
        }
        for tube in pharynx {
            let d = tube.distance(p)
            if d < 2 { return d > 0 ? .mucosa : .air }
        }
        if tongue.distance(p) < 0 { return Noise.turned(p * Point(0.3, 0.1, 0.3), seed: 63) > 0.5 ? .fat : .muscle }
        if tongue.distance(p - Point(0, 0, 5)) < 0 { return .bone }
        for tube in mandible {
            let d = tube.distance(q)
            if d < 0 { return d > -2 ? .bone : .marrow }
        }
        return nil
    }

    /// Vertebrae of the neck, in front of the cord.
    private func cervical(_ p: Point) -> Tissue? {
        let y = p.y - (26 + (-p.z - 56) * 0.119)
        if abs(p.x) < 10, abs(y + 16) < 9, p.z < -70 {
            let t = (-p.z - 70) / 17
            let inner = t - t.rounded(.down)
            if inner > 0.78 { return .disc }
            return inner < 0.07 || inner > 0.71 || abs(y + 16) > 7.6 ? .bone : .marrow
        }
        if abs(p.x) < 3.5, y > 10, y < 34, sine(p.z * 0.37) > 0.1 { return .marrow }
        return nil
    }
}
