extension TorsoPhantom {
    /// Paints the body's cut at the section's height.
    func paint(_ section: inout Section) {
        guard let skin = Self.skin.cut(at: section.z), let muscle = Self.muscle.cut(at: section.z) else { return }
        let z = section.z
        // No body is an ellipse: bumps of some millimetres, each layer its own.
        @inline(__always) func outline(_ cut: Stack.Cut, _ x: Float, _ y: Float) -> Float {
            cut.distance(x, y) + 3.5 * texture(Point(x, y, z) * 0.021, 1)
        }
        section.paint(skin.grown(4).box, 25) { outline(skin, $0, $1) }
        let fat = skin.grown(-2)
        section.paint(fat.box, { x, y in -104 + 9 * texture(Point(x, y, z) * 0.07, 3) }) { outline(fat, $0, $1) }
        paintMuscle(&section, muscle)
        let cavity = Self.cavity.cut(at: z)
        if let cavity {
            section.paint(cavity.box, { x, y in -102 + 10 * texture(Point(x, y, z) * 0.05, 4) }) { cavity.distance($0, $1) }
            paintAbdomen(&section, cavity)
            paintChest(&section, cavity)
        }
        paintVessels(&section)
        paintBones(&section)
    }

    /// Muscle with planes of fat between its bellies.
    private func paintMuscle(_ section: inout Section, _ cut: Stack.Cut) {
        let z = section.z
        section.paint(cut.box, { x, y in
            let plane = abs(texture(Point(x * 0.05, y * 0.05, z * 0.016), 5))
            return mix(-50, 54, smoothstep(0.002, 0.045, plane)) + 5 * texture(Point(x, y, z) * 0.2, 6)
        }) { cut.distance($0, $1) + 4 * texture(Point($0, $1, z) * 0.03, 2) }
        // Long muscles of the back.
        let back = Self.spine(at: z) + 38
        for side in [Float(-1), 1] {
            let belly = Stack.Cut(z, side * 29, back, 25, 16, 0.3)
            section.paint(belly.grown(2.5).box, -70) { belly.grown(2.5).distance($0, $1) }
            section.paint(belly.box, { x, y in 55 + 8 * texture(Point(x, y, z) * Point(0.2, 0.2, 0.05), 7) }) { belly.distance($0, $1) }
        }
    }

    private func paintAbdomen(_ section: inout Section, _ cavity: Stack.Cut) {
        let z = section.z
        let inner = cavity.grown(-4)
        section.paint(Self.psoas, 56)
        section.paint(Self.crura, 52)
        for tube in Self.colon where tube.meets(z) {
            section.paint(tube.box, 42) { max(tube.distance(Point($0, $1, z)), inner.distance($0, $1)) }
        }
        // Stool behind, gas in front of it.
        for isGas in [false, true] {
            for tube in Self.colon where tube.meets(z) {
                let lumen = tube.thinner(2.5)
                section.paint(lumen.box, { x, y in isGas ? -920 : 15 + 70 * cloud(Point(x, y, z) * 0.16, 9) }) { x, y in
                    let p = Point(x, y, z)
                    let inside = max(lumen.distance(p), inner.grown(-3).distance(x, y))
                    return isGas ? max(inside, y - lumen.axisY(p) + 4 - 9 * texture(Point(x * 0.02, 0, z * 0.03), 8)) : inside
                }
            }
        }
        section.paint(Self.bowel, 62)
        section.paint(Self.bowel, 26, thinner: 3)
        section.paint(Self.stomach, within: inner, 52)
        let lumen = Self.stomach.grown(-5)
        if let box = lumen.box(at: z) {
            section.paint(box, { x, y in y < -40 ? -940 : 18 + 14 * cloud(Point(x, y, z) * 0.12, 10) }) {
                max(lumen.distance(Point($0, $1, z)), inner.grown(-4).distance($0, $1))
            }
        }
        section.paint(Self.spleen, within: inner, 98)
        section.paint(Self.pancreas, 78)
        section.paint(Self.adrenals, 48)
        section.paint(Self.portalVein, 112)
        section.paint(inner.box, { x, y in 62 + 5 * texture(Point(x, y, z) * 0.09, 13) }) {
            max(Self.liverDistance(Point($0, $1, z)), inner.distance($0, $1))
        }
        for tube in liverVessels where tube.meets(z) {
            section.paint(tube.box, 92) { max(tube.distance(Point($0, $1, z)), Self.liverDistance(Point($0, $1, z)) + 3) }
        }
        section.paint(Self.gallbladder.grown(1.5), 45)
        section.paint(Self.gallbladder, 8)
        for kidney in Self.kidneys { paintKidney(&section, kidney) }
        section.paint(Self.renalVessels, 130)
    }

    private func paintKidney(_ section: inout Section, _ kidney: Ellipsoid) {
        let z = section.z
        section.paint(kidney.grown(9), -104)
        section.paint(kidney, 168)
        guard let box = kidney.box(at: z) else { return }
        let side: Float = kidney.centre.x < 0 ? 1 : -1
        // Pyramids under the cortex, and the fat of the sinus open to the middle.
        section.paint(box, 108) { x, y in
            let p = Point(x, y, z)
            return max(kidney.distance(p) + 6.5, -9 * (texture(p * 0.085, 14) + 0.12))
        }
        let sinus = Ellipsoid(kidney.centre + Point(side * 12, -7, 0), Point(18, 10, 30), turn: side * 32)
        section.paint(sinus, within: Stack.Cut(z, kidney.centre.x, kidney.centre.y, 30, 30), -92)
        section.paint(Ellipsoid(kidney.centre + Point(side * 9, -6, -2), Point(9, 4.5, 13), turn: side * 32), 14)
    }

    private func paintChest(_ section: inout Section, _ cavity: Stack.Cut) {
        let z = section.z
        let mediastinum = Self.mediastinum.cut(at: z)
        let spine = Self.spine(at: z)
        @inline(__always) func lung(_ x: Float, _ y: Float) -> Float {
            var d = max(cavity.distance(x, y) + 2, (Self.diaphragm(x, y) - z) * 0.7)
            if let mediastinum { d = max(d, -mediastinum.distance(x, y)) }
            // The spine stands forward between the lungs; in front they touch behind the breastbone.
            let dx = x / 33, dy = (y - spine - 8) / 27
            d = max(d, (1 - (dx * dx + dy * dy).squareRoot()) * 27)
            return max(d, 2.2 - abs(x - 4))
        }
        // Diaphragm and pleura: a film around the lungs.
        section.paint(cavity.box, 44) { x, y in lung(x, y) - (Self.diaphragm(x, y) - z > -6 ? 3 : 1) }
        section.paint(cavity.box, { x, y in
            let p = Point(x, y, z)
            // Denser at the back, where the blood lies.
            return -868 + 0.32 * (y + 40) + 26 * cloud(p * 0.11, 20)
        }) { lung($0, $1) }
        paintFissures(&section, lung)
        for tube in lungVessels where tube.meets(z) {
            section.paint(tube.box, 38) { max(tube.distance(Point($0, $1, z)), lung($0, $1) + 0.5) }
        }
        paintNodule(&section)
        if Self.heart.box(at: z) != nil {
            let belowDiaphragm = { (x: Float, y: Float) in Self.diaphragm(x, y) - z - 4 }
            for (shape, value) in [(Self.heart.grown(5), Float(24)), (Self.heart.grown(4), -92), (Self.heart, 92)] + Self.chambers {
                guard let box = shape.box(at: z) else { continue }
                section.paint(box, value) { max(shape.distance(Point($0, $1, z)), belowDiaphragm($0, $1)) }
            }
        }
    }

    static let mediastinum = Stack([
        .init(-60, 6, 4, 24, 40), .init(0, 8, -10, 28, 44), .init(40, 8, -10, 30, 46), .init(80, 2, -8, 30, 40), .init(105, 2, -6, 29, 38),
        .init(130, 2, 0, 29, 34), .init(160, 0, 8, 32, 30), .init(185, 0, 12, 38, 34),
    ])

    /// Borders of the lobes: planes a little denser than the lung.
    private func paintFissures(_ section: inout Section, _ lung: (Float, Float) -> Float) {
        let z = section.z
        for side in [Float(-1), 1] {
            let box = Section.Box(side * 70, 0, 66, 95)
            section.paint(box, -730) { x, y in
                let oblique = abs((z - 62) * 0.62 - (y + 8) * 0.78 + 0.0016 * (x - side * 60) * (x - side * 60)) - 0.5
                return max(oblique, lung(x, y) + 1)
            }
        }
    }

    private func paintNodule(_ section: inout Section) {
        let z = section.z
        let nodule = Ellipsoid(Self.noduleCentre, Point(repeating: noduleRadius))
        guard let box = nodule.grown(4).box(at: z) else { return }
        section.paint(box, 36) { x, y in
            let p = Point(x, y, z)
            // Lobed, with spikes into the lung.
            let spikes = texture((p - Self.noduleCentre) * (3.2 / noduleRadius), 31)
            return nodule.distance(p) - 0.22 * noduleRadius * spikes
        }
    }

    private func paintVessels(_ section: inout Section) {
        let z = section.z
        section.paint(Self.oesophagus, 36)
        section.paint(Self.oesophagus, -600, thinner: 5)
        section.paint(Self.inferiorVenaCava, 104)
        section.paint(Self.superiorVenaCava, 140)
        section.paint(Self.pulmonaryVeins, 158)
        section.paint(Self.pulmonaryArteries, 150)
        section.paint(Self.aorta, 60)
        section.paint(Self.aorta, 180, thinner: 1.2)
        section.paint(Self.archBranches, 176)
        for tube in Self.airways where tube.meets(z) {
            let wall = tube.thinner(-0.5 - 0.13 * tube.endRadius)
            section.paint(wall.box, tube.endRadius < 3 ? -260 : 5) { wall.distance(Point($0, $1, z)) }
        }
        section.paint(Self.airways, -985)
    }
}
