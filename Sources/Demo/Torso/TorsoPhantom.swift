/// A chest and upper abdomen of Hounsfield units, standing on z = 0 at the height of the diaphragm.
///
/// Everything is a shape with a value; what is painted later covers what lies under it.
struct TorsoPhantom: Sendable {
    /// Of the nodule in the right upper lobe, mm.
    let noduleRadius: Float

    /// Grain of fat, muscle and organs, and bumps of the outlines: not seen, but paid for, where a whole body is looked through.
    let hasTexture: Bool

    let lungVessels: [Tube]
    let liverVessels: [Tube]
    let ribs: [Tube]
    let cartilages: [Tube]

    static let noduleCentre = Point(-78, -8, 104)

    init(noduleRadius: Float, detail: Int = 1, hasTexture: Bool = true) {
        self.noduleRadius = noduleRadius
        self.hasTexture = hasTexture
        lungVessels = Self.lungVessels(count: 3200 / detail)
        liverVessels = Self.liverVessels(count: 220 / detail)
        (ribs, cartilages) = Self.ribs()
    }

    @inline(__always) func texture(_ p: Point, _ seed: UInt32) -> Float { hasTexture ? Noise.value(p, seed: seed) : 0.3 }

    /// Two sizes of it.
    @inline(__always) func cloud(_ p: Point, _ seed: UInt32) -> Float {
        hasTexture ? 0.65 * Noise.value(p, seed: seed) + 0.35 * Noise.value(p * 2.07 + 17.3, seed: seed &+ 1) : 0
    }

    // MARK: Walls

    static let skin = Stack([
        .init(-220, 0, 0, 166, 112, 0.35), .init(-170, 0, 0, 162, 112, 0.35), .init(-120, 0, 0, 158, 111, 0.3), .init(-60, 0, 0, 157, 111, 0.25),
        .init(0, 0, 0, 160, 112, 0.25), .init(60, 0, 0, 165, 113, 0.3), .init(110, 0, 2, 170, 109, 0.35), .init(140, 0, 5, 182, 100, 0.3),
        .init(165, 0, 10, 186, 88, 0.2), .init(185, 0, 13, 150, 76, 0.1), .init(205, 0, 16, 78, 66), .init(230, 0, 16, 62, 62), .init(300, 0, 14, 60, 62),
    ])

    static let muscle = Stack([
        .init(-220, 0, 2, 146, 96, 0.35), .init(-170, 0, 2, 144, 97, 0.35), .init(-120, 0, 1, 145, 98, 0.3), .init(-60, 0, 1, 147, 100, 0.25),
        .init(0, 0, 1, 150, 102, 0.25), .init(60, 0, 1, 152, 102, 0.3), .init(110, 0, 3, 157, 98, 0.35), .init(140, 0, 6, 168, 88, 0.3),
        .init(165, 0, 11, 172, 77, 0.2), .init(185, 0, 14, 136, 65, 0.1), .init(205, 0, 17, 64, 56), .init(230, 0, 17, 54, 54), .init(300, 0, 15, 52, 54),
    ])

    static let cavity = Stack([
        .init(-220, 0, -8, 124, 76, 0.2), .init(-170, 0, -8, 126, 79, 0.2), .init(-100, 0, -6, 130, 83, 0.15), .init(-40, 0, -4, 133, 86, 0.12),
        .init(20, 0, -2, 132, 87, 0.12), .init(70, 0, 0, 125, 83, 0.1), .init(110, 0, 4, 108, 73), .init(140, 0, 12, 84, 58),
        .init(160, 0, 18, 60, 43), .init(172, 0, 21, 40, 28), .init(182, 0, 22, 10, 8),
    ])

    // MARK: The diaphragm

    /// Height of the diaphragm over a place: two domes, lowest at the walls and behind.
    @inline(__always) static func diaphragm(_ x: Float, _ y: Float) -> Float {
        let depth = (y + 12) * (y + 12) * (y > -12 ? 0.0105 : 0.006)
        let right = 24 - (x + 66) * (x + 66) * 0.0150 - depth
        let left = 12 - (x - 66) * (x - 66) * 0.0150 - depth
        // Under the heart.
        let middle = 2 - x * x * 0.011 - (y + 34) * (y + 34) * 0.0042
        return softMaximum(softMaximum(right, left), middle)
    }

    /// Without an edge where the two cross.
    @inline(__always) private static func softMaximum(_ a: Float, _ b: Float) -> Float {
        let gap = max(12 - abs(a - b), 0)
        return max(a, b) + gap * gap * (1 / 48)
    }

    // MARK: Vessels

    /// Inside the aired part of a lung, some millimetres away from its borders.
    static func isLung(_ p: Point, margin: Float) -> Bool {
        guard let cut = cavity.cut(at: p.z) else { return false }
        let mediastinum: Float = abs(p.x) < 26 + margin ? -1 : 1
        let heart = Self.heart.distance(p)
        return cut.distance(p.x, p.y) < -margin && p.z > diaphragm(p.x, p.y) + margin && mediastinum > 0 && heart > margin
            && !(p.y > 22 && abs(p.x) < 36)
    }

    static let heart = Ellipsoid(Point(24, -30, 44), Point(62, 44, 46), turn: 38, tilt: -8)

    private static func lungVessels(count: Int) -> [Tube] {
        var random = Random(seed: 11)
        var right: [Point] = [], left: [Point] = []
        while right.count + left.count < count {
            let p = Point(random.uniform(-135, 135), random.uniform(-90, 90), random.uniform(-50, 178))
            guard isLung(p, margin: 3) else { continue }
            if p.x < 0 { right.append(p) } else { left.append(p) }
        }
        // Arteries and veins: two trees in each lung, the veins from lower down.
        return [(right, Float(-1)), (left, Float(1))].flatMap { points, side in
            let half = points.count / 2
            return VesselTree.grow(from: Point(side * 34, -4, 78), to: Array(points[..<half]), balance: 0.35, finest: 0.48)
                + VesselTree.grow(from: Point(side * 32, -2, 58), to: Array(points[half...]), balance: 0.35, finest: 0.48)
        }
    }

    private static func liverVessels(count: Int) -> [Tube] {
        var random = Random(seed: 12)
        var targets: [Point] = []
        while targets.count < count {
            let p = Point(random.uniform(-125, 40), random.uniform(-75, 70), random.uniform(-110, 10))
            if liverDistance(p) < -8 { targets.append(p) }
        }
        return VesselTree.grow(from: Point(-38, 5, -38), to: targets, balance: 0.4, finest: 0.9, exponent: 0.36)
    }

    static let liverRight = Ellipsoid(Point(-62, -2, -38), Point(88, 82, 70), turn: 8)
    static let liverLeft = Ellipsoid(Point(-12, -42, -16), Point(84, 36, 34), turn: -8, tilt: -10)

    /// Two lobes grown together.
    @inline(__always) static func liverDistance(_ p: Point) -> Float {
        let a = liverRight.distance(p), b = liverLeft.distance(p)
        let h = max(14 - abs(a - b), 0)
        let lobes = min(a, b) - h * h * (1 / 56)
        return max(lobes, p.z - diaphragm(p.x, p.y) + 5)
    }

    // MARK: Bones

    /// Lower edge of each vertebral body and height to the next one, from L4 up.
    static let vertebrae: [(z: Float, height: Float)] = {
        var result: [(Float, Float)] = []
        var z: Float = -222
        for level in 0..<24 {
            let height: Float = level < 4 ? 35 : level < 9 ? 25 : level < 16 ? 20 : 16.5
            result.append((z, height))
            z += height
        }
        return result
    }()

    /// Middle of the vertebral bodies: curved backwards in the chest, forwards in the loin.
    static func spine(at z: Float) -> Float { 38 + 14 * exponential(-(z - 75) * (z - 75) / 9000) - 5 * exponential(-(z + 130) * (z + 130) / 6000) }

    private static func ribs() -> ([Tube], [Tube]) {
        var bones: [Tube] = [], cartilages: [Tube] = []
        // The twelfth rib begins at the fifth level from below.
        for number in 1...12 {
            let level = 4 + (12 - number)
            let base = vertebrae[level].z + vertebrae[level].height * 0.75
            let drop: Float = number < 3 ? 26 + Float(number) * 8 : min(46 + Float(number) * 5, 82)
            let last: Float = number > 11 ? 75 : number > 10 ? 95 : number > 7 ? 132 : 142
            for side in [Float(-1), 1] {
                var path: [(Point, Float)] = [(Point(side * 16, spine(at: base) + 12, base), 3.4)]
                func place(_ degrees: Float) -> Point {
                    let a = degrees * .pi / 180
                    let z = base - drop * (1 - cosine(a)) / 2
                    guard let cut = cavity.cut(at: min(z, 176)) else { return Point(0, 0, z) }
                    let bulge = cut.grown(4.5)
                    return Point(side * bulge.radiusX * sine(a), bulge.y + bulge.radiusY * cosine(a), z)
                }
                for degrees in stride(from: Float(26), through: last, by: 9.5) { path.append((place(degrees), degrees > last - 12 ? 4.4 : 3.9)) }
                bones += Tube.chain(path, stretch: number == 1 ? 1 : 1.75, pieces: 3)
                if number <= 10, let end = path.last?.0 {
                    let height = sternumBottom + 14 + Float(7 - min(number, 7)) * 16
                    let cut = cavity.cut(at: height)
                    let sternum = Point(side * 14, (cut?.y ?? 0) - (cut?.radiusY ?? 80) - 5, height)
                    let middle = Point(mix(end.x, sternum.x, 0.5), mix(end.y, sternum.y, 0.7), mix(end.z, sternum.z, 0.25) - 4)
                    cartilages += Tube.chain([(end, 4.3), (middle, 4.2), (sternum, 4.2)], stretch: 1.4, pieces: 4)
                }
            }
        }
        return (bones, cartilages)
    }

    static let sternumBottom: Float = 22
    static let sternumTop: Float = 150
}
