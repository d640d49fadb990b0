extension TorsoPhantom {
    func paintBones(_ section: inout Section) {
        let z = section.z
        section.paint(cartilages, 105)
        paintBone(&section, ribs, cortex: 1.3)
        for blade in Self.scapulae {
            section.paint(blade, 520)
            section.paint(blade.grown(-2), 240)
        }
        paintBone(&section, Self.shoulders, cortex: 1.6)
        paintBone(&section, Self.humeri, cortex: 2.4)
        paintSternum(&section, z)
        paintVertebra(&section, z)
    }

    private func paintBone(_ section: inout Section, _ tubes: [Tube], cortex: Float) {
        section.paint(tubes, 820)
        section.paint(tubes, 210, thinner: cortex)
    }

    private func paintSternum(_ section: inout Section, _ z: Float) {
        guard z > Self.sternumBottom, z < Self.sternumTop, let cavity = Self.cavity.cut(at: z) else { return }
        let ends = min(z - Self.sternumBottom, Self.sternumTop - z)
        let width = (z > Self.sternumTop - 42 ? 25 : 16) * smoothstep(-6, 10, ends)
        let bone = Stack.Cut(z, 0, cavity.y - cavity.radiusY - 6.5, width, 5.4, 0.6)
        section.paint(bone.box, 480) { bone.distance($0, $1) }
        let marrow = bone.grown(-1.5)
        section.paint(marrow.box, 150) { marrow.distance($0, $1) }
    }

    /// The spine's cut: body or disc, arch, processes and what runs in the canal.
    private func paintVertebra(_ section: inout Section, _ z: Float) {
        guard let level = Self.vertebrae.lastIndex(where: { $0.z <= z }) else { return }
        let (base, height) = Self.vertebrae[level]
        let t = (z - base) / height
        let y = Self.spine(at: z)
        let size: Float = level < 4 ? 1 : level < 16 ? 1 - Float(level - 4) * 0.026 : 0.62
        let waist = 1 - 0.09 * sine(.pi * clamp(t / 0.8))
        let body = Stack.Cut(z, 0, y, 22.5 * size * waist, 16.5 * size * waist, 0.25)
        let canal = y + 16 * size + 9
        if t > 0.22, t < 0.86 { paintArch(&section, z, t, canal, size, level) }
        if t < 0.8 {
            let isEndplate = t < 0.07 || t > 0.73
            section.paint(body.box, isEndplate ? 460 : 640) { body.distance($0, $1) }
            let inner = body.grown(-1.6)
            section.paint(inner.box, { x, y in (isEndplate ? 420 : 195) + 45 * texture(Point(x, y, z) * 0.6, 40) }) { inner.distance($0, $1) }
        } else {
            section.paint(body.box, 92) { body.distance($0, $1) }
        }
        let sac = Stack.Cut(z, 0, canal, 10.5, 8)
        section.paint(sac.box, -40) { sac.distance($0, $1) }
        let fluid = sac.grown(-1.2), cord = Stack.Cut(z, 0, canal, 6, 4.4)
        section.paint(fluid.box, 14) { fluid.distance($0, $1) }
        section.paint(cord.box, 44) { cord.distance($0, $1) }
    }

    private func paintArch(_ section: inout Section, _ z: Float, _ t: Float, _ canal: Float, _ size: Float, _ level: Int) {
        let arch = Stack.Cut(z, 0, canal, 17, 14)
        section.paint(arch.box, 520) { max(arch.distance($0, $1), -Stack.Cut(z, 0, canal, 10.5, 8).distance($0, $1)) }
        // Spinous process: long and sloping in the chest, short and high in the loin.
        let reach: Float = level < 4 ? 13 : 8.5 + 7 * (t - 0.2)
        let spinous = Stack.Cut(z, 0, canal + 12 + reach, 3.4, reach, 0.4)
        if t < 0.75 {
            section.paint(spinous.box, 560) { spinous.distance($0, $1) }
            section.paint(spinous.box, 240) { spinous.distance($0, $1) + 1.4 }
        }
        if t > 0.42, t < 0.74 {
            for side in [Float(-1), 1] {
                let transverse = Ellipsoid(Point(side * 26, canal + 3, z), Point(16 * size + 2, 4.6, 5), turn: side * 16)
                section.paint(transverse, 540)
                section.paint(transverse.grown(-1.5), 230)
            }
        }
    }
}
