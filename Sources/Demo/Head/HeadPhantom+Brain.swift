extension HeadPhantom {
    func intracranial(_ p: Point, _ q: Point, _ cavity: Float) -> Tissue {
        // The great sinus in the middle of the vault.
        if q.x < 3.8, p.z > 0, cavity > q.x * 1.4 - 5.5, cavity < -0.5 { return .vessel }
        if let found = stemOrCerebellum(p, q) { return found }
        let lobes = cerebralDistance(q)
        return lobes < 0 ? cerebral(p, q, -lobes) : .fluid
    }

    @inline(__always) private func cerebralDistance(_ q: Point) -> Float {
        // Flat from below: higher in front, over the eyes.
        let base = mix(-18, -7 - 0.1 * q.x - 0.2 * max(q.y - 55, 0), smoothstep(-20, 20, q.y)) - q.z
        return min(max(cerebrum.distance(q), base), max(temporalLobe.distance(q), -48 - q.y))
    }

    private func stemOrCerebellum(_ p: Point, _ q: Point) -> Tissue? {
        if fourthVentricle.distance(p) < 0 || aqueduct.distance(p) < 0 { return .fluid }
        if p.z < 2, min(stem[0].distance(p), stem[1].distance(p), stem[2].distance(p)) < 0 { return .brainstem }
        if abs(p.x) < 2, abs(p.y - 0.5) < 2, p.z < -12, p.z > -34 { return .vessel }
        let d = cerebellum.distance(p)
        guard d < 0 else { return nil }
        // Leaves: shells around the fourth ventricle, split by thin lines of fluid.
        let r = (p - Point(0, 34, -32))
        let leaf = sine(angle(r.z, r.y) * 15 + 2.4 * Noise.value(p * 0.09, seed: 51) + q.x * 0.04)
        if d > -10, leaf > 0.86 { return .fluid }
        let tree = abs(leaf + 0.55)
        return d < -5 && (tree < 0.28 || d < -17) ? .whiteMatter : .greyMatter
    }

    private func cerebral(_ p: Point, _ q: Point, _ depth: Float) -> Tissue {
        for spot in lesions where spot.distance(p) < 1.6 * Noise.value(p * 0.3, seed: 52) { return .lesion }
        let isNearMiddle = p.y > -60 && p.y < 70 && p.z < 44
        if isNearMiddle {
            if thirdVentricle.distance(p) < 0 { return .fluid }
            for tube in lateralVentricle where tube.distance(q) < 0 { return .fluid }
            if thalamus.distance(q) < 0 { return .deepGrey }
            if pallidum.distance(q) < 0 { return .pallidum }
            if putamen.distance(q) < 0 { return .deepGrey }
            for tube in caudate where tube.distance(q) < 0 { return .deepGrey }
            if q.x < 14 {
                let flat = Point(q.x * 0.25, p.y, p.z)
                for tube in callosum where tube.distance(flat) < 0 { return .whiteMatter }
                // Between the callosum and the third ventricle: the septum and fluid.
                if p.z < 26, p.z > 8, p.y > -30, p.y < 34, q.x < 1 { return .whiteMatter }
            }
        }
        // Between the hemispheres.
        let isOpen = p.z > 24 || p.y < -36 || p.y > 40
        if q.x < 0.9, isOpen { return .fluid }
        // Sylvian fissure and the cleft under the frontal lobe.
        let sylvian = abs(p.z - (-3 + 0.22 * (p.y + 10)) - 3 * Noise.value(p * 0.06, seed: 53))
        if q.x > 36, p.y > -42, p.y < 34, sylvian < 1.5 { return .fluid }
        return cortical(p, q, isOpen ? min(depth, q.x - 0.9) : depth, q.x > 36 && p.y > -42 && p.y < 34 ? sylvian - 1.5 : 99)
    }

    /// Folds: a wavy field through the brain; where it is nought lies the bottom of a furrow, with grey matter on both sides.
    private func cortical(_ p: Point, _ q: Point, _ depth: Float, _ fissure: Float) -> Tissue {
        if depth > 27 { return .whiteMatter }
        let bend = Point(Noise.value(p * 0.045, seed: 54), Noise.value(p * 0.045, seed: 55), Noise.value(p * 0.045, seed: 56)) * 6
        let field = Noise.turned((p + bend) * 0.078, seed: 57)
        let reach = 15 + 8 * Noise.value(p * 0.05, seed: 58)
        // The field grows by about 0.13 a millimetre.
        let furrow = abs(field) * 7.6
        let open = depth < reach ? 0.85 - 0.55 * depth / reach : -1
        if furrow < open { return .fluid }
        let sheath: Float = 2.7
        if depth < sheath || fissure < sheath { return .greyMatter }
        return depth < reach + sheath && furrow < max(open, 0) + sheath ? .greyMatter : .whiteMatter
    }
}
