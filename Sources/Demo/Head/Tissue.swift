/// What a point of the head is made of, and how bright that is: signal from 0 to 1 in the three contrasts.
enum Tissue: Int {
    case air, bone, marrow, fat, skin, muscle, fluid, greyMatter, whiteMatter, deepGrey, pallidum, brainstem, vitreous, lens, lesion, mucosa, vessel, disc

    enum Contrast: Int {
        case t1, t2, flair
    }

    /// In the order of the cases: T1, T2, FLAIR.
    private static let signals: [(Float, Float, Float)] = [
        (0.00, 0.00, 0.00),  // air
        (0.05, 0.05, 0.05),  // bone
        (0.60, 0.38, 0.34),  // marrow
        (0.95, 0.72, 0.58),  // fat
        (0.50, 0.30, 0.32),  // skin
        (0.36, 0.17, 0.22),  // muscle
        (0.13, 1.00, 0.07),  // fluid
        (0.44, 0.53, 0.52),  // greyMatter
        (0.66, 0.36, 0.38),  // whiteMatter
        (0.50, 0.44, 0.46),  // deepGrey
        (0.57, 0.30, 0.34),  // pallidum
        (0.59, 0.41, 0.42),  // brainstem
        (0.14, 0.98, 0.09),  // vitreous
        (0.42, 0.14, 0.20),  // lens
        (0.43, 0.86, 0.95),  // lesion
        (0.34, 0.74, 0.62),  // mucosa
        (0.03, 0.03, 0.04),  // vessel
        (0.28, 0.45, 0.30),  // disc
    ]

    static func table(_ contrast: Contrast) -> [Float] {
        switch contrast {
        case .t1: signals.map(\.0)
        case .t2: signals.map(\.1)
        case .flair: signals.map(\.2)
        }
    }
}
